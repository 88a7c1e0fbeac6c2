package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/// Supported Controller State Formats data of 4096 bytes (CNS 20h, Base 2.3 fig. 345), as a view: reads and writes
/// memory in place.
///
/// ```
///   0    1       2           2i          2(NV+1)   2(NV+1)+16(j-1)
///   | NV | NUUID | version 1 | version i | UUID 1  | UUID j |
/// ```
///
/// Indices count from 1, since 0 means *none* in the commands that use them. The place of the UUIDs depends on NV: set
/// the number of versions first. Not thread-safe; [#uuid(int)] alone allocates.
public final class SupportedStateFormatsView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Offset of the number of versions.
    public static final int NV_OFFSET = 0;
    /// Offset of the number of UUIDs.
    public static final int NUUID_OFFSET = 1;
    /// Offset of the first version.
    public static final int VERSIONS_OFFSET = 2;
    /// Bytes of a version.
    public static final int VERSION_BYTES = 2;
    /// Bytes of a UUID.
    public static final int UUID_BYTES = 16;

    /// Creates a view that has yet to be wrapped around a structure.
    public SupportedStateFormatsView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public SupportedStateFormatsView wrap(MemorySegment segment, long byteOffset) {
        place("Supported Controller State Formats data", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return number of versions (NV)}
    public int versionCount() {
        return unsigned8(NV_OFFSET);
    }

    /// Sets the number of versions (NV).
    ///
    /// @param value 8 bits
    /// @return this
    public SupportedStateFormatsView versionCount(int value) {
        set8(NV_OFFSET, value);
        return this;
    }

    /// {@return number of UUIDs (NUUID)}
    public int uuidCount() {
        return unsigned8(NUUID_OFFSET);
    }

    /// Sets the number of UUIDs (NUUID).
    ///
    /// @param value 8 bits
    /// @return this
    public SupportedStateFormatsView uuidCount(int value) {
        set8(NUUID_OFFSET, value);
        return this;
    }

    /// {@return a version of the NVMe Controller State}
    ///
    /// @param index place from 1 to [#versionCount()], the CSVI of commands
    /// @throws InvalidValueException when the index is outside that
    public int version(int index) {
        return unsigned16(versionOffset(index));
    }

    /// Sets a version.
    ///
    /// @param index place from 1 to [#versionCount()]
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public SupportedStateFormatsView version(int index, int value) {
        set16(versionOffset(index), value);
        return this;
    }

    /// {@return a UUID that names a format of vendor specific data}
    ///
    /// @param index place from 1 to [#uuidCount()], the CSUUIDI of commands
    /// @throws InvalidValueException when the index is outside that, or the entry outside the structure
    public UUID uuid(int index) {
        long place = base() + uuidOffset(index);
        return new UUID(
                segment().get(Layouts.NETWORK_QUADWORD, place), segment().get(Layouts.NETWORK_QUADWORD, place + 8));
    }

    /// Sets a UUID.
    ///
    /// @param index place from 1 to [#uuidCount()]
    /// @param value the UUID
    /// @return this
    /// @throws InvalidValueException when the index is outside that, or the entry outside the structure
    public SupportedStateFormatsView uuid(int index, UUID value) {
        long place = base() + uuidOffset(index);
        segment().set(Layouts.NETWORK_QUADWORD, place, value.getMostSignificantBits());
        segment().set(Layouts.NETWORK_QUADWORD, place + 8, value.getLeastSignificantBits());
        return this;
    }

    /// Checks that all entries that the structure counts are inside it.
    ///
    /// @return this
    /// @throws InvalidValueException naming NUUID when they are not
    public SupportedStateFormatsView validate() {
        requireFit(versionCount(), uuidCount());
        return this;
    }

    /// Refuses more entries than the structure can hold.
    static void requireFit(int versionCount, int uuidCount) {
        int fitting = (BYTES - VERSIONS_OFFSET - VERSION_BYTES * versionCount) / UUID_BYTES;
        if (uuidCount > fitting) {
            var bound = "0 to " + fitting + " beside " + versionCount + " versions";
            throw new InvalidValueException("NUUID", Integer.toString(uuidCount), bound, NUUID_OFFSET);
        }
    }

    private int versionOffset(int index) {
        requireIndex("version index", index, versionCount());
        return VERSIONS_OFFSET + VERSION_BYTES * (index - 1);
    }

    private int uuidOffset(int index) {
        requireIndex("UUID index", index, uuidCount());
        int offset = VERSIONS_OFFSET + VERSION_BYTES * versionCount() + UUID_BYTES * (index - 1);
        if (offset > BYTES - UUID_BYTES) {
            validate();
        }
        return offset;
    }

    private static void requireIndex(String name, int index, int count) {
        if (index < 1 || index > count) {
            throw new InvalidValueException(name, Integer.toString(index), "1 to " + count);
        }
    }
}
