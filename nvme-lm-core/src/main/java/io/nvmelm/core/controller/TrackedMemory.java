package io.nvmelm.core.controller;

import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Memory that is tracked, and which of its pages of 4 KiB were written and not reported yet.
///
/// The tracked ranges lie one behind the other in one set of bits, so that what is between them costs nothing and can never be set.
/// Not thread-safe.
final class TrackedMemory {
    /// Enough for single pages all over 2 TiB. When it does not suffice, everything counts as written.
    private static final long BUDGET_BYTES = 64L << 20;

    private final TrackedRanges ranges;
    /// Number of the first page of each range in the set; behind the last, their sum.
    private final long[] places;
    private final long budgetBytes;
    private BlockSet.Budget budget;
    private BlockSet written;
    /// Whether everything counts as written, whatever the set says. Saying so takes no memory, so that it cannot fail.
    private boolean everything;

    /// @param ranges what is tracked, none touching another
    TrackedMemory(TrackedRanges ranges) {
        this(ranges, BUDGET_BYTES);
    }

    /// @param ranges      what is tracked, none touching another
    /// @param budgetBytes bytes that the set of written pages may take
    TrackedMemory(TrackedRanges ranges, long budgetBytes) {
        this.ranges = ranges;
        this.budgetBytes = budgetBytes;
        this.places = new long[ranges.count() + 1];
        for (int i = 0; i < ranges.count(); i++) {
            places[i + 1] = places[i] + ranges.last(i) - ranges.first(i) + 1;
        }
        this.budget = new BlockSet.Budget(budgetBytes);
        this.written = new BlockSet(pageCount(), budget);
    }

    /// {@return number of pages that are tracked}
    long pageCount() {
        return places[ranges.count()];
    }

    /// Takes everything as written. Allocates nothing.
    void markEverything() {
        everything = true;
    }

    private void empty() {
        budget = new BlockSet.Budget(budgetBytes);
        written = new BlockSet(pageCount(), budget);
    }

    /// Marks what is tracked of some memory as written.
    ///
    /// @param byteAddress a multiple of 4096
    /// @param byteSize    a multiple of 4096, or 0
    /// @return how many pages that are tracked these are
    long markWritten(long byteAddress, long byteSize) {
        long first = byteAddress >>> TrackedRanges.PAGE_SHIFT;
        long last = first + (byteSize >>> TrackedRanges.PAGE_SHIFT) - 1;
        long pages = 0;
        for (int i = Math.max(0, indexOf(first)); i < ranges.count() && ranges.first(i) <= last; i++) {
            long from = Math.max(first, ranges.first(i));
            long to = Math.min(last, ranges.last(i));
            if (from <= to) {
                pages += to - from + 1;
                if (!everything) {
                    written.set(places[i] + from - ranges.first(i), to - from + 1);
                    everything = budget.isExhausted();
                }
            }
        }
        return pages;
    }

    /// The last range that begins at a page or before it; -1 when there is none.
    private int indexOf(long page) {
        int low = 0;
        int high = ranges.count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.first(middle) <= page) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /// Refuses a question that cannot be answered.
    void requireReportable(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        TrackedRanges.requirePageSize(pageByteSize);
        TrackedRanges.requireMultiple(range, pageByteSize);
        long first = range.deviceAddress() >>> TrackedRanges.PAGE_SHIFT;
        int index = indexOf(first);
        if (index < 0 || first + (range.byteSize() >>> TrackedRanges.PAGE_SHIFT) - 1 > ranges.last(index)) {
            throw new InvalidValueException("range", TrackedRanges.text(range), "memory that is tracked as a whole");
        }
        DirtyMemoryTracking.requireRoom(bitmap, range.byteSize() / pageByteSize);
    }

    /// Sets the bits of the pages of a range that were written, and takes them as reported. When this fails, everything counts as
    /// written.
    ///
    /// @param range        passed [#requireReportable(MemoryRange, long, MemorySegment)]
    /// @param pageByteSize bytes that one bit stands for
    /// @param bitmap       what gets the bits
    void moveTo(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        try {
            if (everything) {
                empty();
                written.set(0, pageCount());
            }
            move(range, pageByteSize, bitmap);
            everything = false;
        } catch (Throwable e) {
            everything = true;
            throw e;
        }
    }

    private void move(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        long page = range.deviceAddress() >>> TrackedRanges.PAGE_SHIFT;
        int index = indexOf(page);
        long start = places[index] + page - ranges.first(index);
        long count = range.byteSize() >>> TrackedRanges.PAGE_SHIFT;
        int shift = Long.numberOfTrailingZeros(pageByteSize) - TrackedRanges.PAGE_SHIFT;
        long end = start + count;
        for (long from = written.nextSet(start); from < end; from = written.nextSet(from)) {
            long to = Math.min(written.nextClear(from), end);
            setBits(bitmap, (from - start) >>> shift, (to - 1 - start) >>> shift);
            from = to;
        }
        written.clear(start, count);
        if (written.nextSet(0) == pageCount()) {
            empty();
        }
    }

    /// Sets the bits from `first` to `last`, itself among them.
    private static void setBits(MemorySegment bitmap, long first, long last) {
        long firstByte = first >>> 3;
        long lastByte = last >>> 3;
        int head = 0xFF << (first & 7);
        int tail = 0xFF >>> (7 - (last & 7));
        if (firstByte == lastByte) {
            or(bitmap, firstByte, head & tail);
            return;
        }
        or(bitmap, firstByte, head);
        if (lastByte - firstByte > 1) {
            bitmap.asSlice(firstByte + 1, lastByte - firstByte - 1).fill((byte) 0xFF);
        }
        or(bitmap, lastByte, tail);
    }

    private static void or(MemorySegment bitmap, long at, int bits) {
        bitmap.set(ValueLayout.JAVA_BYTE, at, (byte) (bitmap.get(ValueLayout.JAVA_BYTE, at) | bits));
    }
}
