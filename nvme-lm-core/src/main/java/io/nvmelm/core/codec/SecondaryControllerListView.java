package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Secondary Controller List of 4096 bytes (CNS 15h, Base 2.3 fig. 341 and 342), as a view: reads and writes memory in
/// place.
///
/// ```
///   0       1      32        64        32(i+1)
///   | NUMID | rsvd | entry 0 | entry 1 | entry i |
///
///   entry:  0      2      4     5      8     10    12    14     32
///           | SCID | PCID | SCS | rsvd | VFN | NVQ | NVI | rsvd |
/// ```
///
/// Entries count from 0 and ascend by SCID. Setters store the low bits of what they are given and reach every place up
/// to 126, counted or not. Not thread-safe.
public final class SecondaryControllerListView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Most entries that the structure can hold.
    public static final int MAXIMUM_ENTRIES = 127;
    /// Offset of the number of entries.
    public static final int NUMID_OFFSET = 0;
    /// Offset of the first entry.
    public static final int ENTRIES_OFFSET = 32;
    /// Bytes of an entry.
    public static final int ENTRY_BYTES = 32;
    /// Offset of the secondary controller identifier in an entry.
    public static final int SCID_OFFSET = 0;
    /// Offset of the primary controller identifier in an entry.
    public static final int PCID_OFFSET = 2;
    /// Offset of the secondary controller state in an entry.
    public static final int SCS_OFFSET = 4;
    /// Offset of the virtual function number in an entry.
    public static final int VFN_OFFSET = 8;
    /// Offset of the number of queue resources in an entry.
    public static final int NVQ_OFFSET = 10;
    /// Offset of the number of interrupt resources in an entry.
    public static final int NVI_OFFSET = 12;

    /// Creates a view that has yet to be wrapped around a structure.
    public SecondaryControllerListView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public SecondaryControllerListView wrap(MemorySegment segment, long byteOffset) {
        place("Secondary Controller List", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return number of entries (NUMID), which may claim more than [#MAXIMUM_ENTRIES]}
    public int entryCount() {
        return unsigned8(NUMID_OFFSET);
    }

    /// Sets the number of entries (NUMID).
    ///
    /// @param value 8 bits
    /// @return this
    public SecondaryControllerListView entryCount(int value) {
        set8(NUMID_OFFSET, value);
        return this;
    }

    /// Checks that all entries that the list counts are inside it.
    ///
    /// @return this
    /// @throws InvalidValueException naming NUMID when they are not
    public SecondaryControllerListView validate() {
        if (entryCount() > MAXIMUM_ENTRIES) {
            throw new InvalidValueException(
                    "NUMID", Integer.toString(entryCount()), "0 to " + MAXIMUM_ENTRIES, NUMID_OFFSET);
        }
        return this;
    }

    /// {@return secondary controller identifier (SCID) of an entry}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public int controllerId(int index) {
        return unsigned16(place(index, SCID_OFFSET));
    }

    /// Sets the secondary controller identifier (SCID) of an entry.
    ///
    /// @param index place from 0 to 126
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView controllerId(int index, int value) {
        set16(place(index, SCID_OFFSET), value);
        return this;
    }

    /// {@return primary controller identifier (PCID) of an entry}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public int primaryControllerId(int index) {
        return unsigned16(place(index, PCID_OFFSET));
    }

    /// Sets the primary controller identifier (PCID) of an entry.
    ///
    /// @param index place from 0 to 126
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView primaryControllerId(int index, int value) {
        set16(place(index, PCID_OFFSET), value);
        return this;
    }

    /// {@return whether an entry is online (SCS bit 0)}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public boolean online(int index) {
        return (unsigned8(place(index, SCS_OFFSET)) & 1) != 0;
    }

    /// Sets the bit that says whether an entry is online (SCS bit 0).
    ///
    /// @param index place from 0 to 126
    /// @param value whether it is online
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView online(int index, boolean value) {
        int others = unsigned8(place(index, SCS_OFFSET)) & ~1;
        set8(place(index, SCS_OFFSET), value ? others | 1 : others);
        return this;
    }

    /// {@return virtual function number (VFN) of an entry, from 1; 0 when it is not a virtual function}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public int vfNumber(int index) {
        return unsigned16(place(index, VFN_OFFSET));
    }

    /// Sets the virtual function number (VFN) of an entry.
    ///
    /// @param index place from 0 to 126
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView vfNumber(int index, int value) {
        set16(place(index, VFN_OFFSET), value);
        return this;
    }

    /// {@return number of queue resources assigned (NVQ) to an entry}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public int queueResources(int index) {
        return unsigned16(place(index, NVQ_OFFSET));
    }

    /// Sets the number of queue resources assigned (NVQ) to an entry.
    ///
    /// @param index place from 0 to 126
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView queueResources(int index, int value) {
        set16(place(index, NVQ_OFFSET), value);
        return this;
    }

    /// {@return number of interrupt resources assigned (NVI) to an entry}
    ///
    /// @param index place from 0 to 126
    /// @throws InvalidValueException when the index is outside that
    public int interruptResources(int index) {
        return unsigned16(place(index, NVI_OFFSET));
    }

    /// Sets the number of interrupt resources assigned (NVI) to an entry.
    ///
    /// @param index place from 0 to 126
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SecondaryControllerListView interruptResources(int index, int value) {
        set16(place(index, NVI_OFFSET), value);
        return this;
    }

    private static int place(int index, int offset) {
        if (index < 0 || index >= MAXIMUM_ENTRIES) {
            throw new InvalidValueException("entry index", Integer.toString(index), "0 to " + (MAXIMUM_ENTRIES - 1));
        }
        return ENTRIES_OFFSET + ENTRY_BYTES * index + offset;
    }
}
