package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.codec.sbe.QueueStatesDecoder;
import io.nvmelm.benchmarks.codec.sbe.QueueStatesEncoder;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.util.ArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/// A controller state by what SBE generates of `nvme.xml`: the same fields, in groups.
final class SbeStates {
    private final QueueStatesEncoder encoder = new QueueStatesEncoder();
    private final QueueStatesDecoder decoder = new QueueStatesDecoder();

    /// Writes a state.
    void build(SampleQueues source, UnsafeBuffer state) {
        int pairs = source.pairs();
        encoder.wrap(state, 0).stateVersion(0).stateAttributes((short) 1);
        var submissionQueues = encoder.submissionQueuesCount(pairs);
        for (int i = 0; i < pairs; i++) {
            submissionQueues.next()
                    .prp1(source.prp1()[i])
                    .zeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .queueId(i + 1)
                    .completionQueueId(i + 1)
                    .attributes(SampleQueues.SUBMISSION_ATTRIBUTES)
                    .head(source.heads()[i])
                    .tail(source.tails()[i])
                    .reserved(0);
        }
        var completionQueues = encoder.completionQueuesCount(pairs);
        for (int i = 0; i < pairs; i++) {
            completionQueues.next()
                    .prp1(source.prp1()[i])
                    .zeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .queueId(i + 1)
                    .head(source.heads()[i])
                    .tail(source.tails()[i])
                    .attributes(SampleQueues.COMPLETION_ATTRIBUTES)
                    .reserved(0);
        }
    }

    /// {@return fields of all queues, added up}
    long sum(UnsafeBuffer state) {
        long sum = 0;
        wrap(state);
        for (var queue : decoder.submissionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        for (var queue : decoder.completionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }

    /// Writes records.
    void encode(ControllerState records, UnsafeBuffer state) {
        var source = (NvmeControllerState.Version0) records.nvmeState();
        encoder.wrap(state, 0).stateVersion(records.version()).stateAttributes((short) records.attributes());
        var submissionQueues = encoder.submissionQueuesCount(source.submissionQueues().size());
        for (var queue : source.submissionQueues()) {
            submissionQueues.next()
                    .prp1(queue.prp1())
                    .zeroBasedSize(queue.zeroBasedSize())
                    .queueId(queue.queueId())
                    .completionQueueId(queue.completionQueueId())
                    .attributes(queue.attributes())
                    .head(queue.head())
                    .tail(queue.tail())
                    .reserved(queue.reserved());
        }
        var completionQueues = encoder.completionQueuesCount(source.completionQueues().size());
        for (var queue : source.completionQueues()) {
            completionQueues.next()
                    .prp1(queue.prp1())
                    .zeroBasedSize(queue.zeroBasedSize())
                    .queueId(queue.queueId())
                    .head(queue.head())
                    .tail(queue.tail())
                    .attributes(queue.attributes())
                    .reserved(queue.reserved());
        }
    }

    /// {@return the records of a state}
    ControllerState decode(UnsafeBuffer state) {
        wrap(state);
        var submissions = decoder.submissionQueues();
        var submissionQueues = new ArrayList<SubmissionQueueState>(submissions.count());
        for (var queue : submissions) {
            submissionQueues.add(new SubmissionQueueState(
                    queue.prp1(),
                    queue.zeroBasedSize(),
                    queue.queueId(),
                    queue.completionQueueId(),
                    queue.attributes(),
                    queue.head(),
                    queue.tail(),
                    queue.reserved()));
        }
        var completions = decoder.completionQueues();
        var completionQueues = new ArrayList<CompletionQueueState>(completions.count());
        for (var queue : completions) {
            completionQueues.add(new CompletionQueueState(
                    queue.prp1(),
                    queue.zeroBasedSize(),
                    queue.queueId(),
                    queue.head(),
                    queue.tail(),
                    queue.attributes(),
                    queue.reserved()));
        }
        return ControllerState.of(
                (decoder.stateAttributes() & 1) != 0,
                NvmeControllerState.Version0.of(submissionQueues, completionQueues),
                OpaqueBytes.EMPTY);
    }

    private void wrap(UnsafeBuffer state) {
        decoder.wrap(state, 0, QueueStatesDecoder.BLOCK_LENGTH, QueueStatesDecoder.SCHEMA_VERSION);
    }
}
