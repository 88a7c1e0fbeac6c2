package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Checks the queues of one NVMe Controller State, version 0, in their order: submission queues, then completion
/// queues, then [#completionQueuesExist()]. Grows with the largest identifier and keeps its room from one state to the next.
final class QueueStateCheck {
    private static final int QUEUE_IDS = 0x1_0000;
    private static final long SMALLEST_PAGE_BYTES = 4096;
    /// Completion queues for which there is room once there is a submission queue.
    private static final int FIRST_PLACES = 64;
    private static final char[] NO_PLACES = {};

    private final QueueIdSet existing = new QueueIdSet();
    private final QueueIdSet wanted = new QueueIdSet();
    /// By identifier of a completion queue, the place from 0 of the first submission queue that feeds it.
    private char[] firstWantedBy = NO_PLACES;

    private int submissionQueues;
    private int lastSubmissionQueueId;
    private int lastCompletionQueueId;

    void reset() {
        existing.clear();
        wanted.clear();
        submissionQueues = 0;
        lastSubmissionQueueId = 0;
        lastCompletionQueueId = 0;
    }

    /// Checks submission queues that stand one behind the other. Each is read once, by words.
    ///
    /// @param memory      memory that holds them
    /// @param place       where the first stands in it
    /// @param count       how many there are
    /// @param stateOffset byte of the state at which the first stands
    void submissionQueues(MemorySegment memory, long place, int count, long stateOffset) {
        int previousId = lastSubmissionQueueId;
        for (int i = 0; i < count; i++) {
            long queue = place + (long) SubmissionQueueStateView.BYTES * i;
            long prp1 = memory.get(Layouts.QUADWORD, queue + SubmissionQueueStateView.IOSQPRP1_OFFSET);
            long middle = memory.get(Layouts.QUADWORD, queue + SubmissionQueueStateView.IOSQQSIZE_OFFSET);
            int slots = memory.get(Layouts.DWORD, queue + SubmissionQueueStateView.IOSQHP_OFFSET);
            int size = (int) middle & 0xFFFF;
            int id = (int) middle >>> 16;
            if (!isRight(prp1, size, id, previousId, slots)) {
                throw refusal(
                        "IOSQ", prp1, size, id, previousId, slots,
                        stateOffset + queue - place, SubmissionQueueStateView.IOSQHP_OFFSET);
            }
            previousId = id;
            want((int) (middle >>> 32) & 0xFFFF, submissionQueues + i);
        }
        lastSubmissionQueueId = previousId;
        submissionQueues += count;
    }

    private void want(int completionQueueId, int submissionQueue) {
        if (wanted.add(completionQueueId)) {
            if (completionQueueId >= firstWantedBy.length) {
                int room = Math.max(FIRST_PLACES, QueueIdSet.roomFor(completionQueueId));
                firstWantedBy = Arrays.copyOf(firstWantedBy, room);
            }
            firstWantedBy[completionQueueId] = (char) submissionQueue;
        }
    }

    /// Checks completion queues that stand one behind the other. Each is read once, by words.
    ///
    /// @param memory      memory that holds them
    /// @param place       where the first stands in it
    /// @param count       how many there are
    /// @param stateOffset byte of the state at which the first stands
    void completionQueues(MemorySegment memory, long place, int count, long stateOffset) {
        int previousId = lastCompletionQueueId;
        for (int i = 0; i < count; i++) {
            long queue = place + (long) CompletionQueueStateView.BYTES * i;
            long prp1 = memory.get(Layouts.QUADWORD, queue + CompletionQueueStateView.IOCQPRP1_OFFSET);
            long middle = memory.get(Layouts.QUADWORD, queue + CompletionQueueStateView.IOCQQSIZE_OFFSET);
            int slots = (int) (middle >>> 32);
            int size = (int) middle & 0xFFFF;
            int id = (int) middle >>> 16;
            if (!isRight(prp1, size, id, previousId, slots)) {
                throw refusal(
                        "IOCQ", prp1, size, id, previousId, slots,
                        stateOffset + queue - place, CompletionQueueStateView.IOCQHP_OFFSET);
            }
            previousId = id;
            existing.add(id);
        }
        lastCompletionQueueId = previousId;
    }

    /// Checks that the completion queue of every submission queue was among the completion queues.
    void completionQueuesExist() {
        if (existing.containsAll(wanted)) {
            return;
        }
        int firstPlace = Integer.MAX_VALUE;
        int missing = 0;
        for (int id = 0; id < QUEUE_IDS; id++) {
            if (wanted.contains(id) && !existing.contains(id) && firstWantedBy[id] < firstPlace) {
                firstPlace = firstWantedBy[id];
                missing = id;
            }
        }
        long queueOffset = ControllerStateView.HEADER_BYTES
                + NvmeControllerStateView.HEADER_BYTES
                + (long) SubmissionQueueStateView.BYTES * firstPlace;
        throw new InvalidValueException(
                "IOSQCQID",
                Integer.toString(missing),
                "identifier of a completion queue of the state",
                queueOffset + SubmissionQueueStateView.IOSQCQID_OFFSET);
    }

    /// PRP1 of a queue names a memory page, directly or as a list of pages; no page is smaller than 4 KiB. A queue of one slot could hold
    /// nothing and cannot be created. Head and tail are in the low and the high half of `slots`.
    private static boolean isRight(long prp1, int zeroBasedSize, int id, int previousId, int slots) {
        return id > previousId
                && (prp1 & SMALLEST_PAGE_BYTES - 1) == 0
                && zeroBasedSize >= 1
                && (slots & 0xFFFF) <= zeroBasedSize
                && slots >>> 16 <= zeroBasedSize;
    }

    /// Names the first field of a queue that is not right. Size and identifier have the same place in both kinds, and the tail is behind
    /// the head.
    private static InvalidValueException refusal(
            String kind,
            long prp1,
            int zeroBasedSize,
            int id,
            int previousId,
            int slots,
            long stateOffset,
            int headOffset) {
        if (id <= previousId) {
            return refusal(
                    kind + "QID", id, "above " + previousId, stateOffset + SubmissionQueueStateView.IOSQQID_OFFSET);
        }
        if ((prp1 & SMALLEST_PAGE_BYTES - 1) != 0) {
            return new InvalidValueException(
                    kind + "PRP1",
                    Long.toHexString(prp1) + "h",
                    "a multiple of " + SMALLEST_PAGE_BYTES,
                    stateOffset + SubmissionQueueStateView.IOSQPRP1_OFFSET);
        }
        if (zeroBasedSize < 1) {
            return refusal(
                    kind + "QSIZE",
                    zeroBasedSize,
                    "1 to 65535",
                    stateOffset + SubmissionQueueStateView.IOSQQSIZE_OFFSET);
        }
        int head = slots & 0xFFFF;
        return head > zeroBasedSize
                ? refusal(kind + "HP", head, "0 to " + zeroBasedSize, stateOffset + headOffset)
                : refusal(kind + "TP", slots >>> 16, "0 to " + zeroBasedSize, stateOffset + headOffset + 2);
    }

    private static InvalidValueException refusal(String field, int value, String bound, long stateOffset) {
        return new InvalidValueException(field, Integer.toString(value), bound, stateOffset);
    }
}
