package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Tracked Memory Changes structure, which a controller returns (Base 2.3 figs. 489 and 490), as a view: reads and
/// writes memory in place.
///
/// ```
///   0     1       2        4       8       10     16             32
///   | VER | ATTRB | CNTLID | NTMCD | RPMPG | rsvd | descriptor 0 | descriptor 1 | ...
///
///   ATTRB:  1 SUSP   0 MTR          descriptor:  0       8     12     16
///                                                | SADDR | LEN | rsvd |
/// ```
///
/// Reading goes in two steps: [#validate(int)] checks the header and keeps the number of descriptors and their unit;
/// [#select(long)] then reads one descriptor, once, and checks it, so that [#byteAddress()] and [#byteSize()] hold
/// whatever becomes of the memory. Setters store the low bits of what they are given. Not thread-safe.
public final class TrackedMemoryChangesView extends StructureView {
    /// Bytes before the first descriptor.
    public static final int HEADER_BYTES = 16;
    /// Bytes of a descriptor.
    public static final int DESCRIPTOR_BYTES = 16;
    /// Offset of the version of the structure.
    public static final int VER_OFFSET = 0;
    /// Offset of the attributes.
    public static final int ATTRB_OFFSET = 1;
    /// Offset of the controller identifier.
    public static final int CNTLID_OFFSET = 2;
    /// Offset of the number of descriptors.
    public static final int NTMCD_OFFSET = 4;
    /// Offset of the granularity.
    public static final int RPMPG_OFFSET = 8;

    private static final int MORE_MASK = 1;
    private static final int SUSPENDED_MASK = 2;

    private long capacity;
    private long validCount;
    private int validGranularity;
    private long byteAddress;
    private long byteSize;

    /// Creates a view that has yet to be wrapped around a structure.
    public TrackedMemoryChangesView() {}

    /// Moves this view to a structure, of which no descriptor is known to be valid.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @param byteSize   bytes there that may hold it: those that the command asked for, 16 or more
    /// @return this
    /// @throws InvalidValueException when there are fewer than 16, or so many are not in the segment
    public TrackedMemoryChangesView wrap(MemorySegment segment, long byteOffset, long byteSize) {
        place("Tracked Memory Changes", segment, byteOffset, Math.max(byteSize, HEADER_BYTES));
        if (byteSize < HEADER_BYTES) {
            throw new InvalidValueException("Tracked Memory Changes size", byteSize + " bytes", "16 bytes or more");
        }
        capacity = byteSize;
        validCount = 0;
        return this;
    }

    /// {@return version of the structure (VER)}
    public int version() {
        return unsigned8(VER_OFFSET);
    }

    /// Sets the version of the structure (VER).
    ///
    /// @param value 8 bits
    /// @return this
    public TrackedMemoryChangesView version(int value) {
        set8(VER_OFFSET, value);
        return this;
    }

    /// {@return whether there is more to report (ATTRB bit 0, MTR)}
    public boolean moreToReport() {
        return (unsigned8(ATTRB_OFFSET) & MORE_MASK) != 0;
    }

    /// Sets ATTRB bit 0 (MTR).
    ///
    /// @param value whether there is more to report
    /// @return this
    public TrackedMemoryChangesView moreToReport(boolean value) {
        set8(ATTRB_OFFSET, (unsigned8(ATTRB_OFFSET) & ~MORE_MASK) | (value ? MORE_MASK : 0));
        return this;
    }

    /// {@return whether the controller was suspended while this was made (ATTRB bit 1, SUSP)}
    public boolean suspended() {
        return (unsigned8(ATTRB_OFFSET) & SUSPENDED_MASK) != 0;
    }

    /// Sets ATTRB bit 1 (SUSP).
    ///
    /// @param value whether the controller was suspended
    /// @return this
    public TrackedMemoryChangesView suspended(boolean value) {
        set8(ATTRB_OFFSET, (unsigned8(ATTRB_OFFSET) & ~SUSPENDED_MASK) | (value ? SUSPENDED_MASK : 0));
        return this;
    }

    /// {@return controller whose memory writes these are (CNTLID)}
    public int controllerId() {
        return unsigned16(CNTLID_OFFSET);
    }

    /// Sets the controller (CNTLID).
    ///
    /// @param value 16 bits
    /// @return this
    public TrackedMemoryChangesView controllerId(int value) {
        set16(CNTLID_OFFSET, value);
        return this;
    }

    /// {@return number of descriptors (NTMCD), unsigned, which may claim more than fit}
    public long descriptorCount() {
        return unsigned32(NTMCD_OFFSET);
    }

    /// Sets the number of descriptors (NTMCD).
    ///
    /// @param value 32 bits
    /// @return this
    public TrackedMemoryChangesView descriptorCount(long value) {
        set32(NTMCD_OFFSET, value);
        return this;
    }

    /// {@return granularity (RPMPG): exponent n of a unit of 2^n * 4 KiB}
    public int granularity() {
        return unsigned16(RPMPG_OFFSET);
    }

    /// Sets the granularity (RPMPG).
    ///
    /// @param value 16 bits
    /// @return this
    public TrackedMemoryChangesView granularity(int value) {
        set16(RPMPG_OFFSET, value);
        return this;
    }

    /// Checks the header and keeps the number of descriptors and their unit. Descriptors are checked when they are
    /// selected.
    ///
    /// @param controllerId controller that was asked for
    /// @return this
    /// @throws InvalidValueException when VER is not 0, the structure is of another controller, has more descriptors
    ///                               than fit, or units of 2^63 bytes or more; names the field and the byte
    public TrackedMemoryChangesView validate(int controllerId) {
        validCount = 0;
        if (version() != 0) {
            throw new InvalidValueException("VER", Integer.toString(version()), "0", VER_OFFSET);
        }
        if (controllerId() != controllerId) {
            throw new InvalidValueException(
                    "CNTLID", Integer.toString(controllerId()), Integer.toString(controllerId), CNTLID_OFFSET);
        }
        long count = descriptorCount();
        long fitting = (capacity - HEADER_BYTES) / DESCRIPTOR_BYTES;
        if (count > fitting) {
            throw new InvalidValueException(
                    "NTMCD", Long.toString(count), "0 to " + fitting + " in " + capacity + " bytes", NTMCD_OFFSET);
        }
        int granularity = granularity();
        MemoryUnits.requireGranularity("RPMPG", granularity, RPMPG_OFFSET);
        validCount = count;
        validGranularity = granularity;
        return this;
    }

    /// {@return number of descriptors when the header was checked; 0 before}
    public long validatedCount() {
        return validCount;
    }

    /// {@return bytes of a unit when the header was checked}
    public long unitByteSize() {
        return 1L << MemoryUnits.shift(validGranularity);
    }

    /// Reads a descriptor and checks it. Allocates nothing.
    ///
    /// @param index place from 0 to one less than [#validatedCount()]
    /// @return this
    /// @throws InvalidValueException when the index is outside that, or the range does not start at a unit, has 2^63
    ///                               bytes or more or goes beyond 2^64; names the field and the byte
    public TrackedMemoryChangesView select(long index) {
        if (index < 0 || index >= validCount) {
            throw new InvalidValueException(
                    "descriptor index", Long.toString(index), "0 to one less than " + validCount);
        }
        long offset = HEADER_BYTES + DESCRIPTOR_BYTES * index;
        long startAddress = segment().get(Layouts.QUADWORD, base() + offset);
        long unitCount =
                Integer.toUnsignedLong(segment().get(Layouts.DWORD, base() + offset + MemoryUnits.LEN_OFFSET));
        MemoryUnits.requireRange(startAddress, unitCount, validGranularity, offset);
        byteAddress = startAddress;
        byteSize = unitCount << MemoryUnits.shift(validGranularity);
        return this;
    }

    /// {@return first byte of the selected range (SADDR), unsigned}
    public long byteAddress() {
        return byteAddress;
    }

    /// {@return bytes of the selected range (LEN in bytes), 0 to 2^63 - 1}
    public long byteSize() {
        return byteSize;
    }

    /// Writes a descriptor, counted or not, and 0 into its reserved bytes.
    ///
    /// @param index        place from 0, as far as the structure's bytes go
    /// @param startAddress SADDR
    /// @param unitCount    LEN, 32 bits
    /// @return this
    /// @throws InvalidValueException when it is not inside the structure's bytes
    public TrackedMemoryChangesView descriptor(long index, long startAddress, long unitCount) {
        long fitting = (capacity - HEADER_BYTES) / DESCRIPTOR_BYTES;
        if (index < 0 || index >= fitting) {
            throw new InvalidValueException("descriptor index", Long.toString(index), "0 to one less than " + fitting);
        }
        long place = base() + HEADER_BYTES + DESCRIPTOR_BYTES * index;
        segment().set(Layouts.QUADWORD, place, startAddress);
        segment().set(Layouts.DWORD, place + MemoryUnits.LEN_OFFSET, (int) unitCount);
        segment().set(Layouts.DWORD, place + MemoryUnits.LEN_OFFSET + Integer.BYTES, 0);
        return this;
    }
}
