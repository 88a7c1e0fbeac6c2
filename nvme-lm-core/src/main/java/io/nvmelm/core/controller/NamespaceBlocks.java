package io.nvmelm.core.controller;

import io.nvmelm.NamespaceExtent;

/// What changed in one namespace: blocks that were modified, and apart from them those that were deallocated last. No block is in both
/// sets. Not thread-safe.
final class NamespaceBlocks {
    private final NamespaceExtent extent;
    private final int namespaceId;
    private final long blockCount;
    private final BlockMemory memory;
    private final BlockSet modified;
    private final BlockSet deallocated;

    /// Nothing has changed yet.
    ///
    /// @param rootSlots most slots in the root of each set
    NamespaceBlocks(NamespaceExtent extent, BlockMemory memory, int rootSlots) {
        this.extent = extent;
        this.namespaceId = (int) extent.namespaceId();
        this.blockCount = extent.blockCount();
        this.memory = memory;
        this.modified = new BlockSet(blockCount, memory, rootSlots);
        this.deallocated = new BlockSet(blockCount, memory, rootSlots);
    }

    NamespaceExtent extent() {
        return extent;
    }

    /// Identifier, unsigned.
    int namespaceId() {
        return namespaceId;
    }

    long blockCount() {
        return blockCount;
    }

    BlockSet modified() {
        return modified;
    }

    BlockSet deallocated() {
        return deallocated;
    }

    /// Takes a change; the range lies inside. When memory is used up, more is taken as modified than was.
    void change(long first, long count, boolean isDeallocated) {
        if (memory.isExhausted()) {
            modified.setAround(first, count);
            deallocated.clearAround(first, count);
            return;
        }
        var grows = isDeallocated ? deallocated : modified;
        var shrinks = isDeallocated ? modified : deallocated;
        if (!shrinks.isUntouched()) {
            shrinks.clear(first, count);
        }
        grows.set(first, count);
    }

    /// Takes changes that are older than those that are here: a block that changed since stays as it is.
    void addOlder(NamespaceBlocks older) {
        addOlder(older.modified, deallocated, false);
        addOlder(older.deallocated, modified, true);
    }

    private void addOlder(BlockSet older, BlockSet newer, boolean isDeallocated) {
        long end = Math.min(blockCount, older.size());
        long first = older.nextSet(0);
        while (first < end) {
            long last = Math.min(end, older.nextClear(first));
            long from = newer.nextClear(first);
            while (from < last) {
                long to = Math.min(last, newer.nextSet(from));
                change(from, to - from, isDeallocated);
                from = newer.nextClear(to);
            }
            first = older.nextSet(last);
        }
    }
}
