package io.nvmelm.core.controller;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The bitmap of a caller who asks for one range: which of its bits stands for which page. Sets bits and never clears one; touches no
/// byte behind the last bit of the range.
///
/// Not thread-safe, and nobody else may write to the bitmap meanwhile: bytes, and words of 8 bytes also where there is no bit to set, are
/// read and written back, so that a bit set by another thread in between would be lost.
final class PageBitmap implements BlockSet.BitVisitor {
    private static final ValueLayout.OfLong EIGHT_BYTES =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long firstPage;
    private final long pageCount;
    private final long place;
    private final int shift;
    private final MemorySegment bits;

    /// @param firstPage first page of the range, by its address
    /// @param pageCount pages of the range, 1 or more
    /// @param place     number of the first page where the range lies among all that is tracked
    /// @param shift     pages that one bit stands for, as a power of two
    /// @param bitmap    one bit for each `2^shift` pages or more
    PageBitmap(long firstPage, long pageCount, long place, int shift, MemorySegment bitmap) {
        this.firstPage = firstPage;
        this.pageCount = pageCount;
        this.place = place;
        this.shift = shift;
        this.bits = bitmap.asSlice(0, (((pageCount - 1) >>> shift) >>> 3) + 1);
    }

    /// First page of the range, by its address.
    long firstPage() {
        return firstPage;
    }

    /// Pages of the range.
    long pageCount() {
        return pageCount;
    }

    /// Number of the first page among all that is tracked.
    long place() {
        return place;
    }

    /// Sets the bits of some pages.
    ///
    /// @param first place in the range, from 0
    /// @param count number of pages, 1 or more
    void set(long first, long count) {
        long bit = first >>> shift;
        long lastBit = (first + count - 1) >>> shift;
        if (bit == lastBit) {
            or(bit >>> 3, 1 << (bit & 7));
        } else {
            setRun(bit, lastBit);
        }
    }

    private void setRun(long bit, long lastBit) {
        long place = bit >>> 3;
        long lastPlace = lastBit >>> 3;
        int head = 0xFF << (bit & 7);
        int tail = 0xFF >>> (7 - (lastBit & 7));
        if (place == lastPlace) {
            or(place, head & tail);
            return;
        }
        or(place, head);
        if (lastPlace - place > 1) {
            bits.asSlice(place + 1, lastPlace - place - 1).fill((byte) 0xFF);
        }
        or(lastPlace, tail);
    }

    private void or(long at, int value) {
        bits.set(ValueLayout.JAVA_BYTE, at, (byte) (bits.get(ValueLayout.JAVA_BYTE, at) | value));
    }

    @Override
    public void run(long first, long count) {
        set(first - place, count);
    }

    @Override
    public void words(long first, long[] words, int from, int to) {
        long start = first - place;
        if (shift == 0 && (start & 7) == 0) {
            var target = bits;
            long at = (start >>> 3) - (long) from * Long.BYTES;
            for (int word = from; word < to; word++) {
                // Also where there is no bit: a branch for each word takes longer.
                long place = at + (long) word * Long.BYTES;
                target.set(EIGHT_BYTES, place, target.get(EIGHT_BYTES, place) | words[word]);
            }
            return;
        }
        for (int word = from; word < to; word++) {
            word(first + (long) (word - from) * Long.SIZE, words[word]);
        }
    }

    @Override
    public void word(long first, long value) {
        long start = first - place;
        long rest = value;
        while (rest != 0) {
            int from = Long.numberOfTrailingZeros(rest);
            int length = Long.numberOfTrailingZeros(~(rest >>> from));
            set(start + from, length);
            rest = length == Long.SIZE ? 0 : rest & -1L << from << length;
        }
    }
}
