package io.nvmelm.benchmarks.own;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;

/// Makes sure that a codec does what is measured, before it is measured. What is right is told by the records of the library, not by
/// its views.
final class CodecCheck {
    private static final int DWORD0 = 0xFEDC_BA98;
    private static final int DWORD1 = 0x8765_4321;
    private static final int COMMAND_ID = 0xFFFE;
    private static final int STATUS_BITS = 0x4B1D;

    private CodecCheck() {}

    /// {@return commands with other values in every field, a power of two of them}
    static GetControllerStateCommand[] commands() {
        return new GetControllerStateCommand[] {
            new GetControllerStateCommand(7, 1, 3, 5, 0x1_0010_0000L, 9, 32_768),
            new GetControllerStateCommand(0x1234, 2, 4, 6, 0x2_0020_0000L, 10, 16_384),
            new GetControllerStateCommand(1, 0, 0, 0, 0, 0, 1),
            new GetControllerStateCommand(0xFFFF, 255, 255, 255, 0xFFFF_FFFF_FFFCL, 127, 1 << 20)
        };
    }

    /// {@return a completion queue entry whose phase tag is 1, with another value in every field}
    static MemorySegment completion() {
        var entry = Arena.ofAuto().allocate(CompletionEntryView.BYTES, CompletionEntryView.BYTES);
        new CompletionEntryView()
                .wrap(entry, 0)
                .dword0(DWORD0)
                .dword1(DWORD1)
                .submissionQueueHead(9)
                .submissionQueueId(3)
                .commandId(COMMAND_ID)
                .statusAndPhaseRelease(STATUS_BITS, true);
        return entry;
    }

    /// {@return a state as [CodecUnderTest#build] makes it, and as [CodecUnderTest#walk] gets it}
    static MemorySegment expectedState(int queuePairs) {
        var submissionQueues = new ArrayList<SubmissionQueueState>();
        var completionQueues = new ArrayList<CompletionQueueState>();
        for (int id = 1; id <= queuePairs; id++) {
            submissionQueues.add(new SubmissionQueueState(
                    QueueValues.prp1(id),
                    QueueValues.ZERO_BASED_SIZE,
                    id,
                    id,
                    QueueValues.SUBMISSION_QUEUE_ATTRIBUTES,
                    QueueValues.head(id),
                    QueueValues.submissionQueueTail(id),
                    0));
            completionQueues.add(new CompletionQueueState(
                    QueueValues.prp1(id),
                    QueueValues.ZERO_BASED_SIZE,
                    id,
                    QueueValues.head(id),
                    QueueValues.completionQueueTail(id),
                    QueueValues.COMPLETION_QUEUE_ATTRIBUTES,
                    0));
        }
        var values = ControllerState.of(
                true, NvmeControllerState.Version0.of(submissionQueues, completionQueues), OpaqueBytes.EMPTY);
        var state = Arena.ofAuto().allocate(values.byteSize(), 4096);
        ControllerStateCodec.encode(values, state, 0);
        return state;
    }

    /// Checks all four operations.
    ///
    /// @param codec the codec
    /// @param state what [#expectedState(int)] returned
    /// @throws IllegalStateException naming the operation and what is wrong
    static void check(CodecUnderTest codec, int queuePairs, MemorySegment state) {
        for (var command : commands()) {
            var entry = dirtyMemory(64);
            codec.encode(command, entry);
            var expectedEntry = Arena.ofAuto().allocate(64, 64);
            AdminCommandCodec.encode(command, expectedEntry);
            requireSame(codec, "encode", entry, expectedEntry);
        }

        requireDecoded(codec, true, Integer.toUnsignedLong(DWORD0) + Integer.toUnsignedLong(DWORD1) + COMMAND_ID
                + STATUS_BITS);
        requireDecoded(codec, false, -1);

        var built = dirtyMemory(state.byteSize());
        codec.build(queuePairs, built);
        requireSame(codec, "build", built, state);

        long sum = codec.walk(state);
        long expectedSum = sum(queuePairs);
        if (sum != expectedSum) {
            throw new IllegalStateException("Codec %s: walk over %d queue pairs returned %d, not %d"
                    .formatted(codec.name(), queuePairs, sum, expectedSum));
        }
    }

    private static void requireDecoded(CodecUnderTest codec, boolean phase, long expected) {
        long decoded = codec.decode(completion(), phase);
        if (decoded != expected) {
            throw new IllegalStateException(
                    "Codec %s: decode of an entry with phase tag 1 where %d is new returned %d, not %d"
                            .formatted(codec.name(), phase ? 1 : 0, decoded, expected));
        }
    }

    private static MemorySegment dirtyMemory(long byteSize) {
        return Arena.ofAuto().allocate(byteSize, 4096).fill((byte) 0xA5);
    }

    private static long sum(int queuePairs) {
        long sum = 0;
        for (int id = 1; id <= queuePairs; id++) {
            sum += 2 * QueueValues.prp1(id) + 3 * id + 2 * QueueValues.head(id);
            sum += QueueValues.submissionQueueTail(id) + QueueValues.completionQueueTail(id);
        }
        return sum;
    }

    private static void requireSame(CodecUnderTest codec, String operation, MemorySegment is, MemorySegment expected) {
        long place = is.mismatch(expected);
        if (place >= 0) {
            throw new IllegalStateException("Codec %s: %s wrote %02Xh at byte %d, not %02Xh"
                    .formatted(
                            codec.name(),
                            operation,
                            is.get(ValueLayout.JAVA_BYTE, place),
                            place,
                            expected.get(ValueLayout.JAVA_BYTE, place)));
        }
    }
}
