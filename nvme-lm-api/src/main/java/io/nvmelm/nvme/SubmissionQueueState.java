package io.nvmelm.nvme;

/// State of one I/O submission queue (Base 2.3 fig. 376), 24 bytes.
///
/// @param prp1              PRP1 of the command that created the queue, unsigned 64 bits
/// @param zeroBasedSize     QSIZE, 0's based; see [#slots()]
/// @param queueId           queue identifier, 1 to 65 535 in a valid state
/// @param completionQueueId identifier of the completion queue it feeds
/// @param attributes        IOSQA, all 16 bits; see [#physicallyContiguous()] and [#priority()]
/// @param head              head, the controller's consumer index
/// @param tail              tail, the last doorbell value
/// @param reserved          reserved bytes 20 to 23, as an unsigned 32-bit value
public record SubmissionQueueState(
        long prp1,
        int zeroBasedSize,
        int queueId,
        int completionQueueId,
        int attributes,
        int head,
        int tail,
        long reserved) {

    /// Checks that every field fits.
    public SubmissionQueueState {
        FieldBounds.requireUnsigned16("IOSQQSIZE", zeroBasedSize);
        FieldBounds.requireUnsigned16("IOSQQID", queueId);
        FieldBounds.requireUnsigned16("IOSQCQID", completionQueueId);
        FieldBounds.requireUnsigned16("IOSQA", attributes);
        FieldBounds.requireUnsigned16("IOSQHP", head);
        FieldBounds.requireUnsigned16("IOSQTP", tail);
        FieldBounds.requireUnsigned32("reserved", reserved);
    }

    /// {@return the number of slots, 1 to 65 536}
    public int slots() {
        return zeroBasedSize + 1;
    }

    /// {@return whether the queue is physically contiguous (PC), bit 0}
    public boolean physicallyContiguous() {
        return (attributes & 1) != 0;
    }

    /// {@return the Queue Priority (QPRIO), bits 2:1: 0 urgent, 1 high, 2 medium, 3 low}
    public int priority() {
        return attributes >>> 1 & 3;
    }
}
