package io.nvmelm.transport.mock.guest;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Data memory of one command slot: pages that a command uses in random order and from a random dword on, described by
/// PRP entries in every shape that the standard allows (Base 2.3 clause 4.3.1).
///
/// | pages | PRP1 | PRP2 |
/// | --- | --- | --- |
/// | 1 | address, with offset | 0 |
/// | 2 | address, with offset | address of the second page |
/// | more | address, with offset | address of a list, which may go on in a second list page |
///
/// Not thread-safe.
final class TransferBuffer {

    /// Byte that fills the pages before a read: what the controller did not write keeps it.
    static final byte POISON = (byte) 0xA5;

    private static final int PAGE_BYTES = GuestAllocator.PAGE_BYTES;
    private static final int ENTRIES_PER_LIST_PAGE = PAGE_BYTES / Long.BYTES;
    private static final MemorySegment POISONED = poisoned();

    private final GuestMemory memory;
    private final long[] pages;
    private final long firstListPage;
    private final long secondListPage;
    private final MemorySegment page = MemorySegment.ofArray(new byte[PAGE_BYTES]);

    private int offset;
    private int byteSize;
    private int pageCount;

    /// Memory for transfers of up to `maximumBytes`, taken from the allocator: the pages, one more for an offset, two
    /// for lists.
    TransferBuffer(GuestMemory memory, GuestAllocator allocator, int maximumBytes) {
        this.memory = memory;
        this.pages = new long[pagesFor(maximumBytes)];
        long first = allocator.allocatePages((long) pages.length * PAGE_BYTES);
        for (int i = 0; i < pages.length; i++) {
            pages[i] = first + (long) i * PAGE_BYTES;
        }
        this.firstListPage = allocator.allocatePages(PAGE_BYTES);
        this.secondListPage = allocator.allocatePages(PAGE_BYTES);
    }

    /// {@return guest memory that one buffer takes}
    static long footprint(int maximumBytes) {
        return (pagesFor(maximumBytes) + 2L) * PAGE_BYTES;
    }

    private static int pagesFor(int maximumBytes) {
        return (maximumBytes + PAGE_BYTES - 1) / PAGE_BYTES + 1;
    }

    /// Chooses offset and order of the pages for a transfer, and describes it in the entry.
    void shape(SplittableRandom random, int transferBytes, SubmissionEntryView entry) {
        byteSize = transferBytes;
        offset = random.nextInt(3) == 0 ? Integer.BYTES * random.nextInt(PAGE_BYTES / Integer.BYTES) : 0;
        pageCount = (offset + byteSize + PAGE_BYTES - 1) / PAGE_BYTES;
        for (int i = pages.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long swapped = pages[i];
            pages[i] = pages[other];
            pages[other] = swapped;
        }
        entry.prp1(pages[0] + offset);
        if (pageCount <= 2) {
            entry.prp2(pageCount == 1 ? 0 : pages[1]);
        } else {
            int start = random.nextInt(4) == 0 ? random.nextInt(ENTRIES_PER_LIST_PAGE) : 0;
            entry.prp2(firstListPage + (long) start * Long.BYTES);
            writeList(start);
        }
    }

    /// Writes pages 1 and on as a list that starts in slot `start` of the first list page.
    private void writeList(int start) {
        long listPage = firstListPage;
        int slot = start;
        for (int i = 1; i < pageCount; i++) {
            if (slot == ENTRIES_PER_LIST_PAGE - 1 && i < pageCount - 1) {
                memory.setLong(listPage + (long) slot * Long.BYTES, secondListPage);
                listPage = secondListPage;
                slot = 0;
            }
            memory.setLong(listPage + (long) slot * Long.BYTES, pages[i]);
            slot++;
        }
    }

    /// Copies the data of a write into the pages.
    void store(MemorySegment source) {
        for (int i = 0, done = 0; i < pageCount; i++) {
            int from = i == 0 ? offset : 0;
            int size = Math.min(PAGE_BYTES - from, byteSize - done);
            memory.write(pages[i] + from, source, done, size);
            done += size;
        }
    }

    /// Makes sure that nothing of an earlier transfer can pass for data of the coming read.
    void poison() {
        for (int i = 0; i < pageCount; i++) {
            memory.write(pages[i], POISONED, 0, PAGE_BYTES);
        }
    }

    /// Copies the data of a read out of the pages.
    void load(MemorySegment target) {
        for (int i = 0, done = 0; i < pageCount; i++) {
            int from = i == 0 ? offset : 0;
            int size = Math.min(PAGE_BYTES - from, byteSize - done);
            memory.read(pages[i] + from, target, done, size);
            done += size;
        }
    }

    /// {@return whether a read left the bytes before and behind the data alone} To be asked after [#poison()].
    boolean isSurroundingIntact() {
        int end = (offset + byteSize - 1) % PAGE_BYTES + 1;
        return isPoisoned(pages[0], 0, offset) && isPoisoned(pages[pageCount - 1], end, PAGE_BYTES);
    }

    private boolean isPoisoned(long address, int from, int to) {
        if (from == to) {
            return true;
        }
        memory.read(address, page, 0, PAGE_BYTES);
        return MemorySegment.mismatch(page, from, to, POISONED, from, to) < 0;
    }

    /// {@return pages that the transfer uses}
    int pageCount() {
        return pageCount;
    }

    private static MemorySegment poisoned() {
        var bytes = new byte[PAGE_BYTES];
        Arrays.fill(bytes, POISON);
        return MemorySegment.ofArray(bytes).asReadOnly();
    }
}
