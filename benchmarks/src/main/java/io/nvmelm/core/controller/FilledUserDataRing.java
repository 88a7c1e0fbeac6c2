package io.nvmelm.core.controller;

import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.codec.LbaMigrationEntryView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// A ring that is full of entries, each of 8 blocks, and what they are merged into. At its end what was merged is taken, and the ring is
/// read from its start again, as if it were new, so that no entry has to be written twice.
public final class FilledUserDataRing implements AutoCloseable {
    private static final int NAMESPACE = 1;
    private static final int BLOCKS = 8;
    private static final int BLOCK_BYTES = 512;
    private static final long SEED = 42;

    /// How writes are spread over the namespace.
    public enum Writes {
        /// One behind the other.
        SEQUENTIAL(1L << 40, true),
        /// Anywhere in 1 GiB.
        RANDOM_1_GIB(1L << 30, true),
        /// Anywhere in 1 TiB.
        RANDOM_1_TIB(1L << 40, true),
        /// As [#RANDOM_1_GIB], and never taken: from the second pass on, all of it is there already.
        REPEATS(1L << 30, false);

        private final long namespaceBytes;
        private final boolean taken;

        Writes(long namespaceBytes, boolean taken) {
            this.namespaceBytes = namespaceBytes;
            this.taken = taken;
        }
    }

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final int slots;
    private final int batch;
    private final ChangedBlocks changes;
    private final boolean taken;
    private final long blocks;
    /// A bit for each block of the namespace; empty until used.
    private long[] bits = {};
    /// Ranges of changed blocks of the one namespace, end by start; none touches another.
    private TreeMap<Long, Long> ranges = new TreeMap<>();
    private UserDataRing ring;
    private int walked;
    private int merged;
    private int marked;

    /// Fills a ring.
    ///
    /// @param slots  entries, a multiple of `batch`
    /// @param batch  entries consumed by one call
    /// @param writes where they are
    public FilledUserDataRing(int slots, int batch, Writes writes) {
        this.slots = slots;
        this.batch = batch;
        this.taken = writes.taken;
        this.memory = arena.allocate((long) slots * LbaMigrationEntryView.BYTES, 4096);
        this.blocks = writes.namespaceBytes / BLOCK_BYTES;
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

    /// Consumes one batch into the sets; before the first of the ring, the changes of the last pass are taken.
    ///
    /// @return how many entries were consumed since the start of the ring
    public long consume() {
        if (ring.consumed() == slots) {
            ring = new UserDataRing(memory, slots);
            if (taken) {
                changes.take(this, UserDataLogState.LOGGING);
            }
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

    /// Reads one batch and merges it into ranges in a [TreeMap], as one does without a set of blocks. Without the checks of the ring (that
    /// there is such a namespace, that the range lies inside it, that the entry is an ordinary one) and without what was deallocated.
    /// Before the first batch of the ring, the map of the last pass is given away.
    ///
    /// @return number of ranges
    public int merge() {
        if (merged == slots) {
            merged = 0;
            if (taken) {
                ranges = new TreeMap<>();
            }
        }
        int end = merged + batch;
        for (int slot = merged; slot < end; slot++) {
            long entry = (long) slot * LbaMigrationEntryView.BYTES;
            if (!LbaMigrationEntryView.phase(LbaMigrationEntryView.attributesAcquire(memory, entry))) {
                throw new AssertionError("the ring is not full");
            }
            long first = LbaMigrationEntryView.firstBlock(memory, entry);
            add(first, first + LbaMigrationEntryView.blockCount(memory, entry));
        }
        merged = end;
        return ranges.size();
    }

    private void add(long first, long end) {
        long from = first;
        long to = end;
        var before = ranges.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            if (before.getValue() >= to) {
                return;
            }
            from = before.getKey();
        }
        var next = ranges.higherEntry(from);
        while (next != null && next.getKey() <= to) {
            to = Math.max(to, next.getValue());
            ranges.remove(next.getKey());
            next = ranges.higherEntry(from);
        }
        ranges.put(from, to);
    }

    /// Reads one batch and sets the bit of each block in an array of longs that has one for every block of the namespace, without the
    /// checks of the ring. Before the first batch of the ring, what the last pass has set is cleared, if it is to be taken.
    ///
    /// @return how many entries were read since the start of the ring
    public int setBits() {
        if (bits.length == 0) {
            bits = new long[Math.toIntExact(blocks / Long.SIZE)];
        } else if (marked == slots) {
            marked = 0;
            if (taken) {
                for (int slot = 0; slot < slots; slot++) {
                    long entry = (long) slot * LbaMigrationEntryView.BYTES;
                    bits[(int) (LbaMigrationEntryView.firstBlock(memory, entry) / Long.SIZE)] = 0;
                }
            }
        }
        int end = marked + batch;
        for (int slot = marked; slot < end; slot++) {
            long entry = (long) slot * LbaMigrationEntryView.BYTES;
            if (!LbaMigrationEntryView.phase(LbaMigrationEntryView.attributesAcquire(memory, entry))) {
                throw new AssertionError("the ring is not full");
            }
            // No entry crosses a word, as each starts at a multiple of the 8 blocks that it has.
            long first = LbaMigrationEntryView.firstBlock(memory, entry);
            long count = LbaMigrationEntryView.blockCount(memory, entry);
            bits[(int) (first / Long.SIZE)] |= (1L << count) - 1 << first;
        }
        marked = end;
        return end;
    }

    /// {@return blocks whose bit is set}
    public long markedBlocks() {
        return Arrays.stream(bits).mapToInt(Long::bitCount).asLongStream().sum();
    }

    /// {@return blocks that are in the ranges}
    public long mergedBlocks() {
        return ranges.entrySet().stream().mapToLong(range -> range.getValue() - range.getKey()).sum();
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
