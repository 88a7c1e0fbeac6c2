package io.nvmelm.rules;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A report of tracked memory as its bytes say (Base 2.3 figs. 489, 490).
///
/// @param attributes   byte 1
/// @param controllerId bytes 2 and 3
/// @param granularity  bytes 8 and 9
/// @param ranges       descriptors
record Report(int attributes, int controllerId, int granularity, List<Range> ranges) {

    /// A descriptor.
    ///
    /// @param start bytes 0 to 7
    /// @param units bytes 8 to 11
    record Range(long start, long units) {}

    static Report of(byte[] data) {
        var bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.get(0) != 0) {
            throw new AssertionError("version " + bytes.get(0));
        }
        var ranges = new ArrayList<Range>();
        for (int i = 0; i < bytes.getInt(4); i++) {
            ranges.add(new Range(
                    bytes.getLong(16 + 16 * i), Integer.toUnsignedLong(bytes.getInt(24 + 16 * i))));
        }
        return new Report(bytes.get(1), bytes.getShort(2), bytes.getShort(8), ranges);
    }

    boolean more() {
        return (attributes & 1) != 0;
    }

    boolean suspended() {
        return (attributes & 2) != 0;
    }

    /// {@return first addresses of all pages of 4 KiB that are reported, ascending}
    List<Long> pages() {
        var pages = new ArrayList<Long>();
        for (var range : ranges) {
            for (long page = 0; page < range.units << granularity; page++) {
                pages.add(range.start + page * 4096);
            }
        }
        pages.sort(Long::compare);
        return pages;
    }
}
