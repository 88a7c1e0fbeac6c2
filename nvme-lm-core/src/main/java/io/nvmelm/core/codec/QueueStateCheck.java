package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
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

    /// Checks a submission queue that stands at a byte of the state.
    void check(SubmissionQueueStateView queue, long stateOffset) {
        requireAscending(
                "IOSQQID", queue.queueId(), lastSubmissionQueueId, stateOffset,
                SubmissionQueueStateView.IOSQQID_OFFSET);
        requirePageAligned("IOSQPRP1", queue.prp1(), stateOffset + SubmissionQueueStateView.IOSQPRP1_OFFSET);
        int size = queue.zeroBasedSize();
        requireTwoSlots("IOSQQSIZE", size, stateOffset + SubmissionQueueStateView.IOSQQSIZE_OFFSET);
        requireInside("IOSQHP", queue.head(), size, stateOffset + SubmissionQueueStateView.IOSQHP_OFFSET);
        requireInside("IOSQTP", queue.tail(), size, stateOffset + SubmissionQueueStateView.IOSQTP_OFFSET);
        lastSubmissionQueueId = queue.queueId();
        int completionQueueId = queue.completionQueueId();
        if (wanted.add(completionQueueId)) {
            if (completionQueueId >= firstWantedBy.length) {
                int room = Math.max(FIRST_PLACES, QueueIdSet.roomFor(completionQueueId));
                firstWantedBy = Arrays.copyOf(firstWantedBy, room);
            }
            firstWantedBy[completionQueueId] = (char) submissionQueues;
        }
        submissionQueues++;
    }

    /// Checks a completion queue that stands at a byte of the state.
    void check(CompletionQueueStateView queue, long stateOffset) {
        requireAscending(
                "IOCQQID", queue.queueId(), lastCompletionQueueId, stateOffset,
                CompletionQueueStateView.IOCQQID_OFFSET);
        requirePageAligned("IOCQPRP1", queue.prp1(), stateOffset + CompletionQueueStateView.IOCQPRP1_OFFSET);
        int size = queue.zeroBasedSize();
        requireTwoSlots("IOCQQSIZE", size, stateOffset + CompletionQueueStateView.IOCQQSIZE_OFFSET);
        requireInside("IOCQHP", queue.head(), size, stateOffset + CompletionQueueStateView.IOCQHP_OFFSET);
        requireInside("IOCQTP", queue.tail(), size, stateOffset + CompletionQueueStateView.IOCQTP_OFFSET);
        lastCompletionQueueId = queue.queueId();
        existing.add(queue.queueId());
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

    private static void requireAscending(String field, int id, int previous, long stateOffset, int fieldOffset) {
        if (id <= previous) {
            throw new InvalidValueException(field, Integer.toString(id), "above " + previous, stateOffset
                    + fieldOffset);
        }
    }

    /// PRP1 of a queue names a memory page, directly or as a list of pages; no page is smaller than 4 KiB.
    private static void requirePageAligned(String field, long address, long stateOffset) {
        if ((address & SMALLEST_PAGE_BYTES - 1) != 0) {
            throw new InvalidValueException(
                    field, Long.toHexString(address) + "h", "a multiple of " + SMALLEST_PAGE_BYTES, stateOffset);
        }
    }

    /// A queue of one slot could hold nothing and cannot be created.
    private static void requireTwoSlots(String field, int zeroBasedSize, long stateOffset) {
        if (zeroBasedSize < 1) {
            throw new InvalidValueException(field, Integer.toString(zeroBasedSize), "1 to 65535", stateOffset);
        }
    }

    private static void requireInside(String field, int slot, int zeroBasedSize, long stateOffset) {
        if (slot > zeroBasedSize) {
            throw new InvalidValueException(field, Integer.toString(slot), "0 to " + zeroBasedSize, stateOffset);
        }
    }
}
