package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.MemoryTrackingRequest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;

/// Track Memory Changes structure, which a host sends (Base 2.3 figs. 497 and 498), to and from records.
///
/// ```
///   0     1      3       4        8              20             32
///   | VER | rsvd | RMRTG | RNMRTD | descriptor 0 | descriptor 1 | ...
///
///   descriptor:  0       8     12
///                | SADDR | LEN |
/// ```
///
/// RNMRTD is a plain count. A descriptor has 12 bytes, so every second one is at no multiple of 8.
public final class MemoryTrackingRequestCodec {
    /// Bytes before the first descriptor.
    public static final int HEADER_BYTES = 8;
    /// Bytes of a descriptor.
    public static final int DESCRIPTOR_BYTES = 12;
    /// Offset of the version of the structure.
    public static final int VER_OFFSET = 0;
    /// Offset of the requested granularity.
    public static final int RMRTG_OFFSET = 3;
    /// Offset of the number of descriptors.
    public static final int RNMRTD_OFFSET = 4;

    private static final String STRUCTURE = "Track Memory Changes";

    private MemoryTrackingRequestCodec() {}

    /// {@return bytes of the whole structure by its first 8, at most 8 + 12 * (2^32 - 1)} The command does not name
    /// them.
    ///
    /// @param header at least 8 bytes that start with the structure
    /// @throws InvalidValueException when there are fewer
    public static long byteSize(MemorySegment header) {
        Layouts.requireInside(STRUCTURE + " header", header, 0, HEADER_BYTES);
        return HEADER_BYTES + DESCRIPTOR_BYTES * Integer.toUnsignedLong(header.get(Layouts.DWORD, RNMRTD_OFFSET));
    }

    /// {@return the request} It may have no range at all, and ranges may overlap or have no length.
    ///
    /// @param data memory that starts with the structure and holds all of it
    /// @throws InvalidValueException when it does not, VER is not 0, the unit is 2^63 bytes or more, or a range does
    ///                               not start at a unit, has 2^63 bytes or more or goes beyond 2^64; names the field
    ///                               and the byte
    public static MemoryTrackingRequest decode(MemorySegment data) {
        long byteSize = byteSize(data);
        int version = Byte.toUnsignedInt(data.get(Layouts.BYTE, VER_OFFSET));
        int granularity = Byte.toUnsignedInt(data.get(Layouts.BYTE, RMRTG_OFFSET));
        if (version != 0) {
            throw new InvalidValueException("VER", Integer.toString(version), "0", VER_OFFSET);
        }
        MemoryUnits.requireGranularity("RMRTG", granularity, RMRTG_OFFSET);
        Layouts.requireInside(STRUCTURE, data, 0, byteSize);
        var ranges = new ArrayList<MemoryRangeDescriptor>();
        for (long place = HEADER_BYTES; place < byteSize; place += DESCRIPTOR_BYTES) {
            long startAddress = data.get(Layouts.QUADWORD, place);
            long unitCount = Integer.toUnsignedLong(data.get(Layouts.DWORD, place + MemoryUnits.LEN_OFFSET));
            MemoryUnits.requireRange(startAddress, unitCount, granularity, place);
            ranges.add(new MemoryRangeDescriptor(startAddress, unitCount));
        }
        return new MemoryTrackingRequest(granularity, ranges);
    }

    /// Writes a request.
    ///
    /// @param request the request
    /// @param data    as many bytes as [MemoryTrackingRequest#byteSize()] or more, of which so many are written
    /// @return bytes written
    /// @throws InvalidValueException when there are fewer, the unit is 2^63 bytes or more, or a range does not start at
    ///                               a unit, has 2^63 bytes or more or goes beyond 2^64; nothing is written then
    public static long encode(MemoryTrackingRequest request, MemorySegment data) {
        Layouts.requireInside(STRUCTURE, data, 0, request.byteSize());
        MemoryUnits.requireGranularity("RMRTG", request.granularity(), MemoryUnits.ARGUMENT);
        for (var range : request.ranges()) {
            MemoryUnits.requireRange(
                    range.startAddress(), range.unitCount(), request.granularity(), MemoryUnits.ARGUMENT);
        }
        data.set(Layouts.DWORD, VER_OFFSET, 0);
        data.set(Layouts.BYTE, RMRTG_OFFSET, (byte) request.granularity());
        data.set(Layouts.DWORD, RNMRTD_OFFSET, request.ranges().size());
        long place = HEADER_BYTES;
        for (var range : request.ranges()) {
            data.set(Layouts.QUADWORD, place, range.startAddress());
            data.set(Layouts.DWORD, place + MemoryUnits.LEN_OFFSET, (int) range.unitCount());
            place += DESCRIPTOR_BYTES;
        }
        return place;
    }
}
