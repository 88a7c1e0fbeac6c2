package io.nvmelm.core.controller;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// One report of Track Receive, and ways to set the bits of its pages in a bitmap.
public final class FilledMemoryReport implements AutoCloseable {
    private static final int CONTROLLER_ID = 1;
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BYTES = 1L << PAGE_SHIFT;
    private static final long SEED = 42;

    /// Where the written pages are.
    public enum Pages {
        /// Single pages, one in four.
        STRIDE(1, 4),
        /// Single pages anywhere.
        RANDOM(1, 0),
        /// Runs of 512 pages, 2 MiB, anywhere.
        RUNS(512, 0);

        private final int length;
        private final int stride;

        Pages(int length, int stride) {
            this.length = length;
            this.stride = stride;
        }
    }

    private final Arena arena = Arena.ofShared();
    private final int descriptors;
    private final boolean single;
    private final long pageCount;
    private final MemorySegment report;
    private final MemorySegment bitmap;
    private final long[] words;
    private final TrackedMemoryChangesView view = new TrackedMemoryChangesView();
    private final long[] keptWords;
    private final MemoryRange range;
    private final MemoryRange lowerHalf;
    private final MemoryRange upperHalf;
    private final MemorySegment lowerBitmap;
    private final MemorySegment upperBitmap;
    private final TrackedMemory memory;

    /// Fills a report.
    ///
    /// @param descriptors number of ranges
    /// @param memoryBytes memory that is tracked, from address 0, a multiple of 2 MiB
    /// @param pages       where the ranges are
    public FilledMemoryReport(int descriptors, long memoryBytes, Pages pages) {
        this.descriptors = descriptors;
        this.single = pages.length == 1;
        this.pageCount = memoryBytes >>> PAGE_SHIFT;
        long bytes = TrackedMemoryChangesView.HEADER_BYTES
                + (long) descriptors * TrackedMemoryChangesView.DESCRIPTOR_BYTES;
        report = arena.allocate(bytes, PAGE_BYTES);
        view.wrap(report, 0, bytes).controllerId(CONTROLLER_ID).descriptorCount(descriptors);
        var random = new Random(SEED);
        for (int i = 0; i < descriptors; i++) {
            long page = pages.stride > 0
                    ? (long) i * pages.stride
                    : random.nextLong(pageCount / pages.length) * pages.length;
            view.descriptor(i, page << PAGE_SHIFT, pages.length);
        }
        bitmap = arena.allocate(pageCount / 8, 8);
        lowerBitmap = bitmap.asSlice(0, bitmap.byteSize() / 2);
        upperBitmap = bitmap.asSlice(bitmap.byteSize() / 2);
        words = new long[(int) (pageCount / 64)];
        keptWords = new long[words.length];
        range = new MemoryRange(0, memoryBytes);
        lowerHalf = new MemoryRange(0, memoryBytes / 2);
        upperHalf = new MemoryRange(memoryBytes / 2, memoryBytes / 2);
        memory = new TrackedMemory(TrackedRanges.of(List.of(range)).rounded(0));
    }

    /// Asks the library for the pages of all memory, of which the report is the answer.
    public void fill() {
        view.wrap(report, 0, report.byteSize()).validate(CONTROLLER_ID);
        var asked = memory.ask(range, PAGE_BYTES, bitmap);
        memory.markWritten(view, asked);
        memory.moveTo(asked);
    }

    /// Asks the library for the pages of the upper half of the memory, of which the report is the answer, so that it has to keep those of
    /// the lower half; then for those.
    public void fillInHalves() {
        view.wrap(report, 0, report.byteSize()).validate(CONTROLLER_ID);
        var upper = memory.ask(upperHalf, PAGE_BYTES, upperBitmap);
        memory.markWritten(view, upper);
        memory.moveTo(upper);
        memory.moveTo(memory.ask(lowerHalf, PAGE_BYTES, lowerBitmap));
    }

    /// Sets the bits in a loop as one writes it by hand, without a check of what the controller says: for single pages bit by bit,
    /// for runs by whole words.
    public void setBits() {
        setBits(words);
    }

    /// Sets bits in words that are kept in the same way, and moves those of each half to the bitmap.
    public void setBitsInHalves() {
        setBits(keptWords);
        move(keptWords.length / 2, keptWords.length);
        move(0, keptWords.length / 2);
    }

    private void setBits(long[] target) {
        if (single) {
            setPages(target);
        } else {
            setRuns(target);
        }
    }

    private void setPages(long[] target) {
        var entries = report;
        for (int i = 0; i < descriptors; i++) {
            long entry = TrackedMemoryChangesView.HEADER_BYTES + (long) i * TrackedMemoryChangesView.DESCRIPTOR_BYTES;
            long first = entries.get(ValueLayout.JAVA_LONG_UNALIGNED, entry) >>> PAGE_SHIFT;
            long end = first + Integer.toUnsignedLong(entries.get(ValueLayout.JAVA_INT_UNALIGNED, entry + 8));
            for (long page = first; page < end; page++) {
                target[(int) (page >>> 6)] |= 1L << page;
            }
        }
    }

    private void setRuns(long[] target) {
        var entries = report;
        for (int i = 0; i < descriptors; i++) {
            long entry = TrackedMemoryChangesView.HEADER_BYTES + (long) i * TrackedMemoryChangesView.DESCRIPTOR_BYTES;
            long first = entries.get(ValueLayout.JAVA_LONG_UNALIGNED, entry) >>> PAGE_SHIFT;
            long last = first + Integer.toUnsignedLong(entries.get(ValueLayout.JAVA_INT_UNALIGNED, entry + 8)) - 1;
            int word = (int) (first >>> 6);
            int lastWord = (int) (last >>> 6);
            long head = -1L << first;
            long tail = -1L >>> ~last;
            if (word == lastWord) {
                target[word] |= head & tail;
            } else {
                target[word] |= head;
                Arrays.fill(target, word + 1, lastWord, -1L);
                target[lastWord] |= tail;
            }
        }
    }

    private void move(int from, int to) {
        for (int word = from; word < to; word++) {
            if (keptWords[word] != 0) {
                words[word] |= keptWords[word];
                keptWords[word] = 0;
            }
        }
    }

    /// {@return the bits that the library set} For a test.
    public byte[] filledBits() {
        return bitmap.toArray(ValueLayout.JAVA_BYTE);
    }

    /// {@return the bits that the loop set} For a test.
    public byte[] bitsSet() {
        return MemorySegment.ofArray(words).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        arena.close();
    }
}
