package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Submission queue entry of 64 bytes (Base 2.3 fig. 91 and 92), as a view: reads and writes memory in place.
///
/// ```
///        3         2         1         0
///   0  | CID             | flags | OPC |  CDW0
///   4  | NSID                          |  CDW1
///   8  | CDW2                          |
///   12 | CDW3                          |
///   16 | MPTR                          |  64 bits
///   24 | PRP1                          |  64 bits
///   32 | PRP2                          |  64 bits
///   40 | CDW10 to CDW15                |
/// ```
///
/// Setters store the low bits of what they are given. Not thread-safe.
public final class SubmissionEntryView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 64;
    /// Offset of OPC, CDW0 7:0.
    public static final int OPCODE_OFFSET = 0;
    /// Offset of FUSE and PSDT, CDW0 15:8.
    public static final int FLAGS_OFFSET = 1;
    /// Offset of CID, CDW0 31:16.
    public static final int CID_OFFSET = 2;
    /// Offset of NSID.
    public static final int NSID_OFFSET = 4;
    /// Offset of command dword 2.
    public static final int CDW2_OFFSET = 8;
    /// Offset of command dword 3.
    public static final int CDW3_OFFSET = 12;
    /// Offset of MPTR.
    public static final int MPTR_OFFSET = 16;
    /// Offset of PRP1.
    public static final int PRP1_OFFSET = 24;
    /// Offset of PRP2.
    public static final int PRP2_OFFSET = 32;
    /// Offset of command dword 10.
    public static final int CDW10_OFFSET = 40;
    /// Offset of command dword 11.
    public static final int CDW11_OFFSET = 44;
    /// Offset of command dword 12.
    public static final int CDW12_OFFSET = 48;
    /// Offset of command dword 13.
    public static final int CDW13_OFFSET = 52;
    /// Offset of command dword 14.
    public static final int CDW14_OFFSET = 56;
    /// Offset of command dword 15.
    public static final int CDW15_OFFSET = 60;

    /// Creates a view that has yet to be wrapped around a structure.
    public SubmissionEntryView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public SubmissionEntryView wrap(MemorySegment segment, long byteOffset) {
        place("submission entry", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return opcode (OPC), CDW0 7:0}
    public int opcode() {
        return unsigned8(OPCODE_OFFSET);
    }

    /// Sets the opcode (OPC), CDW0 7:0.
    ///
    /// @param value 8 bits
    /// @return this
    public SubmissionEntryView opcode(int value) {
        set8(OPCODE_OFFSET, value);
        return this;
    }

    /// {@return FUSE in bits 1:0 and PSDT in bits 7:6, CDW0 15:8}
    public int flags() {
        return unsigned8(FLAGS_OFFSET);
    }

    /// Sets the FUSE in bits 1:0 and PSDT in bits 7:6, CDW0 15:8.
    ///
    /// @param value 8 bits
    /// @return this
    public SubmissionEntryView flags(int value) {
        set8(FLAGS_OFFSET, value);
        return this;
    }

    /// {@return command identifier (CID), CDW0 31:16}
    public int commandId() {
        return unsigned16(CID_OFFSET);
    }

    /// Sets the command identifier (CID), CDW0 31:16.
    ///
    /// @param value 16 bits
    /// @return this
    public SubmissionEntryView commandId(int value) {
        set16(CID_OFFSET, value);
        return this;
    }

    /// {@return namespace identifier (NSID), unsigned}
    public long namespaceId() {
        return unsigned32(NSID_OFFSET);
    }

    /// Sets the namespace identifier (NSID), unsigned.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView namespaceId(long value) {
        set32(NSID_OFFSET, value);
        return this;
    }

    /// {@return command dword 2}
    public int cdw2() {
        return dword(CDW2_OFFSET);
    }

    /// Sets the command dword 2.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw2(int value) {
        setDword(CDW2_OFFSET, value);
        return this;
    }

    /// {@return command dword 3}
    public int cdw3() {
        return dword(CDW3_OFFSET);
    }

    /// Sets the command dword 3.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw3(int value) {
        setDword(CDW3_OFFSET, value);
        return this;
    }

    /// {@return metadata pointer (MPTR)}
    public long metadataPointer() {
        return quadword(MPTR_OFFSET);
    }

    /// Sets the metadata pointer (MPTR).
    ///
    /// @param value 64 bits
    /// @return this
    public SubmissionEntryView metadataPointer(long value) {
        setQuadword(MPTR_OFFSET, value);
        return this;
    }

    /// {@return first PRP entry (PRP1), low half of the data pointer}
    public long prp1() {
        return quadword(PRP1_OFFSET);
    }

    /// Sets the first PRP entry (PRP1), low half of the data pointer.
    ///
    /// @param value 64 bits
    /// @return this
    public SubmissionEntryView prp1(long value) {
        setQuadword(PRP1_OFFSET, value);
        return this;
    }

    /// {@return second PRP entry (PRP2), high half of the data pointer}
    public long prp2() {
        return quadword(PRP2_OFFSET);
    }

    /// Sets the second PRP entry (PRP2), high half of the data pointer.
    ///
    /// @param value 64 bits
    /// @return this
    public SubmissionEntryView prp2(long value) {
        setQuadword(PRP2_OFFSET, value);
        return this;
    }

    /// {@return command dword 10}
    public int cdw10() {
        return dword(CDW10_OFFSET);
    }

    /// Sets the command dword 10.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw10(int value) {
        setDword(CDW10_OFFSET, value);
        return this;
    }

    /// {@return command dword 11}
    public int cdw11() {
        return dword(CDW11_OFFSET);
    }

    /// Sets the command dword 11.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw11(int value) {
        setDword(CDW11_OFFSET, value);
        return this;
    }

    /// {@return command dword 12}
    public int cdw12() {
        return dword(CDW12_OFFSET);
    }

    /// Sets the command dword 12.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw12(int value) {
        setDword(CDW12_OFFSET, value);
        return this;
    }

    /// {@return command dword 13}
    public int cdw13() {
        return dword(CDW13_OFFSET);
    }

    /// Sets the command dword 13.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw13(int value) {
        setDword(CDW13_OFFSET, value);
        return this;
    }

    /// {@return command dword 14}
    public int cdw14() {
        return dword(CDW14_OFFSET);
    }

    /// Sets the command dword 14.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw14(int value) {
        setDword(CDW14_OFFSET, value);
        return this;
    }

    /// {@return command dword 15}
    public int cdw15() {
        return dword(CDW15_OFFSET);
    }

    /// Sets the command dword 15.
    ///
    /// @param value 32 bits
    /// @return this
    public SubmissionEntryView cdw15(int value) {
        setDword(CDW15_OFFSET, value);
        return this;
    }

    /// Writes a whole entry: eight stores, where clearing it first and setting fields takes twice as many. What is not
    /// named here becomes 0, of which command identifier and data pointer are the transport's. Needs no view: where the
    /// compiler has no room left to inline this, there is none to be allocated and handed over.
    ///
    /// @param segment     memory that holds the entry
    /// @param base        where the entry starts in it
    /// @param opcode      OPC, 8 bits
    /// @param namespaceId NSID, 32 bits
    static void write(
            MemorySegment segment,
            long base,
            int opcode,
            long namespaceId,
            int cdw10,
            int cdw11,
            int cdw12,
            int cdw13,
            int cdw14,
            int cdw15) {
        segment.set(Layouts.QUADWORD, base + OPCODE_OFFSET, (opcode & 0xFF) | (namespaceId << 32));
        segment.set(Layouts.QUADWORD, base + CDW2_OFFSET, 0);
        segment.set(Layouts.QUADWORD, base + MPTR_OFFSET, 0);
        segment.set(Layouts.QUADWORD, base + PRP1_OFFSET, 0);
        segment.set(Layouts.QUADWORD, base + PRP2_OFFSET, 0);
        segment.set(Layouts.QUADWORD, base + CDW10_OFFSET, quadword(cdw10, cdw11));
        segment.set(Layouts.QUADWORD, base + CDW12_OFFSET, quadword(cdw12, cdw13));
        segment.set(Layouts.QUADWORD, base + CDW14_OFFSET, quadword(cdw14, cdw15));
    }

    private static long quadword(int low, int high) {
        return Integer.toUnsignedLong(low) | ((long) high << 32);
    }

    /// Sets every byte to 0.
    ///
    /// @return this
    public SubmissionEntryView clear() {
        fill(0, BYTES, (byte) 0);
        return this;
    }
}
