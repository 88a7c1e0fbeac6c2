package io.nvmelm.benchmarks.codec;

import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// A controller state by Java's serialisation: records of the same fields as the library's, which are not serialisable.
final class SerializedStates {
    private SerializedStates() {}

    private record SubmissionQueue(
            long prp1,
            int zeroBasedSize,
            int queueId,
            int completionQueueId,
            int attributes,
            int head,
            int tail,
            long reserved) implements Serializable {}

    private record CompletionQueue(
            long prp1, int zeroBasedSize, int queueId, int head, int tail, long attributes,
            long reserved) implements Serializable {}

    private record State(boolean suspended, SubmissionQueue[] submissionQueues,
            CompletionQueue[] completionQueues) implements Serializable {}

    /// {@return a state of queues}
    static byte[] build(SampleQueues source) {
        var submissionQueues = new SubmissionQueue[source.pairs()];
        var completionQueues = new CompletionQueue[source.pairs()];
        for (int i = 0; i < source.pairs(); i++) {
            submissionQueues[i] = new SubmissionQueue(
                    source.prp1()[i],
                    SampleQueues.ZERO_BASED_SIZE,
                    i + 1,
                    i + 1,
                    SampleQueues.SUBMISSION_ATTRIBUTES,
                    source.heads()[i],
                    source.tails()[i],
                    0);
            completionQueues[i] = new CompletionQueue(
                    source.prp1()[i],
                    SampleQueues.ZERO_BASED_SIZE,
                    i + 1,
                    source.heads()[i],
                    source.tails()[i],
                    SampleQueues.COMPLETION_ATTRIBUTES,
                    0);
        }
        return write(new State(true, submissionQueues, completionQueues));
    }

    /// {@return a state of records}
    static byte[] encode(ControllerState records) {
        var source = (NvmeControllerState.Version0) records.nvmeState();
        var state = new State(
                records.suspended(),
                source.submissionQueues()
                        .stream()
                        .map(queue -> new SubmissionQueue(
                                queue.prp1(),
                                queue.zeroBasedSize(),
                                queue.queueId(),
                                queue.completionQueueId(),
                                queue.attributes(),
                                queue.head(),
                                queue.tail(),
                                queue.reserved()))
                        .toArray(SubmissionQueue[]::new),
                source.completionQueues()
                        .stream()
                        .map(queue -> new CompletionQueue(
                                queue.prp1(),
                                queue.zeroBasedSize(),
                                queue.queueId(),
                                queue.head(),
                                queue.tail(),
                                queue.attributes(),
                                queue.reserved()))
                        .toArray(CompletionQueue[]::new));
        return write(state);
    }

    private static byte[] write(State state) {
        try (var bytes = new ByteArrayOutputStream(); var objects = new ObjectOutputStream(bytes)) {
            objects.writeObject(state);
            objects.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the records of a state}
    static ControllerState decode(byte[] bytes) {
        var state = read(bytes);
        return ControllerState.of(
                state.suspended(),
                NvmeControllerState.Version0.of(
                        Arrays.stream(state.submissionQueues())
                                .map(queue -> new SubmissionQueueState(
                                        queue.prp1(),
                                        queue.zeroBasedSize(),
                                        queue.queueId(),
                                        queue.completionQueueId(),
                                        queue.attributes(),
                                        queue.head(),
                                        queue.tail(),
                                        queue.reserved()))
                                .toList(),
                        Arrays.stream(state.completionQueues())
                                .map(queue -> new CompletionQueueState(
                                        queue.prp1(),
                                        queue.zeroBasedSize(),
                                        queue.queueId(),
                                        queue.head(),
                                        queue.tail(),
                                        queue.attributes(),
                                        queue.reserved()))
                                .toList()),
                OpaqueBytes.EMPTY);
    }

    /// {@return fields of all queues, added up}
    static long sum(byte[] bytes) {
        var state = read(bytes);
        long sum = 0;
        for (var queue : state.submissionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        for (var queue : state.completionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }

    private static State read(byte[] bytes) {
        try (var objects = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (State) objects.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
