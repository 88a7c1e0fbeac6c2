package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A controller with all the queues there can be: 65 535 of each kind.
class LargestStateTest {
    private static final int QUEUES = 65_535;
    private static final int BYTES = 3_145_736;
    private static final StateFormat VERSION_0 = StateFormat.ofVersion(0);

    @Test
    void itHas3145736Bytes() {
        assertThat(RawState.of(QUEUES, QUEUES, 0).bytes()).hasSize(BYTES);
    }

    @Test
    void itIsDecodedAndEncoded() {
        byte[] bytes = RawState.of(QUEUES, QUEUES, 0).bytes();

        var state = ControllerStateCodec.decode(MemorySegment.ofArray(bytes), 0, BYTES);

        var nvmeState = (NvmeControllerState.Version0) state.nvmeState();
        assertThat(nvmeState.submissionQueues()).hasSize(QUEUES);
        assertThat(nvmeState.completionQueues()).hasSize(QUEUES);
        assertThat(nvmeState.completionQueues().getLast().queueId()).isEqualTo(65_535);
        byte[] again = new byte[BYTES];
        assertThat(ControllerStateCodec.encode(state, MemorySegment.ofArray(again), 0)).isEqualTo(BYTES);
        assertThat(again).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {BYTES, 4096, 100, 7})
    void itIsValidatedInBoundedMemory(int pieceBytes) {
        var segment = RawState.of(QUEUES, QUEUES, 0).segment();
        var validator = new ControllerStateValidator(VERSION_0, BYTES);
        Runnable validate = () -> {
            validator.reset();
            for (int at = 0; at < BYTES; at += pieceBytes) {
                validator.accept(segment, at, Math.min(pieceBytes, BYTES - at));
            }
            validator.finish();
        };

        assertThat(Allocation.bytesOf(validate)).isLessThan(16 << 10);
    }

    @Test
    void aSmallOneIsValidatedInAKibibyte() {
        var segment = RawState.of(63, 63, 0).segment();

        assertThat(Allocation.bytesOf(() -> {
            var validator = new ControllerStateValidator(VERSION_0, BYTES);
            validator.accept(segment, 0, segment.byteSize());
            validator.finish();
        })).isLessThan(1 << 10);
    }

    @Test
    void itsLastFaultIsFoundInBoundedMemory() {
        var raw = RawState.of(QUEUES, QUEUES, 0);
        raw.set16(raw.submissionQueue(QUEUES - 1) + 12, 0);
        var segment = raw.segment();
        var validator = new ControllerStateValidator(VERSION_0, BYTES);

        var refusal = refusalOf(() -> validator.accept(segment, 0, BYTES));

        assertThat(refusal.field()).isEqualTo("IOSQCQID");
        assertThat(refusal.byteOffset()).hasValue(56 + 24L * 65_534 + 12);
        validator.reset();
        assertThat(Allocation.bytesOf(() -> {
            validator.reset();
            refusalOf(() -> validator.accept(segment, 0, BYTES));
        }))
                .isLessThan(64 << 10);
    }

    @Test
    void itIsReadAndWrittenThroughViewsWithoutAllocation() {
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(BYTES, 8);
            MemorySegment.copy(RawState.of(QUEUES, QUEUES, 0).segment(), 0, memory, 0, BYTES);
            var header = new ControllerStateView();
            var nvmeState = new NvmeControllerStateView();
            var submissionQueue = new SubmissionQueueStateView();
            var completionQueue = new CompletionQueueStateView();
            long[] sum = new long[1];
            Runnable iterate = () -> {
                header.wrap(memory, 0).validate(BYTES, BYTES);
                nvmeState.wrap(memory, header.nvmeStateOffset()).validate(4 * header.nvmeStateDwords());
                sum[0] = 0;
                for (int i = 0; i < nvmeState.submissionQueueCount(); i++) {
                    nvmeState.submissionQueue(i, submissionQueue);
                    submissionQueue.tail(submissionQueue.head()).priority(1);
                    sum[0] += submissionQueue.queueId();
                }
                for (int i = 0; i < nvmeState.completionQueueCount(); i++) {
                    nvmeState.completionQueue(i, completionQueue);
                    completionQueue.slotZeroPhase(completionQueue.nextPhase());
                    sum[0] += completionQueue.queueId();
                }
            };

            assertThat(Allocation.bytesOf(iterate)).isLessThan(16 << 10);
            assertThat(sum[0]).isEqualTo(65_535L * 65_536);
        }
    }
}
