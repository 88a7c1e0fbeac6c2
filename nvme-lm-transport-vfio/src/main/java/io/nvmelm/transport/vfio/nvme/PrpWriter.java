package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.core.codec.SubmissionEntryView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Describes memory to the controller by Physical Region Page entries (Base 2.3 clause 4.3.1).
///
/// | memory | PRP1 | PRP2 |
/// | --- | --- | --- |
/// | within one page | its address | 0 |
/// | within two pages | its address | address of the second page |
/// | more | its address | address of a list of the other pages |
///
/// A list that goes on has the address of its next page in its last entry. Each command slot has list pages of its own, so a
/// command that timed out keeps its lists as it keeps its slot. Not thread-safe.
final class PrpWriter {
    private static final ValueLayout.OfLong ENTRY =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment lists;
    private final long listsAddress;
    private final int pageBytes;
    private final long bytesOfSlot;

    /// Creates the writer.
    ///
    /// @param lists        memory for the list pages of all slots
    /// @param listsAddress its device address, a multiple of the page size
    /// @param pageBytes    page size of the controller
    /// @param pagesOfSlot  list pages of each slot, see [#listPages]
    PrpWriter(MemorySegment lists, long listsAddress, int pageBytes, int pagesOfSlot) {
        this.lists = lists;
        this.listsAddress = listsAddress;
        this.pageBytes = pageBytes;
        this.bytesOfSlot = (long) pagesOfSlot * pageBytes;
    }

    /// {@return list pages that a transfer of so many bytes may need, wherever it starts in a page}
    static int listPages(long byteSize, int pageBytes) {
        long entries = byteSize / pageBytes + 1;
        int entriesOfPage = pageBytes / Long.BYTES;
        long links = entriesOfPage - 1L;
        return entries <= entriesOfPage ? 1 : (int) (1 + (entries - entriesOfPage + links - 1) / links);
    }

    /// Describes memory in an entry.
    ///
    /// @param entry    submission entry
    /// @param slot     slot of the command
    /// @param address  device address of the memory, a multiple of 4
    /// @param byteSize bytes, 1 or more
    void describe(SubmissionEntryView entry, int slot, long address, long byteSize) {
        long first = pageBytes - (address & pageBytes - 1);
        long rest = byteSize - first;
        entry.prp1(address);
        if (rest <= 0) {
            entry.prp2(0);
        } else if (rest <= pageBytes) {
            entry.prp2(address + first);
        } else {
            entry.prp2(listsAddress + slot * bytesOfSlot);
            writeList(slot * bytesOfSlot, address + first, (rest + pageBytes - 1) / pageBytes);
        }
    }

    private void writeList(long listOffset, long firstPage, long pages) {
        long at = listOffset;
        long page = firstPage;
        for (long left = pages; left > 0; left--) {
            boolean lastOfPage = (at + Long.BYTES) % pageBytes == 0;
            if (lastOfPage && left > 1) {
                lists.set(ENTRY, at, listsAddress + at + Long.BYTES);
                at += Long.BYTES;
            }
            lists.set(ENTRY, at, page);
            at += Long.BYTES;
            page += pageBytes;
        }
    }
}
