package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// Completion queue entry of 16 bytes (Base 2.3 fig. 98 to 100), as a view: reads and writes memory in place.
///
/// ```
///        3    2          1    0
///   0  | DW0                   |  command specific
///   4  | DW1                   |  command specific
///   8  | SQID     | SQHD       |
///   12 | status P | CID        |
///
///   bytes 14 and 15:  15    14   13:12   11:9   8:1   0
///                     DNR | M  | CRD   | SCT  | SC  | P
/// ```
///
/// The controller writes the phase bit (P) last, and whoever polls for it reads it first: [#statusAndPhaseRelease(int,
/// boolean)] and [PolledCompletion#poll(MemorySegment, long, boolean)] are that pair. An entry that starts at an even
/// address is written and read with one access to those two bytes.
///
/// Setters store the low bits of what they are given. Not thread-safe, apart from that pair.
public final class CompletionEntryView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 16;
    /// Offset of dword 0.
    public static final int DW0_OFFSET = 0;
    /// Offset of dword 1.
    public static final int DW1_OFFSET = 4;
    /// Offset of the submission queue head pointer.
    public static final int SQHD_OFFSET = 8;
    /// Offset of the submission queue identifier.
    public static final int SQID_OFFSET = 10;
    /// Offset of the command identifier.
    public static final int CID_OFFSET = 12;
    /// Offset of the half-word of phase and status.
    public static final int STATUS_OFFSET = 14;

    private static final int STATUS_MASK = 0x7FFF;

    /// Creates a view that has yet to be wrapped around a structure.
    public CompletionEntryView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public CompletionEntryView wrap(MemorySegment segment, long byteOffset) {
        place("completion entry", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return command specific result, dword 0}
    public int dword0() {
        return dword(DW0_OFFSET);
    }

    /// Sets dword 0.
    ///
    /// @param value 32 bits
    /// @return this
    public CompletionEntryView dword0(int value) {
        setDword(DW0_OFFSET, value);
        return this;
    }

    /// {@return command specific result, dword 1}
    public int dword1() {
        return dword(DW1_OFFSET);
    }

    /// Sets dword 1.
    ///
    /// @param value 32 bits
    /// @return this
    public CompletionEntryView dword1(int value) {
        setDword(DW1_OFFSET, value);
        return this;
    }

    /// {@return submission queue head pointer (SQHD)}
    public int submissionQueueHead() {
        return unsigned16(SQHD_OFFSET);
    }

    /// Sets the submission queue head pointer (SQHD).
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionEntryView submissionQueueHead(int value) {
        set16(SQHD_OFFSET, value);
        return this;
    }

    /// {@return submission queue identifier (SQID)}
    public int submissionQueueId() {
        return unsigned16(SQID_OFFSET);
    }

    /// Sets the submission queue identifier (SQID).
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionEntryView submissionQueueId(int value) {
        set16(SQID_OFFSET, value);
        return this;
    }

    /// {@return command identifier (CID)}
    public int commandId() {
        return unsigned16(CID_OFFSET);
    }

    /// Sets the command identifier (CID).
    ///
    /// @param value 16 bits
    /// @return this
    public CompletionEntryView commandId(int value) {
        set16(CID_OFFSET, value);
        return this;
    }

    /// {@return phase tag (P)}
    public boolean phase() {
        return (unsigned16(STATUS_OFFSET) & 1) != 0;
    }

    /// Sets the phase tag (P).
    ///
    /// @param value the phase
    /// @return this
    public CompletionEntryView phase(boolean value) {
        set16(STATUS_OFFSET, (unsigned16(STATUS_OFFSET) & ~1) | (value ? 1 : 0));
        return this;
    }

    /// {@return the 15 bits of the status field, as [NvmeStatus#toBits()] has them}
    public int statusBits() {
        return unsigned16(STATUS_OFFSET) >>> 1;
    }

    /// Sets the status field.
    ///
    /// @param value 15 bits
    /// @return this
    public CompletionEntryView statusBits(int value) {
        set16(STATUS_OFFSET, (unsigned16(STATUS_OFFSET) & 1) | ((value & STATUS_MASK) << 1));
        return this;
    }

    /// {@return status field as a value} Allocates nothing for success.
    public NvmeStatus status() {
        return NvmeStatus.fromBits(statusBits());
    }

    /// {@return result and status as a value} Allocates nothing for success without a result.
    public Completion completion() {
        return CompletionCodec.completion(dword0(), dword1(), statusBits());
    }

    /// Sets result and status from a value; leaves queue, command identifier and phase.
    ///
    /// @param completion result and status
    /// @return this
    public CompletionEntryView completion(Completion completion) {
        return dword0(completion.dword0())
                .dword1(completion.dword1())
                .statusBits(completion.status().toBits());
    }

    /// Writes status and phase with one store, after everything that was written to the entry before.
    ///
    /// @param statusBits 15 bits
    /// @param phase      the phase
    public void statusAndPhaseRelease(int statusBits, boolean phase) {
        VarHandle.releaseFence();
        set16(STATUS_OFFSET, ((statusBits & STATUS_MASK) << 1) | (phase ? 1 : 0));
    }
}
