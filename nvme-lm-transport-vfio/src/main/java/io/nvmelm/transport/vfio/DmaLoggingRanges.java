package io.nvmelm.transport.vfio;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import java.util.Comparator;
import java.util.List;

/// The rules for ranges of memory that are tracked (`linux/vfio.h`, `struct vfio_device_feature_dma_logging_control`
/// and `..._report`), checked before the kernel is asked, because it answers all of them with the same number.
final class DmaLoggingRanges {
    /// The kernel takes one page of ranges.
    static final int MOST_RANGES = 256;
    /// Smallest granule.
    static final long SMALLEST_PAGE_BYTES = 4096;

    private DmaLoggingRanges() {}

    /// @throws InvalidValueException when the size is none that a bit can stand for
    static void requirePageSize(long pageByteSize) {
        if (pageByteSize < SMALLEST_PAGE_BYTES || Long.bitCount(pageByteSize) != 1) {
            throw new InvalidValueException(
                    "pageByteSize", Long.toString(pageByteSize), "a power of two of " + SMALLEST_PAGE_BYTES
                            + " or more");
        }
    }

    /// Checks what is to be tracked.
    ///
    /// @throws InvalidValueException when there is none or too many, one is not made of whole pages, or two overlap
    static void requireTrackable(List<MemoryRange> ranges, long pageByteSize) {
        requirePageSize(pageByteSize);
        if (ranges.isEmpty() || ranges.size() > MOST_RANGES) {
            throw new InvalidValueException(
                    "ranges", ranges.size() + " ranges", "1 to " + MOST_RANGES
                            + "; join ranges that are close to each other");
        }
        ranges.forEach(range -> requirePages(range, pageByteSize));
        var sorted = ranges.stream()
                .sorted(Comparator.comparingLong((MemoryRange range) -> range.deviceAddress() + Long.MIN_VALUE))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            long end = last(sorted.get(i - 1));
            if (Long.compareUnsigned(end, sorted.get(i).deviceAddress()) >= 0) {
                throw new InvalidValueException(
                        "ranges", text(sorted.get(i - 1)) + " and " + text(sorted.get(i)),
                        "ranges that do not overlap");
            }
        }
    }

    /// @throws InvalidValueException when a range is not made of whole pages
    static void requirePages(MemoryRange range, long pageByteSize) {
        if (((range.deviceAddress() | range.byteSize()) & (pageByteSize - 1)) != 0) {
            throw new InvalidValueException(
                    "range", text(range), "start and size that are multiples of " + pageByteSize + " bytes");
        }
    }

    private static long last(MemoryRange range) {
        return range.deviceAddress() + (range.byteSize() - 1);
    }

    private static String text(MemoryRange range) {
        return range.byteSize() + " bytes at 0x" + Long.toHexString(range.deviceAddress());
    }
}
