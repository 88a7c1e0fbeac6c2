package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.SupportedStateFormats;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SupportedStateFormatsCodecTest {
    private static final UUID FIRST = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID SECOND = UUID.fromString("ffffffff-0000-4000-8000-000000000001");
    private static final byte[] EXAMPLE = Arrays.copyOf(
            RawState.parse(
                    """
                    03 02 00 00 02 01 ff ff
                    00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff
                    ff ff ff ff 00 00 40 00 80 00 00 00 00 00 00 01
                    """),
            4096);

    private static MemorySegment zeros() {
        return MemorySegment.ofArray(new byte[4096]);
    }

    @Test
    void listsAreReadInTheirOrder() {
        assertThat(SupportedStateFormatsCodec.decode(MemorySegment.ofArray(EXAMPLE.clone())))
                .isEqualTo(new SupportedStateFormats(List.of(0, 0x0102, 0xFFFF), List.of(FIRST, SECOND)));
    }

    @Test
    void listsAreWrittenInTheirOrder() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 0xEE);

        SupportedStateFormatsCodec.encode(
                new SupportedStateFormats(List.of(0, 0x0102, 0xFFFF), List.of(FIRST, SECOND)),
                MemorySegment.ofArray(bytes));

        assertThat(bytes).isEqualTo(EXAMPLE);
    }

    @Test
    void theStandardsVersion0AloneIs01000000() {
        byte[] bytes = new byte[4096];

        SupportedStateFormatsCodec.encode(
                new SupportedStateFormats(List.of(0), List.of()), MemorySegment.ofArray(bytes));

        assertThat(bytes).startsWith(1, 0, 0, 0);
        assertThat(Arrays.copyOfRange(bytes, 4, 4096)).containsOnly(0);
    }

    @Test
    void nothingSupportedIsAllZeros() {
        assertThat(SupportedStateFormatsCodec.decode(zeros()))
                .isEqualTo(new SupportedStateFormats(List.of(), List.of()));
    }

    @Test
    void indicesCountFromOne() {
        var view = new SupportedStateFormatsView().wrap(MemorySegment.ofArray(EXAMPLE.clone()), 0);

        assertThat(view.version(1)).isZero();
        assertThat(view.version(3)).isEqualTo(0xFFFF);
        assertThat(view.uuid(1)).isEqualTo(FIRST);
        assertThat(view.uuid(2)).isEqualTo(SECOND);
        assertRefused(() -> view.version(0), "version index", "0", "1 to 3", -1);
        assertRefused(() -> view.version(4), "version index", "4", "1 to 3", -1);
        assertRefused(() -> view.uuid(0), "UUID index", "0", "1 to 2", -1);
        assertRefused(() -> view.uuid(3), "UUID index", "3", "1 to 2", -1);
    }

    @Test
    void theLongestListsThatFitAreRead() {
        byte[] bytes = new byte[4096];
        bytes[0] = (byte) 7;
        bytes[1] = (byte) 255;

        assertThat(SupportedStateFormatsCodec.decode(MemorySegment.ofArray(bytes)).uuids()).hasSize(255);

        bytes[0] = (byte) 255;
        bytes[1] = (byte) 224;
        assertThat(SupportedStateFormatsCodec.decode(MemorySegment.ofArray(bytes)).versions()).hasSize(255);
    }

    @Test
    void moreUuidsThanFitAreRefused() {
        byte[] bytes = new byte[4096];
        bytes[0] = (byte) 255;
        bytes[1] = (byte) 225;
        var segment = MemorySegment.ofArray(bytes);

        assertRefused(
                () -> SupportedStateFormatsCodec.decode(segment), "NUUID", "225", "0 to 224 beside 255 versions", 1);
        assertRefused(
                () -> new SupportedStateFormatsView().wrap(segment, 0).uuid(225),
                "NUUID",
                "225",
                "0 to 224 beside 255 versions",
                1);
        assertThat(new SupportedStateFormatsView().wrap(segment, 0).uuid(224)).isEqualTo(new UUID(0, 0));
        var tooMany =
                new SupportedStateFormats(Collections.nCopies(255, 0), Collections.nCopies(225, FIRST));
        assertRefused(
                () -> SupportedStateFormatsCodec.encode(tooMany, zeros()),
                "NUUID",
                "225",
                "0 to 224 beside 255 versions",
                1);
    }

    @Test
    void randomDataAreRefusedOrSurviveDecodingAndEncoding() {
        long seed = 0x5EED_0003L;
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[4096];
            random.nextBytes(bytes);
            int used = 2 + 2 * (bytes[0] & 0xFF) + 16 * (bytes[1] & 0xFF);
            try {
                var formats = SupportedStateFormatsCodec.decode(MemorySegment.ofArray(bytes));
                byte[] again = new byte[4096];
                SupportedStateFormatsCodec.encode(formats, MemorySegment.ofArray(again));
                assertThat(Arrays.copyOf(again, used))
                        .as("seed %d case %d", seed, i)
                        .isEqualTo(Arrays.copyOf(bytes, used));
            } catch (InvalidValueException e) {
                assertThat(used).as("seed %d case %d", seed, i).isGreaterThan(4096);
            }
        }
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        assertRefused(
                () -> SupportedStateFormatsCodec.decode(MemorySegment.ofArray(new byte[18])),
                "Supported Controller State Formats data size",
                "18 bytes",
                "4096 bytes or more",
                -1);
    }
}
