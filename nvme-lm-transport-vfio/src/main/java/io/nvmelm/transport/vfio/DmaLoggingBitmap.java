package io.nvmelm.transport.vfio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The bitmap that the kernel writes a report into: u64 words of native memory, of a bounded size, so that a report of
/// much memory is got in parts.
///
/// Every report goes through it and is added to the caller's bitmap by OR. So that bitmap may be any memory, on the
/// heap too; no driver can clear a bit in it; and no call of the kernel holds an address that the caller may free
/// meanwhile.
///
/// Not thread-safe: its owner's lock guards it. Freed when it is no longer reachable.
final class DmaLoggingBitmap {
    /// 2 GiB of pages of 4 KiB.
    private static final int BYTE_SIZE = 64 << 10;
    private static final long PAGES = 8L * BYTE_SIZE;
    private static final ValueLayout.OfLong CALLERS = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment words = Arena.ofAuto().allocate(BYTE_SIZE, Long.BYTES);

    /// A question for a part of a range.
    interface Question {
        /// Asks the kernel.
        ///
        /// @param deviceAddress first byte
        /// @param byteSize      bytes
        /// @param bitmapAddress address of zeroed words
        void ask(long deviceAddress, long byteSize, long bitmapAddress);
    }

    /// Asks for a range in parts and adds the answers to a bitmap.
    ///
    /// @throws InvalidValueException when range, page size or bitmap do not fit; nothing was asked then
    void collect(MemoryRange range, long pageByteSize, MemorySegment bitmap, Question question) {
        DmaLoggingRanges.requirePageSize(pageByteSize);
        DmaLoggingRanges.requirePages(range, pageByteSize);
        long pages = range.byteSize() / pageByteSize;
        DirtyMemoryTracking.requireRoom(bitmap, pages);
        for (long first = 0; first < pages; first += PAGES) {
            long count = Math.min(PAGES, pages - first);
            words.asSlice(0, wordCount(count) * Long.BYTES).fill((byte) 0);
            question.ask(range.deviceAddress() + first * pageByteSize, count * pageByteSize, words.address());
            add(bitmap, first / 8, count);
        }
    }

    private static long wordCount(long pages) {
        return (pages + Long.SIZE - 1) / Long.SIZE;
    }

    private void add(MemorySegment bitmap, long byteOffset, long pages) {
        long wordCount = wordCount(pages);
        for (long i = 0; i < wordCount; i++) {
            long word = words.get(JAVA_LONG, i * Long.BYTES);
            if (word != 0) {
                long left = pages - i * Long.SIZE;
                addWord(bitmap, byteOffset + i * Long.BYTES, left < Long.SIZE ? word & ((1L << left) - 1) : word);
            }
        }
    }

    /// Adds a word byte by byte where the caller's bitmap ends within it.
    private static void addWord(MemorySegment bitmap, long byteOffset, long word) {
        if (byteOffset + Long.BYTES <= bitmap.byteSize()) {
            bitmap.set(CALLERS, byteOffset, bitmap.get(CALLERS, byteOffset) | word);
            return;
        }
        long rest = word;
        for (long at = byteOffset; rest != 0; at++, rest >>>= Byte.SIZE) {
            bitmap.set(JAVA_BYTE, at, (byte) (bitmap.get(JAVA_BYTE, at) | rest));
        }
    }
}
