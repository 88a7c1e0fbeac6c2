package io.nvmelm.benchmarks.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nvmelm.benchmarks.codec.protobuf.CompletionQueue;
import io.nvmelm.benchmarks.codec.protobuf.QueueStates;
import io.nvmelm.benchmarks.codec.protobuf.SubmissionQueue;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.util.ArrayList;

/// A controller state by what protobuf generates of `queue_states.proto`.
final class ProtobufStates {
    private ProtobufStates() {}

    /// {@return a state}
    static byte[] build(SampleQueues source) {
        var state = QueueStates.newBuilder().setAttributes(1);
        var submissionQueue = SubmissionQueue.newBuilder();
        var completionQueue = CompletionQueue.newBuilder();
        for (int i = 0; i < source.pairs(); i++) {
            state.addSubmissionQueues(submissionQueue
                    .setPrp1(source.prp1()[i])
                    .setZeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .setQueueId(i + 1)
                    .setCompletionQueueId(i + 1)
                    .setAttributes(SampleQueues.SUBMISSION_ATTRIBUTES)
                    .setHead(source.heads()[i])
                    .setTail(source.tails()[i])
                    .build());
            state.addCompletionQueues(completionQueue
                    .setPrp1(source.prp1()[i])
                    .setZeroBasedSize(SampleQueues.ZERO_BASED_SIZE)
                    .setQueueId(i + 1)
                    .setHead(source.heads()[i])
                    .setTail(source.tails()[i])
                    .setAttributes(SampleQueues.COMPLETION_ATTRIBUTES)
                    .build());
        }
        return state.build().toByteArray();
    }

    /// {@return fields of all queues, added up}
    static long sum(byte[] bytes) {
        var state = parse(bytes);
        long sum = 0;
        for (var queue : state.getSubmissionQueuesList()) {
            sum += queue.getPrp1()
                    + queue.getQueueId()
                    + queue.getCompletionQueueId()
                    + queue.getHead()
                    + queue.getTail();
        }
        for (var queue : state.getCompletionQueuesList()) {
            sum += queue.getPrp1() + queue.getQueueId() + queue.getHead() + queue.getTail();
        }
        return sum;
    }

    /// {@return a state of records}
    static byte[] encode(ControllerState records) {
        var source = (NvmeControllerState.Version0) records.nvmeState();
        var state = QueueStates.newBuilder().setVersion(records.version()).setAttributes(records.attributes());
        var submissionQueue = SubmissionQueue.newBuilder();
        for (var queue : source.submissionQueues()) {
            state.addSubmissionQueues(submissionQueue
                    .setPrp1(queue.prp1())
                    .setZeroBasedSize(queue.zeroBasedSize())
                    .setQueueId(queue.queueId())
                    .setCompletionQueueId(queue.completionQueueId())
                    .setAttributes(queue.attributes())
                    .setHead(queue.head())
                    .setTail(queue.tail())
                    .setReserved((int) queue.reserved())
                    .build());
        }
        var completionQueue = CompletionQueue.newBuilder();
        for (var queue : source.completionQueues()) {
            state.addCompletionQueues(completionQueue
                    .setPrp1(queue.prp1())
                    .setZeroBasedSize(queue.zeroBasedSize())
                    .setQueueId(queue.queueId())
                    .setHead(queue.head())
                    .setTail(queue.tail())
                    .setAttributes((int) queue.attributes())
                    .setReserved((int) queue.reserved())
                    .build());
        }
        return state.build().toByteArray();
    }

    /// {@return the records of a state}
    static ControllerState decode(byte[] bytes) {
        var state = parse(bytes);
        var submissionQueues = new ArrayList<SubmissionQueueState>(state.getSubmissionQueuesCount());
        for (var queue : state.getSubmissionQueuesList()) {
            submissionQueues.add(new SubmissionQueueState(
                    queue.getPrp1(),
                    queue.getZeroBasedSize(),
                    queue.getQueueId(),
                    queue.getCompletionQueueId(),
                    queue.getAttributes(),
                    queue.getHead(),
                    queue.getTail(),
                    Integer.toUnsignedLong(queue.getReserved())));
        }
        var completionQueues = new ArrayList<CompletionQueueState>(state.getCompletionQueuesCount());
        for (var queue : state.getCompletionQueuesList()) {
            completionQueues.add(new CompletionQueueState(
                    queue.getPrp1(),
                    queue.getZeroBasedSize(),
                    queue.getQueueId(),
                    queue.getHead(),
                    queue.getTail(),
                    Integer.toUnsignedLong(queue.getAttributes()),
                    Integer.toUnsignedLong(queue.getReserved())));
        }
        return ControllerState.of(
                (state.getAttributes() & 1) != 0,
                NvmeControllerState.Version0.of(submissionQueues, completionQueues),
                OpaqueBytes.EMPTY);
    }

    private static QueueStates parse(byte[] bytes) {
        try {
            return QueueStates.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
