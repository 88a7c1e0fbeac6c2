package io.nvmelm.benchmarks.codec;

import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.util.ArrayList;
import java.util.List;

/// Queues of a controller as a device keeps them, a field an array, from which a state is built.
///
/// @param prp1  place of each queue, of both kinds
/// @param heads head of each queue, of both kinds
/// @param tails tail of each queue, of both kinds
record SampleQueues(long[] prp1, int[] heads, int[] tails) {
    /// QSIZE of every queue.
    static final int ZERO_BASED_SIZE = 1023;
    /// IOSQA of every submission queue.
    static final int SUBMISSION_ATTRIBUTES = 1;
    /// IOCQA of every completion queue.
    static final int COMPLETION_ATTRIBUTES = 7;

    /// {@return queues with identifiers from 1}
    static SampleQueues of(int queuePairs) {
        var queues = new SampleQueues(new long[queuePairs], new int[queuePairs], new int[queuePairs]);
        for (int i = 0; i < queuePairs; i++) {
            queues.prp1[i] = (i + 1L) << 20;
            queues.heads[i] = (i + 1) % 1024;
            queues.tails[i] = (i + 8) % 1024;
        }
        return queues;
    }

    int pairs() {
        return prp1.length;
    }

    /// {@return the state of all of them as records}
    ControllerState records() {
        var submissionQueues = new ArrayList<SubmissionQueueState>(pairs());
        var completionQueues = new ArrayList<CompletionQueueState>(pairs());
        for (int i = 0; i < pairs(); i++) {
            submissionQueues.add(new SubmissionQueueState(
                    prp1[i], ZERO_BASED_SIZE, i + 1, i + 1, SUBMISSION_ATTRIBUTES, heads[i], tails[i], 0));
            completionQueues.add(new CompletionQueueState(
                    prp1[i], ZERO_BASED_SIZE, i + 1, heads[i], tails[i], COMPLETION_ATTRIBUTES, 0));
        }
        return ControllerState.of(
                true, NvmeControllerState.Version0.of(submissionQueues, completionQueues), OpaqueBytes.EMPTY);
    }

    /// {@return records of as many queues, all of the same values, which come from nowhere}
    ///
    /// @param value of each field, 0 to 65 535
    static ControllerState equalRecords(int queuePairs, int value) {
        var submissionQueues = new SubmissionQueueState[queuePairs];
        for (int i = 0; i < queuePairs; i++) {
            submissionQueues[i] = new SubmissionQueueState(value, value, value, value, value, value, value, value);
        }
        var completionQueues = new CompletionQueueState[queuePairs];
        for (int i = 0; i < queuePairs; i++) {
            completionQueues[i] = new CompletionQueueState(value, value, value, value, value, value, value);
        }
        return ControllerState.of(
                true,
                NvmeControllerState.Version0.of(List.of(submissionQueues), List.of(completionQueues)),
                OpaqueBytes.EMPTY);
    }

    /// {@return all fields of all queues, added up, with records in between}
    static long sumOfAllFields(ControllerState state) {
        var queues = (NvmeControllerState.Version0) state.nvmeState();
        long sum = 0;
        for (var queue : queues.submissionQueues()) {
            sum += queue.prp1()
                    + queue.zeroBasedSize()
                    + queue.queueId()
                    + queue.completionQueueId()
                    + queue.attributes()
                    + queue.head()
                    + queue.tail()
                    + queue.reserved();
        }
        for (var queue : queues.completionQueues()) {
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

    /// {@return the fields that the benchmarks read, added up, with records in between}
    static long sum(ControllerState state) {
        var queues = (NvmeControllerState.Version0) state.nvmeState();
        long sum = 0;
        for (var queue : queues.submissionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        for (var queue : queues.completionQueues()) {
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }
}
