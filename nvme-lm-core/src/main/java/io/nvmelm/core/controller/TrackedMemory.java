package io.nvmelm.core.controller;

import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import java.lang.foreign.MemorySegment;

/// Memory that is tracked, and which of its pages of 4 KiB were written and not reported yet.
///
/// The tracked ranges lie one behind the other in one set of bits, so that what is between them costs nothing and can never be set.
/// Not thread-safe.
final class TrackedMemory {
    /// Enough for single pages all over 2 TiB. When it does not suffice, everything counts as written.
    private static final long BUDGET_BYTES = 64L << 20;
    /// The part of that which waits, as chunks without a bit, for whoever needs one: enough for single pages all over 128 GiB. Chunks
    /// still in the set are not counted in it; they stay there while they have no bit, up to half the budget.
    private static final int SPARE_PART = 16;

    private final TrackedRanges ranges;
    /// Number of the first page of each range in the set; behind the last, their sum.
    private final long[] places;
    private final long budgetBytes;
    private BlockMemory memory;
    private BlockSet written;
    /// First and last page of the range that a page was kept of last, and the number of its first page; no page is in the range before.
    private long keptFirst;
    private long keptLast = -1;
    private long keptPlace;
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
        this.memory = freshMemory();
        this.written = new BlockSet(pageCount(), memory);
    }

    private BlockMemory freshMemory() {
        return new BlockMemory(budgetBytes, (int) (budgetBytes / SPARE_PART / BlockMemory.CHUNK_BYTES));
    }

    /// Gives all memory back.
    private void empty() {
        memory = freshMemory();
        written = new BlockSet(pageCount(), memory);
    }

    /// {@return number of pages that are tracked}
    long pageCount() {
        return places[ranges.count()];
    }

    /// Bytes that the set of kept pages takes, or keeps to take again.
    long usedBytes() {
        return memory.usedBytes();
    }

    /// Takes everything as written. Allocates nothing.
    void markEverything() {
        everything = true;
    }

    /// Takes the pages that a controller named as written: sets the bits of those that are asked for, and keeps the others.
    ///
    /// @param changes whose header was checked
    /// @param asked   of the range that is asked for
    /// @return how many pages that are tracked were named, at least one for each descriptor
    /// @throws InvalidValueException when a descriptor says what cannot be
    long markWritten(TrackedMemoryChangesView changes, PageBitmap asked) {
        long askedFirst = asked.firstPage();
        long askedCount = asked.pageCount();
        long descriptors = changes.validatedCount();
        long pages = 0;
        for (long i = 0; i < descriptors; i++) {
            changes.select(i);
            long first = changes.byteAddress() >>> TrackedRanges.PAGE_SHIFT;
            long count = changes.byteSize() >>> TrackedRanges.PAGE_SHIFT;
            long at = first - askedFirst;
            if (at >= 0 && count > 0 && count <= askedCount - at) {
                asked.set(at, count);
                pages += count;
            } else {
                pages += Math.max(1, keep(first, first + count - 1));
            }
        }
        return pages;
    }

    /// Keeps what is tracked of some pages.
    ///
    /// @param last itself among them; one less than the first when there is none
    /// @return how many pages that are tracked these are
    private long keep(long first, long last) {
        if (first < keptFirst || last > keptLast || last < first) {
            return keepInAnyRange(first, last);
        }
        put(first - keptFirst + keptPlace, last - first + 1);
        return last - first + 1;
    }

    private long keepInAnyRange(long first, long last) {
        long pages = 0;
        for (int i = Math.max(0, indexOf(first)); i < ranges.count() && ranges.first(i) <= last; i++) {
            long from = Math.max(first, ranges.first(i));
            long to = Math.min(last, ranges.last(i));
            if (from <= to) {
                pages += to - from + 1;
                keptFirst = ranges.first(i);
                keptLast = ranges.last(i);
                keptPlace = places[i];
                put(from - keptFirst + keptPlace, to - from + 1);
            }
        }
        return pages;
    }

    private void put(long place, long count) {
        if (!everything) {
            written.set(place, count);
            if (memory.isExhausted()) {
                everything = true;
            }
        }
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
    ///
    /// @param range        what is asked for
    /// @param pageByteSize bytes that one bit stands for
    /// @param bitmap       what gets the bits
    /// @return the bitmap with the places of its bits
    PageBitmap ask(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        TrackedRanges.requirePageSize(pageByteSize);
        TrackedRanges.requireMultiple(range, pageByteSize);
        long first = range.deviceAddress() >>> TrackedRanges.PAGE_SHIFT;
        long count = range.byteSize() >>> TrackedRanges.PAGE_SHIFT;
        int index = indexOf(first);
        if (index < 0 || first + count - 1 > ranges.last(index)) {
            throw new InvalidValueException("range", TrackedRanges.text(range), "memory that is tracked as a whole");
        }
        DirtyMemoryTracking.requireRoom(bitmap, range.byteSize() / pageByteSize);
        int shift = Long.numberOfTrailingZeros(pageByteSize) - TrackedRanges.PAGE_SHIFT;
        return new PageBitmap(first, count, places[index] + first - ranges.first(index), shift, bitmap);
    }

    /// Sets the bits of the pages that were kept, and takes the range as reported. When this fails, everything counts as written.
    void moveTo(PageBitmap asked) {
        try {
            if (everything) {
                written.set(0, pageCount());
            }
            written.visit(asked.place(), asked.pageCount(), asked);
            written.clear(asked.place(), asked.pageCount());
            if (memory.usedBytes() > budgetBytes / 2 && written.nextSet(0) == pageCount()) {
                empty();
            }
            everything = false;
        } catch (Throwable e) {
            everything = true;
            throw e;
        }
    }
}
