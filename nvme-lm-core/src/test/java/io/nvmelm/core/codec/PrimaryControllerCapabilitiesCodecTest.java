package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PrimaryControllerCapabilitiesCodecTest {
    /// Controller 0041h at port 2 with both types: 256 queues, 9 of them at secondary controllers, 4 at the primary, 17
    /// private ones, at most 8 for one, single ones; 70 000 vectors, 10, 5, 18, 9, two at a time.
    private static final byte[] EXAMPLE = Arrays.copyOf(
            RawState.parse("4100 0200 03" + "00".repeat(27)
                    + "00010000 09000000 0400 1100 0800 0100" + "00".repeat(16)
                    + "70110100 0a000000 0500 1200 0900 0200"),
            4096);

    private static final PrimaryControllerCapabilities CAPABILITIES = new PrimaryControllerCapabilities(
            0x41,
            2,
            3,
            new FlexibleResources(256, 9, 4, 17, 8, 1),
            new FlexibleResources(70_000, 10, 5, 18, 9, 2));

    @Test
    void everyFieldIsReadWhereTheStandardHasIt() {
        assertThat(PrimaryControllerCapabilitiesCodec.decode(MemorySegment.ofArray(EXAMPLE.clone())))
                .isEqualTo(CAPABILITIES);
    }

    @Test
    void everyFieldIsWrittenWhereTheStandardHasItAndTheRestIsZero() {
        byte[] bytes = new byte[4098];
        Arrays.fill(bytes, (byte) 0xEE);

        PrimaryControllerCapabilitiesCodec.encode(CAPABILITIES, MemorySegment.ofArray(bytes));

        assertThat(Arrays.copyOf(bytes, 4096)).isEqualTo(EXAMPLE);
        assertThat(Arrays.copyOfRange(bytes, 4096, 4098)).containsOnly(0xEE);
    }

    @Test
    void everyStructureCanBeRead() {
        byte[] ones = new byte[4096];
        Arrays.fill(ones, (byte) 0xFF);
        var most = new FlexibleResources(0xFFFF_FFFFL, 0xFFFF_FFFFL, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF);

        assertThat(PrimaryControllerCapabilitiesCodec.decode(MemorySegment.ofArray(ones)))
                .isEqualTo(new PrimaryControllerCapabilities(0xFFFF, 0xFFFF, 0xFF, most, most));
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        var segment = MemorySegment.ofArray(new byte[4095]);

        assertRefused(
                () -> PrimaryControllerCapabilitiesCodec.decode(segment),
                "Primary Controller Capabilities size",
                "4095 bytes",
                "4096 bytes or more",
                -1);
        assertRefused(
                () -> PrimaryControllerCapabilitiesCodec.encode(CAPABILITIES, segment),
                "Primary Controller Capabilities size",
                "4095 bytes",
                "4096 bytes or more",
                -1);
    }
}
