package io.nvmelm.nvme;

/// State of one I/O completion queue (Base 2.3 fig. 377), 24 bytes.
///
/// @param prp1          PRP1 of the command that created the queue, unsigned 64 bits
/// @param zeroBasedSize QSIZE, 0's based; see [#slots()]
/// @param queueId       queue identifier, 1 to 65 535 in a valid state
/// @param head          head, the last doorbell value
/// @param tail          tail, the controller's producer index
/// @param attributes    IOCQA, all 32 bits, unsigned; see the methods
/// @param reserved      reserved bytes 20 to 23, as an unsigned 32-bit value
public record CompletionQueueState(
        long prp1, int zeroBasedSize, int queueId, int head, int tail, long attributes, long reserved) {

    /// Checks that every field fits.
    public CompletionQueueState {
        FieldBounds.requireUnsigned16("IOCQQSIZE", zeroBasedSize);
        FieldBounds.requireUnsigned16("IOCQQID", queueId);
        FieldBounds.requireUnsigned16("IOCQHP", head);
        FieldBounds.requireUnsigned16("IOCQTP", tail);
        FieldBounds.requireUnsigned32("IOCQA", attributes);
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

    /// {@return whether interrupts are enabled (IEN), bit 1}
    public boolean interruptsEnabled() {
        return (attributes & 2) != 0;
    }

    /// {@return the phase bit that slot 0 holds now: Slot 0 Phase Tag (S0PT), bit 2}
    public boolean slotZeroPhase() {
        return (attributes & 4) != 0;
    }

    /// {@return the Interrupt Vector (IV), bits 31:16, 0 to 65 535}
    public int interruptVector() {
        return (int) (attributes >>> 16);
    }

    /// {@return the phase bit of the next entry that the controller will post} With the tail at 0 slot 0 is about to be
    /// overwritten, so it is the inverse of S0PT; else slot 0 was written in the present pass.
    public boolean nextPhase() {
        return nextPhase(tail, slotZeroPhase());
    }

    /// {@return the phase bit of the next entry that the controller will post}
    ///
    /// @param tail          tail of the queue, 0 to its number of slots less 1
    /// @param slotZeroPhase phase bit that slot 0 holds (S0PT)
    public static boolean nextPhase(int tail, boolean slotZeroPhase) {
        return (tail == 0) != slotZeroPhase;
    }

    /// {@return the phase bit that slot 0 holds (S0PT)} The inverse of [#nextPhase(int, boolean)].
    ///
    /// @param tail      tail of the queue, 0 to its number of slots less 1
    /// @param nextPhase phase bit of the next entry that the controller will post
    public static boolean slotZeroPhase(int tail, boolean nextPhase) {
        return (tail == 0) != nextPhase;
    }

    /// {@return the queue attributes (IOCQA) that these parts make, unsigned}
    ///
    /// @param physicallyContiguous whether the queue is physically contiguous (PC)
    /// @param interruptsEnabled    whether interrupts are enabled (IEN)
    /// @param slotZeroPhase        phase bit that slot 0 holds (S0PT)
    /// @param interruptVector      interrupt vector (IV), 0 to 65 535
    public static long attributes(
            boolean physicallyContiguous, boolean interruptsEnabled, boolean slotZeroPhase, int interruptVector) {
        FieldBounds.requireUnsigned16("IV", interruptVector);
        return (physicallyContiguous ? 1 : 0)
                | (interruptsEnabled ? 2 : 0)
                | (slotZeroPhase ? 4 : 0)
                | (long) interruptVector << 16;
    }
}
