package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The two sizes of 128 bits, by which a state says how much memory it wants.
class ControllerStateSizeTest {
    private static final String HALVES = """
            1,                    0,                    18446744073709551616
            1,                    2,                    18446744073709551618
            0x8000000000000000,   0,                    170141183460469231731687303715884105728
            0xFFFFFFFFFFFFFFFF,   0xFFFFFFFFFFFFFFFF,   340282366920938463463374607431768211455
            0,                    15,                   15
            0,                    0x100000000,          4294967296
            0,                    0x3FFFFFFFFFFFFFFF,   4611686018427387903
            0,                    0x4000000000000000,   4611686018427387904
            0,                    0x7FFFFFFFFFFFFFFF,   9223372036854775807
            0,                    0x8000000000000000,   9223372036854775808
            0,                    0xFFFFFFFFFFFFFFFF,   18446744073709551615
            """;

    private static RawState withSize(String field, String high, String low) {
        int offset = field.equals("NVMECSS") ? 16 : 32;
        return RawState.of(1, 1, 0)
                .set64(16, 0)
                .set64(offset, Long.parseUnsignedLong(digits(low), radix(low)))
                .set64(offset + 8, Long.parseUnsignedLong(digits(high), radix(high)));
    }

    private static String digits(String number) {
        return number.startsWith("0x") ? number.substring(2) : number;
    }

    private static int radix(String number) {
        return number.startsWith("0x") ? 16 : 10;
    }

    private static int faultyHalf(String field, String high) {
        return (field.equals("NVMECSS") ? 16 : 32) + (high.equals("0") ? 0 : 8);
    }

    @ParameterizedTest(name = "NVMECSS {0}:{1}")
    @CsvSource(textBlock = HALVES)
    void anImpossibleSizeOfTheNvmeControllerStateIsRefused(String high, String low, String value) {
        assertImpossible("NVMECSS", high, low, value);
    }

    @ParameterizedTest(name = "VSS {0}:{1}")
    @CsvSource(textBlock = HALVES)
    void anImpossibleSizeOfVendorDataIsRefused(String high, String low, String value) {
        assertImpossible("VSS", high, low, value);
    }

    private static void assertImpossible(String field, String high, String low, String value) {
        var segment = withSize(field, high, low).segment();
        int byteOffset = faultyHalf(field, high);

        assertRefused(() -> ControllerStateCodec.decode(segment, 0, 104), field, value, "0 to 14", byteOffset);
        assertRefused(
                () -> ControllerStateCodec.decode(segment, 0, 104, Long.MAX_VALUE), field, value, "0 to 14",
                byteOffset);
        assertRefused(
                () -> new ControllerStateView().wrap(segment, 0).validate(104, 1 << 20),
                field,
                value,
                "0 to 14",
                byteOffset);
        var validator = new ControllerStateValidator(StateFormat.of(0, new UUID(1, 2)), 104);
        assertRefused(() -> validator.accept(segment, 0, 104), field, value, "0 to 14", byteOffset);
    }

    @Test
    void theSecondSizeMayTakeWhatTheFirstLeaves() {
        var segment = RawState.of(1, 0, 8).set64(32, 3).segment();

        assertRefused(() -> ControllerStateCodec.decode(segment, 0, 88), "VSS", "3", "0 to 2", 32);
    }

    @Test
    void sizesThatOverflowTogetherAreRefused() {
        long half = 1L << 60;
        var header = new ControllerStateView().wrap(RawState.header(half, half, 0).segment(), 0);

        assertThat(header.vendorDataOffset()).isEqualTo(48 + 4 * half);
        assertThat(refusalOf(header::totalBytes).field()).isEqualTo("VSS");
        header.nvmeStateDwords(-1);
        assertThat(refusalOf(header::vendorDataOffset).field()).isEqualTo("NVMECSS");
        assertThat(refusalOf(header::totalBytes).field()).isEqualTo("NVMECSS");
    }

    @Test
    void aStateUpToItsBoundIsRead() {
        var segment = RawState.of(1, 1, 0).segment();

        assertThat(ControllerStateCodec.decode(segment, 0, 104, 104).byteSize()).isEqualTo(104);
        assertRefused(() -> ControllerStateCodec.decode(segment, 0, 104, 103), "NVMECSS", "14", "0 to 13", 16);
        assertRefused(() -> ControllerStateCodec.decode(segment, 0, 104, 47), "maximumStateBytes", "47", "48 or more",
                -1);
    }

    @Test
    void theBoundIs64MiBUnlessSomebodySaysOtherwise() {
        int limit = 64 << 20;
        long dwords = (limit - 48) / 4;
        var fitting = RawState.header(0, dwords, limit - 48).segment();
        var tooLarge = RawState.header(0, dwords + 1, limit - 44).segment();

        assertThat(ControllerStateCodec.decode(fitting, 0, limit).byteSize()).isEqualTo(limit);
        assertRefused(
                () -> ControllerStateCodec.decode(tooLarge, 0, limit + 4L), "VSS", "16777205", "0 to 16777204", 32);
        assertThat(ControllerStateCodec.decode(tooLarge, 0, limit + 4L, limit + 4L).byteSize())
                .isEqualTo(limit + 4L);
    }

    @ParameterizedTest
    @ValueSource(longs = {15, 1 << 20, 1L << 28, 1L << 40, Long.MAX_VALUE, -1})
    void nothingIsAllocatedForASizeThatIsRefused(long dwords) {
        var segment = RawState.of(1, 1, 0).set64(16, dwords).segment();

        assertThat(Allocation.bytesOf(() -> refusalOf(() -> ControllerStateCodec.decode(segment, 0, 104,
                Long.MAX_VALUE))))
                .isLessThan(64 << 10);
    }

    @Test
    void nothingIsAllocatedForCountsThatAreRefused() {
        var segment = RawState.of(1, 1, 0).set16(50, 65535).set16(52, 65535).segment();

        assertThat(Allocation.bytesOf(() -> refusalOf(() -> ControllerStateCodec.decode(segment, 0, 104))))
                .isLessThan(64 << 10);
    }

    @Test
    void offsetsCountInTheWrappedMemory() {
        byte[] bytes = new byte[200];
        System.arraycopy(RawState.of(1, 1, 8).bytes(), 0, bytes, 20, 112);
        var header = new ControllerStateView().wrap(MemorySegment.ofArray(bytes), 20).validate(112, 112);
        var nvmeState = new NvmeControllerStateView().wrap(MemorySegment.ofArray(bytes), header.nvmeStateOffset());

        assertThat(header.nvmeStateOffset()).isEqualTo(68);
        assertThat(header.vendorDataOffset()).isEqualTo(124);
        assertThat(header.totalBytes()).isEqualTo(112);
        assertThat(nvmeState.submissionQueueOffset(0)).isEqualTo(76);
        assertThat(nvmeState.completionQueueOffset(0)).isEqualTo(100);
        assertThat(nvmeState.byteSize()).isEqualTo(56);
        assertThat(nvmeState.submissionQueue(0, new SubmissionQueueStateView()).prp1()).isEqualTo(0x1000_0000L);
        assertThat(nvmeState.completionQueue(0, new CompletionQueueStateView()).prp1()).isEqualTo(0x2000_0000L);
    }

    @Test
    void aQueueThatIsNotThereIsRefused() {
        var state = new NvmeControllerStateView().wrap(RawState.of(1, 2, 0).segment(), 48);

        assertRefused(
                () -> state.submissionQueue(1, new SubmissionQueueStateView()),
                "submission queue index",
                "1",
                "0 to 0",
                -1);
        assertRefused(
                () -> state.completionQueue(2, new CompletionQueueStateView()),
                "completion queue index",
                "2",
                "0 to 1",
                -1);
        assertRefused(
                () -> state.completionQueue(-1, new CompletionQueueStateView()),
                "completion queue index",
                "-1",
                "0 to 1",
                -1);
        state.completionQueueCount(3);
        assertRefused(
                () -> state.completionQueue(2, new CompletionQueueStateView()),
                "I/O completion queue state size",
                "0 bytes",
                "24 bytes or more",
                -1);
    }
}
