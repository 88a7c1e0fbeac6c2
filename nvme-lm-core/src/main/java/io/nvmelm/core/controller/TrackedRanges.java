package io.nvmelm.core.controller;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Ranges of memory that are to be tracked, disjoint and in ascending order, in pages of 4 KiB; and what they are as descriptors in
/// units of a granularity (Base 2.3 fig. 498). Immutable.
final class TrackedRanges {
    /// Bytes of the smallest unit there is, as a shift.
    static final int PAGE_SHIFT = 12;
    /// Bytes of the smallest unit there is.
    static final long PAGE_BYTES = 1L << PAGE_SHIFT;

    /// Most units of one descriptor.
    private static final long MOST_UNITS = 0xFFFF_FFFFL;
    /// The same where a length has to be a power of two.
    private static final long MOST_UNITS_OF_A_POWER = 1L << 31;
    /// Most bytes of one descriptor, as a shift.
    private static final int MOST_BYTES_SHIFT = 62;

    /// First page of each range. 52 bits, so that no sign is in the way.
    private final long[] firsts;
    /// Last page of each range, itself in it.
    private final long[] lasts;

    private TrackedRanges(long[] firsts, long[] lasts) {
        this.firsts = firsts;
        this.lasts = lasts;
    }

    /// Checks what a caller wants tracked and orders it.
    ///
    /// @throws InvalidValueException when there is nothing, a range is not made of whole pages, or two overlap
    static TrackedRanges of(List<MemoryRange> ranges) {
        if (ranges.isEmpty()) {
            throw new InvalidValueException("ranges", "empty", "1 or more");
        }
        for (var range : ranges) {
            requireMultiple(range, PAGE_BYTES);
        }
        var sorted = ranges.stream()
                .sorted(Comparator.comparingLong(range -> range.deviceAddress() >>> PAGE_SHIFT))
                .toList();
        var firsts = new long[sorted.size()];
        var lasts = new long[sorted.size()];
        for (int i = 0; i < firsts.length; i++) {
            var range = sorted.get(i);
            firsts[i] = range.deviceAddress() >>> PAGE_SHIFT;
            lasts[i] = firsts[i] + (range.byteSize() >>> PAGE_SHIFT) - 1;
            if (i > 0 && firsts[i] <= lasts[i - 1]) {
                throw new InvalidValueException(
                        "ranges", text(sorted.get(i - 1)) + " and " + text(range), "ranges that do not overlap");
            }
        }
        return new TrackedRanges(firsts, lasts);
    }

    /// Refuses a size that no bit can stand for.
    static void requirePageSize(long pageByteSize) {
        if (pageByteSize < PAGE_BYTES || Long.bitCount(pageByteSize) != 1) {
            throw new InvalidValueException(
                    "pageByteSize", Long.toString(pageByteSize), "a power of two of " + PAGE_BYTES + " or more");
        }
    }

    /// Refuses a range that is not made of whole pages.
    static void requireMultiple(MemoryRange range, long pageByteSize) {
        if (((range.deviceAddress() | range.byteSize()) & (pageByteSize - 1)) != 0) {
            throw new InvalidValueException(
                    "range", text(range), "start and size that are multiples of " + pageByteSize + " bytes");
        }
    }

    static String text(MemoryRange range) {
        return range.byteSize() + " bytes at 0x" + Long.toHexString(range.deviceAddress());
    }

    int count() {
        return firsts.length;
    }

    long first(int index) {
        return firsts[index];
    }

    long last(int index) {
        return lasts[index];
    }

    /// These ranges rounded outward to units of 2^`granularity` pages; what then overlaps or touches is one.
    TrackedRanges rounded(int granularity) {
        var newFirsts = new long[firsts.length];
        var newLasts = new long[firsts.length];
        int count = 0;
        for (int i = 0; i < firsts.length; i++) {
            long first = firsts[i] >>> granularity << granularity;
            long last = lasts[i] | ((1L << granularity) - 1);
            if (count > 0 && first <= newLasts[count - 1] + 1) {
                newLasts[count - 1] = last;
            } else {
                newFirsts[count] = first;
                newLasts[count] = last;
                count++;
            }
        }
        return new TrackedRanges(Arrays.copyOf(newFirsts, count), Arrays.copyOf(newLasts, count));
    }

    /// How many descriptors these ranges take, which were rounded to the granularity.
    long descriptorCount(int granularity, boolean powersOfTwo) {
        long count = 0;
        for (int i = 0; i < firsts.length; i++) {
            long units = units(i, granularity);
            long most = mostUnits(granularity, powersOfTwo);
            count += powersOfTwo ? units / most + Long.bitCount(units % most) : (units + most - 1) / most;
        }
        return count;
    }

    /// These ranges as descriptors; they were rounded to the granularity.
    List<MemoryRangeDescriptor> descriptors(int granularity, boolean powersOfTwo) {
        var descriptors = new ArrayList<MemoryRangeDescriptor>();
        for (int i = 0; i < firsts.length; i++) {
            long page = firsts[i];
            long units = units(i, granularity);
            long most = mostUnits(granularity, powersOfTwo);
            while (units > 0) {
                long length = Math.min(powersOfTwo ? Long.highestOneBit(units) : units, most);
                descriptors.add(new MemoryRangeDescriptor(page << PAGE_SHIFT, length));
                page += length << granularity;
                units -= length;
            }
        }
        return descriptors;
    }

    private static long mostUnits(int granularity, boolean powersOfTwo) {
        long most = 1L << (MOST_BYTES_SHIFT - PAGE_SHIFT - granularity);
        return Math.min(most, powersOfTwo ? MOST_UNITS_OF_A_POWER : MOST_UNITS);
    }

    private long units(int index, int granularity) {
        return (lasts[index] - firsts[index] + 1) >>> granularity;
    }
}
