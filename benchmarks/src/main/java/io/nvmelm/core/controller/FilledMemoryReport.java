package io.nvmelm.core.controller;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/// One report of Track Receive, and two ways to set the bits of its pages in a bitmap.
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
    private final long pageCount;
    private final MemorySegment report;
    private final MemorySegment bitmap;
    private final long[] words;
    private final TrackedMemoryChangesView view = new TrackedMemoryChangesView();
    private final MemoryRange range;
    private final TrackedMemory memory;

    /// Fills a report.
    ///
    /// @param descriptors number of ranges
    /// @param memoryBytes memory that is tracked, from address 0, a multiple of 2 MiB
    /// @param pages       where the ranges are
    public FilledMemoryReport(int descriptors, long memoryBytes, Pages pages) {
        this.descriptors = descriptors;
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
        words = new long[(int) (pageCount / 64)];
        range = new MemoryRange(0, memoryBytes);
        memory = new TrackedMemory(TrackedRanges.of(List.of(range)).rounded(0));
    }

    /// Has the library take the report, and then set the bits of the pages that were written.
    public void fill() {
        view.wrap(report, 0, report.byteSize()).validate(CONTROLLER_ID);
        long count = view.validatedCount();
        for (long i = 0; i < count; i++) {
            view.select(i);
            memory.markWritten(view.byteAddress(), view.byteSize());
        }
        memory.moveTo(range, PAGE_BYTES, bitmap);
    }

    /// Sets the bits in a loop as one writes it by hand: without a check of what the controller says, and at once, so that nothing is
    /// kept for a later report when this one fails or is for another range.
    public void setBits() {
        var entries = report;
        for (int i = 0; i < descriptors; i++) {
            long entry = TrackedMemoryChangesView.HEADER_BYTES + (long) i * TrackedMemoryChangesView.DESCRIPTOR_BYTES;
            long first = entries.get(ValueLayout.JAVA_LONG_UNALIGNED, entry) >>> PAGE_SHIFT;
            long end = first + Integer.toUnsignedLong(entries.get(ValueLayout.JAVA_INT_UNALIGNED, entry + 8));
            for (long page = first; page < end; page++) {
                words[(int) (page >>> 6)] |= 1L << page;
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
