package io.nvmelm.benchmarks.codec;

import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.CompilerControl;

/// A controller state read and written by views that are used again and again.
final class ViewWalk {
    private final ControllerStateView header = new ControllerStateView();
    private final NvmeControllerStateView queues = new NvmeControllerStateView();

    /// {@return fields of all queues, added up}
    long sum(MemorySegment state) {
        long sum = 0;
        header.wrap(state, 0).validate(state.byteSize(), state.byteSize());
        queues.wrap(state, header.nvmeStateOffset()).validate(4 * header.nvmeStateDwords());
        int submissionQueueCount = queues.submissionQueueCount();
        for (int i = 0; i < submissionQueueCount; i++) {
            var queue = queues.submissionQueue(i);
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        int completionQueueCount = queues.completionQueueCount();
        for (int i = 0; i < completionQueueCount; i++) {
            var queue = queues.completionQueue(i);
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }

    /// {@return all fields of all queues, added up}
    long sumOfAllFields(MemorySegment state) {
        header.wrap(state, 0).validate(state.byteSize(), state.byteSize());
        queues.wrap(state, header.nvmeStateOffset()).validate(4 * header.nvmeStateDwords());
        return sumOfSubmissionQueues() + sumOfCompletionQueues();
    }

    // A method for each kind, compiled by itself: together they read or write more than the compiler inlines.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private long sumOfSubmissionQueues() {
        long sum = 0;
        int submissionQueueCount = queues.submissionQueueCount();
        for (int i = 0; i < submissionQueueCount; i++) {
            var queue = queues.submissionQueue(i);
            sum += queue.prp1()
                    + queue.zeroBasedSize()
                    + queue.queueId()
                    + queue.completionQueueId()
                    + queue.attributes()
                    + queue.head()
                    + queue.tail()
                    + queue.reserved();
        }
        return sum;
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private long sumOfCompletionQueues() {
        long sum = 0;
        int completionQueueCount = queues.completionQueueCount();
        for (int i = 0; i < completionQueueCount; i++) {
            var queue = queues.completionQueue(i);
            sum += queue.prp1()
                    + queue.zeroBasedSize()
                    + queue.queueId()
                    + queue.head()
                    + queue.tail()
                    + queue.attributes()
                    + queue.reserved();
        }
        return sum;
    }

    /// Writes a state.
    void build(SampleQueues source, MemorySegment state) {
        int pairs = source.pairs();
        header.wrap(state, 0)
                .clear()
                .suspended(true)
                .nvmeStateDwords(2 + 12L * pairs);
        queues.wrap(state, header.nvmeStateOffset())
                .version(0)
                .submissionQueueCount(pairs)
                .completionQueueCount(pairs)
                .reserved(0);
        buildSubmissionQueues(source);
        buildCompletionQueues(source);
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void buildSubmissionQueues(SampleQueues source) {
        for (int i = 0; i < source.pairs(); i++) {
            queues.submissionQueue(i)
                    .prp1(source.prp1()[i])
                    .zeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .queueId(i + 1)
                    .completionQueueId(i + 1)
                    .attributes(SampleQueues.SUBMISSION_ATTRIBUTES)
                    .head(source.heads()[i])
                    .tail(source.tails()[i])
                    .reserved(0);
        }
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void buildCompletionQueues(SampleQueues source) {
        for (int i = 0; i < source.pairs(); i++) {
            queues.completionQueue(i)
                    .prp1(source.prp1()[i])
                    .zeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .queueId(i + 1)
                    .head(source.heads()[i])
                    .tail(source.tails()[i])
                    .attributes(SampleQueues.COMPLETION_ATTRIBUTES)
                    .reserved(0);
        }
    }
}
