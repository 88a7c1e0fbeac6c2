package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The memory of sets: counted, given back, and used again without a bit of before.
class BlockMemoryTest {
    private static final int CHUNK = 1 << BlockSet.CHUNK_SHIFT;

    @Test
    void asManyChunksAsAreWantedAreKeptAndNoneHasABit() {
        var memory = new BlockMemory(1 << 20, 2);
        var chunks = new long[3][];
        for (int i = 0; i < 3; i++) {
            chunks[i] = memory.chunk();
            Arrays.fill(chunks[i], -1);
        }
        assertThat(memory.usedBytes()).isEqualTo(3 * BlockMemory.CHUNK_BYTES);
        for (var chunk : chunks) {
            memory.giveBack(chunk);
        }
        assertThat(memory.usedBytes()).as("two are kept").isEqualTo(2 * BlockMemory.CHUNK_BYTES);

        assertThat(memory.chunk()).isSameAs(chunks[1]).containsOnly(0);
        assertThat(memory.chunk()).isSameAs(chunks[0]).containsOnly(0);
        assertThat(memory.usedBytes()).isEqualTo(2 * BlockMemory.CHUNK_BYTES);
        assertThat(memory.chunk()).isNotSameAs(chunks[2]).containsOnly(0);
        assertThat(memory.usedBytes()).isEqualTo(3 * BlockMemory.CHUNK_BYTES);
    }

    @Test
    void itIsUsedUpAboveItsLimit() {
        var memory = new BlockMemory(BlockMemory.CHUNK_BYTES + 10);
        memory.charge(10);
        var chunk = memory.chunk();
        assertThat(memory.isExhausted()).isFalse();
        memory.charge(1);
        assertThat(memory.isExhausted()).isTrue();
        memory.discharge(1);
        assertThat(memory.isExhausted()).isFalse();
        memory.giveBack(chunk);
        assertThat(memory.usedBytes()).isEqualTo(10);
        assertThat(memory.chunk()).isNotSameAs(chunk);
    }

    @Test
    void aSetThatIsClearedOrFullTakesNoMemoryButItsRoot() {
        for (boolean full : new boolean[] {false, true}) {
            var memory = new BlockMemory(Long.MAX_VALUE);
            var set = new BlockSet(1L << 40, memory);
            long root = memory.usedBytes();
            for (long first = 1; first < 1L << 40; first *= 3) {
                set.set(first, 1);
            }
            assertThat(memory.usedBytes()).isGreaterThan(root);
            if (full) {
                set.set(0, 1L << 40);
            } else {
                set.clear(0, 1L << 40);
            }
            assertThat(memory.usedBytes()).isEqualTo(root);
            assertThat(set.cardinality()).isEqualTo(full ? 1L << 40 : 0);
        }
    }

    @Test
    void aChunkThatWasGivenBackIsChangedNoMoreByTheSetThatHadIt() {
        var memory = new BlockMemory(Long.MAX_VALUE, 4);
        var one = new BlockSet(4 * CHUNK, memory);
        var other = new BlockSet(4 * CHUNK, memory);
        one.set(CHUNK + 5, 1);
        one.clear(0, 4 * CHUNK);
        other.set(3, 1);

        one.set(CHUNK + 6, 1);

        assertThat(other.nextSet(0)).isEqualTo(3);
        assertThat(other.cardinality()).isEqualTo(1);
        assertThat(one.nextSet(0)).isEqualTo(CHUNK + 6);
        assertThat(one.cardinality()).isEqualTo(1);
        one.set(0, 4 * CHUNK);
        one.clear(CHUNK + 7, 1);
        assertThat(one.cardinality()).isEqualTo(4 * CHUNK - 1);
        assertThat(other.cardinality()).isEqualTo(1);
    }

    @Test
    void setsThatShareKeptChunksBehaveAsBitSets() {
        int size = 6 * CHUNK + 100;
        for (long seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var memory = new BlockMemory(Long.MAX_VALUE, 1 + random.nextInt(4));
            var sets = new ArrayList<BlockSet>();
            var models = new ArrayList<BitSet>();
            for (int i = 0; i < 3; i++) {
                sets.add(new BlockSet(size, memory));
                models.add(new BitSet());
            }
            for (int step = 0; step < 200; step++) {
                int index = random.nextInt(3);
                int first = random.nextInt(size);
                int count = 1 + random.nextInt(random.nextInt(3) == 0 ? size - first : Math.min(size - first, 70));
                boolean value = random.nextInt(3) != 0;
                if (value) {
                    sets.get(index).set(first, count);
                } else {
                    sets.get(index).clear(first, count);
                }
                models.get(index).set(first, first + count, value);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(bits(sets.get(i), 0, size)).as("seed %d set %d", seed, i).isEqualTo(models.get(i));
                int first = random.nextInt(size);
                int count = 1 + random.nextInt(size - first);
                models.get(i).clear(0, first);
                models.get(i).clear(first + count, size);
                assertThat(bits(sets.get(i), first, count)).as("seed %d set %d, a part", seed, i)
                        .isEqualTo(models.get(i));
            }
        }
    }

    @Test
    void aVisitGoesThroughAllLevels() {
        var set = new BlockSet(1L << 40, new BlockMemory(Long.MAX_VALUE), BlockSet.FEWEST_ROOT_SLOTS);
        long far = (1L << 39) + 3L * CHUNK;
        set.set(far - 2 * CHUNK - 5, 3);
        set.set(far - 1, 1);
        set.set(far, 2 * CHUNK);
        set.set(far + 2 * CHUNK + 70, 3);
        var seen = new ArrayList<String>();
        set.visit(far - CHUNK, 5 * CHUNK, new BlockSet.BitVisitor() {
            @Override
            public void run(long first, long count) {
                seen.add(first - far + "+" + count);
            }

            @Override
            public void word(long first, long value) {
                seen.add(first - far + ":" + value);
            }

            @Override
            public void words(long first, long[] words, int from, int to) {
                for (int i = from; i < to; i++) {
                    if (words[i] != 0) {
                        word(first + 64L * (i - from), words[i]);
                    }
                }
            }
        });
        assertThat(seen).containsExactly(
                "-64:" + Long.MIN_VALUE, "0+" + CHUNK, CHUNK + "+" + CHUNK, 2 * CHUNK + 64 + ":" + (7L << 6));
    }

    /// The blocks of a range, as a visitor is given them.
    private static BitSet bits(BlockSet set, long first, long count) {
        var result = new BitSet();
        set.visit(first, count, new BlockSet.BitVisitor() {
            @Override
            public void run(long from, long length) {
                result.set((int) from, (int) (from + length));
            }

            @Override
            public void word(long from, long value) {
                for (int bit = 0; bit < 64; bit++) {
                    if ((value >>> bit & 1) != 0) {
                        result.set((int) from + bit);
                    }
                }
            }

            @Override
            public void words(long from, long[] words, int start, int end) {
                for (int i = start; i < end; i++) {
                    word(from + 64L * (i - start), words[i]);
                }
            }
        });
        return result;
    }
}
