package io.nvmelm.benchmarks.own;

/// What the queues hold that a [CodecUnderTest] builds. Each value follows from the identifier, so that handing values over costs the
/// same for every codec.
public final class QueueValues {
    /// 0's based number of slots of every queue (IOSQQSIZE, IOCQQSIZE).
    public static final int ZERO_BASED_SIZE = 1023;
    /// Attributes of every submission queue: physically contiguous (IOSQA).
    public static final int SUBMISSION_QUEUE_ATTRIBUTES = 1;
    /// Attributes of every completion queue: physically contiguous, interrupts enabled, slot 0 has phase 1 (IOCQA).
    public static final int COMPLETION_QUEUE_ATTRIBUTES = 7;

    private QueueValues() {}

    /// {@return PRP1 of the submission queue and of the completion queue with this identifier}
    public static long prp1(int queueId) {
        return (long) queueId << 20;
    }

    /// {@return head of both queues with this identifier}
    public static int head(int queueId) {
        return queueId & ZERO_BASED_SIZE;
    }

    /// {@return tail of the submission queue with this identifier}
    public static int submissionQueueTail(int queueId) {
        return queueId + 7 & ZERO_BASED_SIZE;
    }

    /// {@return tail of the completion queue with this identifier}
    public static int completionQueueTail(int queueId) {
        return queueId + 3 & ZERO_BASED_SIZE;
    }
}
