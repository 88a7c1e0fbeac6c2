package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.CompletionQueueState;
import java.lang.foreign.MemorySegment;

/// I/O completion queue state of 24 bytes (Base 2.3 fig. 377), as a view: reads and writes memory in place.
///
/// ```
///   0      8       10    12     14     16     20     24
///   | PRP1 | QSIZE | QID | head | tail | attr | rsvd |
///
///   attr:  31:16   15:3   2      1     0
///          IV    | rsvd | S0PT | IEN | PC
/// ```
///
/// QSIZE is 0's based; [#slots()] is not. Setters store the low bits of what they are given. Not thread-safe.
public final class CompletionQueueStateView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 24;
    /// Offset of IOCQPRP1.
    public static final int IOCQPRP1_OFFSET = 0;
    /// Offset of IOCQQSIZE.
    public static final int IOCQQSIZE_OFFSET = 8;
    /// Offset of IOCQQID.
    public static final int IOCQQID_OFFSET = 10;
    /// Offset of IOCQHP.
    public static final int IOCQHP_OFFSET = 12;
    /// Offset of IOCQTP.
    public static final int IOCQTP_OFFSET = 14;
    /// Offset of IOCQA.
    public static final int IOCQA_OFFSET = 16;
    /// Offset of the reserved bytes.
    public static final int RESERVED_OFFSET = 20;

    private static final String STRUCTURE = "I/O completion queue state";

    /// Creates a view that has yet to be wrapped around a structure.
    public CompletionQueueStateView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public CompletionQueueStateView wrap(MemorySegment segment, long byteOffset) {
        place(STRUCTURE, segment, byteOffset, BYTES);
        return this;
    }

    /// Moves this view to another place in its segment.
    CompletionQueueStateView at(long byteOffset) {
        move(STRUCTURE, byteOffset, BYTES);
        return this;
    }

    /// {@return PRP1 of the command that created the queue (IOCQPRP1)}
    public long prp1() {
        return quadword(IOCQPRP1_OFFSET);
    }

    /// Sets the IOCQPRP1.
    ///
    /// @param value 64 bits
    /// @return this
    public CompletionQueueStateView prp1(long value) {
        setQuadword(IOCQPRP1_OFFSET, value);
        return this;
    }

    /// {@return number of slots less one (IOCQQSIZE)}
    public int zeroBasedSize() {
        return unsigned16(IOCQQSIZE_OFFSET);
    }

    /// Sets the IOCQQSIZE.
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionQueueStateView zeroBasedSize(int value) {
        set16(IOCQQSIZE_OFFSET, value);
        return this;
    }

    /// {@return queue identifier (IOCQQID)}
    public int queueId() {
        return unsigned16(IOCQQID_OFFSET);
    }

    /// Sets the IOCQQID.
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionQueueStateView queueId(int value) {
        set16(IOCQQID_OFFSET, value);
        return this;
    }

    /// {@return head, the last doorbell value (IOCQHP)}
    public int head() {
        return unsigned16(IOCQHP_OFFSET);
    }

    /// Sets the IOCQHP.
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionQueueStateView head(int value) {
        set16(IOCQHP_OFFSET, value);
        return this;
    }

    /// {@return tail, the controller's producer index (IOCQTP)}
    public int tail() {
        return unsigned16(IOCQTP_OFFSET);
    }

    /// Sets the IOCQTP.
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionQueueStateView tail(int value) {
        set16(IOCQTP_OFFSET, value);
        return this;
    }

    /// {@return attributes (IOCQA), all 32 bits, unsigned}
    public long attributes() {
        return unsigned32(IOCQA_OFFSET);
    }

    /// Sets the IOCQA.
    ///
    /// @param value 32 bits
    /// @return this
    public CompletionQueueStateView attributes(long value) {
        set32(IOCQA_OFFSET, value);
        return this;
    }

    /// {@return reserved bytes 20 to 23, unsigned}
    public long reserved() {
        return unsigned32(RESERVED_OFFSET);
    }

    /// Sets the reserved bytes.
    ///
    /// @param value 32 bits
    /// @return this
    public CompletionQueueStateView reserved(long value) {
        set32(RESERVED_OFFSET, value);
        return this;
    }

    /// {@return number of slots, 1 to 65 536}
    public int slots() {
        return zeroBasedSize() + 1;
    }

    /// {@return Physically Contiguous (PC), IOCQA bit 0}
    public boolean physicallyContiguous() {
        return attribute(1);
    }

    /// Sets PC, IOCQA bit 0.
    ///
    /// @param value whether the queue is physically contiguous
    /// @return this
    public CompletionQueueStateView physicallyContiguous(boolean value) {
        return attribute(1, value);
    }

    /// {@return Interrupts Enabled (IEN), IOCQA bit 1}
    public boolean interruptsEnabled() {
        return attribute(2);
    }

    /// Sets IEN, IOCQA bit 1.
    ///
    /// @param value whether the queue raises interrupts
    /// @return this
    public CompletionQueueStateView interruptsEnabled(boolean value) {
        return attribute(2, value);
    }

    /// {@return Slot 0 Phase Tag (S0PT), IOCQA bit 2: the phase bit that slot 0 holds now}
    public boolean slotZeroPhase() {
        return attribute(4);
    }

    /// Sets S0PT, IOCQA bit 2.
    ///
    /// @param value the phase bit that slot 0 holds
    /// @return this
    public CompletionQueueStateView slotZeroPhase(boolean value) {
        return attribute(4, value);
    }

    /// {@return Interrupt Vector (IV), IOCQA bits 31:16}
    public int interruptVector() {
        return unsigned16(IOCQA_OFFSET + 2);
    }

    /// Sets IV, IOCQA bits 31:16.
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionQueueStateView interruptVector(int value) {
        set16(IOCQA_OFFSET + 2, value);
        return this;
    }

    /// {@return phase bit of the next entry that the controller will post}
    ///
    /// @see CompletionQueueState#nextPhase()
    public boolean nextPhase() {
        return CompletionQueueState.nextPhase(tail(), slotZeroPhase());
    }

    private boolean attribute(int mask) {
        return (unsigned8(IOCQA_OFFSET) & mask) != 0;
    }

    private CompletionQueueStateView attribute(int mask, boolean value) {
        int others = unsigned8(IOCQA_OFFSET) & ~mask;
        set8(IOCQA_OFFSET, value ? others | mask : others);
        return this;
    }

    /// {@return all fields as a record}
    public CompletionQueueState state() {
        return stateOf(quadword(IOCQPRP1_OFFSET), quadword(IOCQQSIZE_OFFSET), quadword(IOCQA_OFFSET));
    }

    /// {@return all fields of a structure of these quadwords}
    static CompletionQueueState stateOf(long prp1, long middle, long last) {
        return new CompletionQueueState(
                prp1,
                (int) middle & 0xFFFF,
                (int) middle >>> 16,
                (int) (middle >>> 32) & 0xFFFF,
                (int) (middle >>> 48),
                last & 0xFFFF_FFFFL,
                last >>> 32);
    }

    /// Sets all fields from a record.
    ///
    /// @param state the fields
    /// @return this
    public CompletionQueueStateView state(CompletionQueueState state) {
        setQuadword(IOCQPRP1_OFFSET, state.prp1());
        setQuadword(
                IOCQQSIZE_OFFSET,
                state.zeroBasedSize()
                        | (long) state.queueId() << 16
                        | (long) state.head() << 32
                        | (long) state.tail() << 48);
        setQuadword(IOCQA_OFFSET, state.attributes() | state.reserved() << 32);
        return this;
    }
}
