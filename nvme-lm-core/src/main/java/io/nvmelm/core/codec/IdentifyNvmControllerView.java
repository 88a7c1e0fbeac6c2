package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Identify Controller data of the NVM Command Set, 4096 bytes (CNS 06h with CSI 00h, NVM Command Set 1.2 fig. 120), as
/// a view: reads and writes memory in place. It has the fields that live migration needs.
///
/// ```
///   0     18     20    24       25
///   | ... | AOCS | VER | LBAMQF | ...
///
///   AOCS:  0 RALBAS
/// ```
///
/// Setters store the low bits of what they are given. Not thread-safe.
public final class IdentifyNvmControllerView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Offset of the attributes of optional commands.
    public static final int AOCS_OFFSET = 18;
    /// Offset of the version of the command set.
    public static final int VER_OFFSET = 20;
    /// Offset of the LBA Migration Queue format.
    public static final int LBAMQF_OFFSET = 24;
    /// LBAMQF of entries of type 0, see [LbaMigrationEntryView].
    public static final int ENTRY_TYPE_0 = 0;
    /// AOCS bit 0: Get LBA Status reports allocated blocks (RALBAS).
    public static final int REPORTS_ALLOCATED = 1;

    /// Creates a view that has yet to be wrapped around a structure.
    public IdentifyNvmControllerView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public IdentifyNvmControllerView wrap(MemorySegment segment, long byteOffset) {
        place("NVM Command Set Identify Controller data", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return attributes of optional commands (AOCS)}
    public int optionalCommandAttributes() {
        return unsigned16(AOCS_OFFSET);
    }

    /// Sets the attributes of optional commands (AOCS).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyNvmControllerView optionalCommandAttributes(int value) {
        set16(AOCS_OFFSET, value);
        return this;
    }

    /// {@return whether Get LBA Status reports allocated blocks (RALBAS), AOCS bit 0}
    public boolean reportsAllocated() {
        return (optionalCommandAttributes() & REPORTS_ALLOCATED) != 0;
    }

    /// {@return version of the NVM Command Set (VER), unsigned: major in bits 31:16, minor in 15:8}
    public long version() {
        return unsigned32(VER_OFFSET);
    }

    /// Sets the version of the NVM Command Set (VER).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyNvmControllerView version(long value) {
        set32(VER_OFFSET, value);
        return this;
    }

    /// {@return format of LBA Migration Queue entries (LBAMQF): 0 for type 0, 1 to BFh reserved, above vendor specific}
    public int migrationQueueFormat() {
        return unsigned8(LBAMQF_OFFSET);
    }

    /// Sets the format of LBA Migration Queue entries (LBAMQF).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyNvmControllerView migrationQueueFormat(int value) {
        set8(LBAMQF_OFFSET, value);
        return this;
    }
}
