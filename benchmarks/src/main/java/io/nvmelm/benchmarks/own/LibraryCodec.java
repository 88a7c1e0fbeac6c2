package io.nvmelm.benchmarks.own;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.CompletionQueueStateView;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.core.codec.PolledCompletion;
import io.nvmelm.core.codec.SubmissionQueueStateView;
import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.MemorySegment;

/// The codec of the library, by its views.
public final class LibraryCodec implements CodecUnderTest {
    private final PolledCompletion completion = new PolledCompletion();
    private final ControllerStateView header = new ControllerStateView();
    private final NvmeControllerStateView queues = new NvmeControllerStateView();
    private final SubmissionQueueStateView submissionQueue = new SubmissionQueueStateView();
    private final CompletionQueueStateView completionQueue = new CompletionQueueStateView();

    /// For `ServiceLoader`.
    public LibraryCodec() {}

    @Override
    public String name() {
        return "nvme-lm";
    }

    @Override
    public void encode(GetControllerStateCommand command, MemorySegment entry) {
        AdminCommandCodec.encode(command, entry);
    }

    @Override
    public long decode(MemorySegment entry, boolean phase) {
        return completion.poll(entry, 0, phase)
                ? Integer.toUnsignedLong(completion.dword0())
                        + Integer.toUnsignedLong(completion.dword1())
                        + completion.commandId()
                        + completion.statusBits()
                : -1;
    }

    @Override
    public long walk(MemorySegment state) {
        header.wrap(state, 0).validate(state.byteSize(), state.byteSize());
        queues.wrap(state, header.nvmeStateOffset()).validate(4 * header.nvmeStateDwords());
        long sum = 0;
        int submissionQueueCount = queues.submissionQueueCount();
        for (int i = 0; i < submissionQueueCount; i++) {
            var queue = queues.submissionQueue(i, submissionQueue);
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        int completionQueueCount = queues.completionQueueCount();
        for (int i = 0; i < completionQueueCount; i++) {
            var queue = queues.completionQueue(i, completionQueue);
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }

    @Override
    public void build(int queuePairs, MemorySegment state) {
        state.asSlice(0, ControllerStateView.HEADER_BYTES + NvmeControllerStateView.HEADER_BYTES).fill((byte) 0);
        queues.wrap(state, header.wrap(state, 0).suspended(true).nvmeStateOffset())
                .submissionQueueCount(queuePairs)
                .completionQueueCount(queuePairs);
        header.nvmeStateDwords(queues.byteSize() / 4);
        buildSubmissionQueues(queuePairs);
        buildCompletionQueues(queuePairs);
    }

    // A method for each kind: together they write more than the compiler inlines.
    private void buildSubmissionQueues(int queuePairs) {
        for (int id = 1; id <= queuePairs; id++) {
            queues.submissionQueue(id - 1, submissionQueue)
                    .prp1(QueueValues.prp1(id))
                    .zeroBasedSize(QueueValues.ZERO_BASED_SIZE)
                    .queueId(id)
                    .completionQueueId(id)
                    .attributes(QueueValues.SUBMISSION_QUEUE_ATTRIBUTES)
                    .head(QueueValues.head(id))
                    .tail(QueueValues.submissionQueueTail(id))
                    .reserved(0);
        }
    }

    private void buildCompletionQueues(int queuePairs) {
        for (int id = 1; id <= queuePairs; id++) {
            queues.completionQueue(id - 1, completionQueue)
                    .prp1(QueueValues.prp1(id))
                    .zeroBasedSize(QueueValues.ZERO_BASED_SIZE)
                    .queueId(id)
                    .head(QueueValues.head(id))
                    .tail(QueueValues.completionQueueTail(id))
                    .attributes(QueueValues.COMPLETION_QUEUE_ATTRIBUTES)
                    .reserved(0);
        }
    }
}
