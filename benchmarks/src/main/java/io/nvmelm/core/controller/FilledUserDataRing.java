package io.nvmelm.core.controller;

import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.codec.LbaMigrationEntryView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;

/// A ring that is full of entries, each of 8 blocks, and the sets that they are merged into. At its end it is read from its start again,
/// as if it were new, so that no entry has to be written twice.
public final class FilledUserDataRing implements AutoCloseable {
    private static final int NAMESPACE = 1;
    private static final int BLOCKS = 8;
    private static final int BLOCK_BYTES = 512;
    private static final long SEED = 42;

    /// How writes are spread over the namespace.
    public enum Writes {
        /// One behind the other.
        SEQUENTIAL(1L << 40),
        /// Anywhere in 1 GiB.
        RANDOM_1_GIB(1L << 30),
        /// Anywhere in 1 TiB.
        RANDOM_1_TIB(1L << 40);

        private final long namespaceBytes;

        Writes(long namespaceBytes) {
            this.namespaceBytes = namespaceBytes;
        }
    }

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final int slots;
    private final int batch;
    private final ChangedBlocks changes;
    private UserDataRing ring;
    private int walked;

    /// Fills a ring.
    ///
    /// @param slots  entries, a multiple of `batch`
    /// @param batch  entries consumed by one call
    /// @param writes where they are
    public FilledUserDataRing(int slots, int batch, Writes writes) {
        this.slots = slots;
        this.batch = batch;
        this.memory = arena.allocate((long) slots * LbaMigrationEntryView.BYTES, 4096);
        long blocks = writes.namespaceBytes / BLOCK_BYTES;
        var random = new Random(SEED);
        for (int slot = 0; slot < slots; slot++) {
            long first = writes == Writes.SEQUENTIAL
                    ? (long) slot * BLOCKS
                    : random.nextLong(blocks / BLOCKS) * BLOCKS;
            LbaMigrationEntryView.post(
                    memory, (long) slot * LbaMigrationEntryView.BYTES, NAMESPACE, first, BLOCKS - 1, 1);
        }
        this.changes = new ChangedBlocks(List.of(new NamespaceExtent(NAMESPACE, blocks, BLOCK_BYTES)));
        this.ring = new UserDataRing(memory, slots);
    }

    /// Consumes one batch into the sets.
    ///
    /// @return how many entries were consumed since the start of the ring
    public long consume() {
        if (ring.consumed() == slots) {
            ring = new UserDataRing(memory, slots);
        }
        if (ring.consume(changes, batch) != batch) {
            throw new AssertionError("the ring is not full");
        }
        return ring.consumed();
    }

    /// Reads one batch and adds its fields up.
    ///
    /// @return the sum
    public long walk() {
        if (walked == slots) {
            walked = 0;
        }
        var entries = memory;
        long sum = 0;
        int end = walked + batch;
        for (int slot = walked; slot < end; slot++) {
            long entry = (long) slot * LbaMigrationEntryView.BYTES;
            int attributes = LbaMigrationEntryView.attributesAcquire(entries, entry);
            if (!LbaMigrationEntryView.phase(attributes)) {
                throw new AssertionError("the ring is not full");
            }
            sum += LbaMigrationEntryView.namespaceId(entries, entry)
                    + LbaMigrationEntryView.firstBlock(entries, entry)
                    + LbaMigrationEntryView.blockCount(entries, entry);
        }
        walked = end;
        return sum;
    }

    /// {@return blocks that are in the sets}
    public long modifiedBlocks() {
        return changes.take(this, UserDataLogState.LOGGING).modifiedBlocks();
    }

    @Override
    public void close() {
        arena.close();
    }
}
