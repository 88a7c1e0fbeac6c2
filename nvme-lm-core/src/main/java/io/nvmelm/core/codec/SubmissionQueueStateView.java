package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.MemorySegment;

/// I/O submission queue state of 24 bytes (Base 2.3 fig. 376), as a view: reads and writes memory in place.
///
/// ```
///   0      8       10    12     14     16     18     20     24
///   | PRP1 | QSIZE | QID | CQID | attr | head | tail | rsvd |
///
///   attr:  15:3   2:1     0
///          rsvd | QPRIO | PC
/// ```
///
/// QSIZE is 0's based; [#slots()] is not. Setters store the low bits of what they are given. Not thread-safe.
public final class SubmissionQueueStateView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 24;
    /// Offset of IOSQPRP1.
    public static final int IOSQPRP1_OFFSET = 0;
    /// Offset of IOSQQSIZE.
    public static final int IOSQQSIZE_OFFSET = 8;
    /// Offset of IOSQQID.
    public static final int IOSQQID_OFFSET = 10;
    /// Offset of IOSQCQID.
    public static final int IOSQCQID_OFFSET = 12;
    /// Offset of IOSQA.
    public static final int IOSQA_OFFSET = 14;
    /// Offset of IOSQHP.
    public static final int IOSQHP_OFFSET = 16;
    /// Offset of IOSQTP.
    public static final int IOSQTP_OFFSET = 18;
    /// Offset of the reserved bytes.
    public static final int RESERVED_OFFSET = 20;

    private static final String STRUCTURE = "I/O submission queue state";

    /// Creates a view that has yet to be wrapped around a structure.
    public SubmissionQueueStateView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public SubmissionQueueStateView wrap(MemorySegment segment, long byteOffset) {
        place(STRUCTURE, segment, byteOffset, BYTES);
        return this;
    }

    /// Moves this view to another place in its segment.
    SubmissionQueueStateView at(long byteOffset) {
        move(STRUCTURE, byteOffset, BYTES);
        return this;
    }

    /// {@return PRP1 of the command that created the queue (IOSQPRP1)}
    public long prp1() {
        return quadword(IOSQPRP1_OFFSET);
    }

    /// Sets the IOSQPRP1.
    ///
    /// @param value 64 bits
    /// @return this
    public SubmissionQueueStateView prp1(long value) {
        setQuadword(IOSQPRP1_OFFSET, value);
        return this;
    }

    /// {@return number of slots less one (IOSQQSIZE)}
    public int zeroBasedSize() {
        return unsigned16(IOSQQSIZE_OFFSET);
    }

    /// Sets the IOSQQSIZE.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView zeroBasedSize(int value) {
        set16(IOSQQSIZE_OFFSET, value);
        return this;
    }

    /// {@return queue identifier (IOSQQID)}
    public int queueId() {
        return unsigned16(IOSQQID_OFFSET);
    }

    /// Sets the IOSQQID.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView queueId(int value) {
        set16(IOSQQID_OFFSET, value);
        return this;
    }

    /// {@return identifier of the completion queue it feeds (IOSQCQID)}
    public int completionQueueId() {
        return unsigned16(IOSQCQID_OFFSET);
    }

    /// Sets the IOSQCQID.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView completionQueueId(int value) {
        set16(IOSQCQID_OFFSET, value);
        return this;
    }

    /// {@return attributes (IOSQA), all 16 bits}
    public int attributes() {
        return unsigned16(IOSQA_OFFSET);
    }

    /// Sets the IOSQA.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView attributes(int value) {
        set16(IOSQA_OFFSET, value);
        return this;
    }

    /// {@return head, the controller's consumer index (IOSQHP)}
    public int head() {
        return unsigned16(IOSQHP_OFFSET);
    }

    /// Sets the IOSQHP.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView head(int value) {
        set16(IOSQHP_OFFSET, value);
        return this;
    }

    /// {@return tail, the last doorbell value (IOSQTP)}
    public int tail() {
        return unsigned16(IOSQTP_OFFSET);
    }

    /// Sets the IOSQTP.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionQueueStateView tail(int value) {
        set16(IOSQTP_OFFSET, value);
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
    public SubmissionQueueStateView reserved(long value) {
        set32(RESERVED_OFFSET, value);
        return this;
    }

    /// {@return number of slots, 1 to 65 536}
    public int slots() {
        return zeroBasedSize() + 1;
    }

    /// {@return Physically Contiguous (PC), IOSQA bit 0}
    public boolean physicallyContiguous() {
        return (attributes() & 1) != 0;
    }

    /// Sets PC, IOSQA bit 0.
    ///
    /// @param value whether the queue is physically contiguous
    /// @return this
    public SubmissionQueueStateView physicallyContiguous(boolean value) {
        return attributes((attributes() & ~1) | (value ? 1 : 0));
    }

    /// {@return Queue Priority (QPRIO), IOSQA bits 2:1: 0 urgent, 1 high, 2 medium, 3 low}
    public int priority() {
        return attributes() >>> 1 & 3;
    }

    /// Sets QPRIO, IOSQA bits 2:1.
    ///
    /// @param value 2 bits
    /// @return this
    public SubmissionQueueStateView priority(int value) {
        return attributes((attributes() & ~6) | ((value & 3) << 1));
    }

    /// {@return all fields as a record}
    public SubmissionQueueState state() {
        return stateOf(quadword(IOSQPRP1_OFFSET), quadword(IOSQQSIZE_OFFSET), quadword(IOSQHP_OFFSET));
    }

    /// {@return all fields of a structure of these quadwords}
    static SubmissionQueueState stateOf(long prp1, long middle, long last) {
        return new SubmissionQueueState(
                prp1,
                (int) middle & 0xFFFF,
                (int) middle >>> 16,
                (int) (middle >>> 32) & 0xFFFF,
                (int) (middle >>> 48),
                (int) last & 0xFFFF,
                (int) last >>> 16,
                last >>> 32);
    }

    /// Sets all fields from a record.
    ///
    /// @param state the fields
    /// @return this
    public SubmissionQueueStateView state(SubmissionQueueState state) {
        setQuadword(IOSQPRP1_OFFSET, state.prp1());
        setQuadword(
                IOSQQSIZE_OFFSET,
                state.zeroBasedSize()
                        | (long) state.queueId() << 16
                        | (long) state.completionQueueId() << 32
                        | (long) state.attributes() << 48);
        setQuadword(IOSQHP_OFFSET, state.head() | (long) state.tail() << 16 | state.reserved() << 32);
        return this;
    }
}
