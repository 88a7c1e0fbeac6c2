package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.SecondaryController;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecondaryControllerListCodecTest {
    /// Two entries: SCID 0012h of PCID 0001h, online, VF 3, 9 queue and 10 interrupt resources; SCID 0013h, offline, no
    /// VF.
    private static final byte[] EXAMPLE = Arrays.copyOf(
            RawState.parse("02" + "00".repeat(31)
                    + "1200 0100 01 000000 0300 0900 0a00" + "00".repeat(18)
                    + "1300 0100 00 000000 0000 0000 0000" + "00".repeat(18)),
            4096);

    private static final List<SecondaryController> ENTRIES = List.of(
            new SecondaryController(0x12, 1, true, 3, 9, 10), new SecondaryController(0x13, 1, false, 0, 0, 0));

    @Test
    void entriesAreReadInTheirOrder() {
        assertThat(SecondaryControllerListCodec.decode(MemorySegment.ofArray(EXAMPLE.clone()))).isEqualTo(ENTRIES);
    }

    @Test
    void entriesAreWrittenInTheirOrder() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 0xEE);

        SecondaryControllerListCodec.encode(ENTRIES, MemorySegment.ofArray(bytes));

        assertThat(bytes).isEqualTo(EXAMPLE);
    }

    @Test
    void otherBitsOfTheStateDoNotMatter() {
        byte[] bytes = EXAMPLE.clone();
        bytes[36] = (byte) 0xFF;
        bytes[68] = (byte) 0xFE;

        assertThat(SecondaryControllerListCodec.decode(MemorySegment.ofArray(bytes))).isEqualTo(ENTRIES);
    }

    @Test
    void aFullListHas127Entries() {
        var full = IntStream.rangeClosed(1, 127)
                .mapToObj(i -> new SecondaryController(i, 0, i % 2 == 0, i, 65535 - i, i))
                .toList();
        var segment = MemorySegment.ofArray(new byte[4096]);

        SecondaryControllerListCodec.encode(full, segment);

        assertThat(SecondaryControllerListCodec.decode(segment)).isEqualTo(full);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 255})
    void moreEntriesThanFitAreRefused(int count) {
        byte[] bytes = new byte[4096];
        bytes[0] = (byte) count;

        assertRefused(
                () -> SecondaryControllerListCodec.decode(MemorySegment.ofArray(bytes)),
                "NUMID",
                Integer.toString(count),
                "0 to 127",
                0);
        assertRefused(
                () -> SecondaryControllerListCodec.encode(
                        Collections.nCopies(count, ENTRIES.getFirst()), MemorySegment.ofArray(bytes)),
                "NUMID",
                Integer.toString(count),
                "0 to 127",
                -1);
    }

    @Test
    void aPlaceOutsideTheListIsRefused() {
        var view = new SecondaryControllerListView().wrap(MemorySegment.ofArray(EXAMPLE.clone()), 0);

        assertRefused(() -> view.controllerId(-1), "entry index", "-1", "0 to 126", -1);
        assertRefused(() -> view.vfNumber(127), "entry index", "127", "0 to 126", -1);
        assertRefused(() -> view.online(127, true), "entry index", "127", "0 to 126", -1);
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        assertRefused(
                () -> SecondaryControllerListCodec.decode(MemorySegment.ofArray(new byte[64])),
                "Secondary Controller List size",
                "64 bytes",
                "4096 bytes or more",
                -1);
    }
}
