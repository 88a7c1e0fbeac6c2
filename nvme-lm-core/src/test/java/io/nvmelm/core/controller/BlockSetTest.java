package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The set of blocks, against a [BitSet] and with sizes that no bit set has.
class BlockSetTest {
    private static final int CHUNK = 1 << BlockSet.CHUNK_SHIFT;

    private static BlockMemory unlimited() {
        return new BlockMemory(Long.MAX_VALUE);
    }

    private static List<String> ranges(BlockSet set) {
        var result = new ArrayList<String>();
        set.forEachRange(0, set.size(), (first, count) -> result.add(first + "+" + count));
        return result;
    }

    private static List<String> ranges(BitSet model) {
        var result = new ArrayList<String>();
        for (int first = model.nextSetBit(0); first >= 0;) {
            int end = model.nextClearBit(first);
            result.add(first + "+" + (end - first));
            first = model.nextSetBit(end);
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 77})
    void behavesAsABitSet(int size) {
        for (long seed = 0; seed < 30; seed++) {
            var random = new Random(seed);
            var set = new BlockSet(size, unlimited());
            var model = new BitSet();
            for (int step = 0; step < 60; step++) {
                int first = random.nextInt(size);
                int most = random.nextInt(4) == 0 ? size - first : Math.min(size - first, 200);
                int count = 1 + random.nextInt(most);
                if (random.nextInt(6) == 0) {
                    first &= -CHUNK;
                    count = Math.min(size - first, CHUNK * (1 + random.nextInt(3)));
                }
                if (random.nextInt(3) != 0) {
                    set.set(first, count);
                    model.set(first, first + count);
                } else {
                    set.clear(first, count);
                    model.clear(first, first + count);
                }
                assertThat(set.cardinality()).as("size %d seed %d step %d", size, seed, step)
                        .isEqualTo(model.cardinality());
                int from = random.nextInt(size);
                int nextSet = model.nextSetBit(from);
                assertThat(set.nextSet(from)).isEqualTo(nextSet < 0 ? size : nextSet);
                assertThat(set.nextClear(from)).isEqualTo(Math.min(size, model.nextClearBit(from)));
            }
            assertThat(ranges(set)).as("size %d seed %d", size, seed).isEqualTo(ranges(model));
        }
    }

    @Test
    void aRangeOfFourGibiblocksNeedsNoMemoryForItsBlocks() {
        var budget = unlimited();
        var set = new BlockSet(1L << 40, budget);

        set.set(1L << 33, 1L << 32);

        assertThat(budget.usedBytes()).isLessThan(100_000);
        assertThat(set.cardinality()).isEqualTo(1L << 32);
        assertThat(ranges(set)).containsExactly((1L << 33) + "+" + (1L << 32));

        set.clear((1L << 33) + 5, 1);

        assertThat(budget.usedBytes()).isLessThan(200_000);
        assertThat(ranges(set))
                .containsExactly((1L << 33) + "+5", (1L << 33) + 6 + "+" + ((1L << 32) - 6));
    }

    @Test
    void allOfTheLargestNamespaceIsOneRangeAndCheap() {
        var budget = unlimited();
        var set = new BlockSet(1L << 54, budget);

        set.set(0, 1L << 54);
        set.clear((1L << 54) - 1, 1);
        set.set((1L << 54) - 1, 1);

        assertThat(set.cardinality()).isEqualTo(1L << 54);
        assertThat(ranges(set)).containsExactly("0+" + (1L << 54));
        assertThat(budget.usedBytes()).isLessThan(100_000);
    }

    @Test
    void aNamespaceWhoseSizeIsNoMultipleOfAChunkCanBeWholeWithoutAChunk() {
        var budget = unlimited();
        var set = new BlockSet(3 * CHUNK + 5, budget);

        set.set(0, 3 * CHUNK + 5);

        assertThat(set.cardinality()).isEqualTo(3 * CHUNK + 5);
        assertThat(budget.usedBytes()).isLessThan(1000);
    }

    @Test
    void runsJoinAcrossChunksAndNodes() {
        long size = 1L << 42;
        var set = new BlockSet(size, unlimited());
        long border = 1L << 39;

        set.set(border - 1, 1);
        set.set(border, 1);
        set.set(border + CHUNK, CHUNK);
        set.set(border + 1, CHUNK - 1);

        assertThat(ranges(set)).containsExactly(border - 1 + "+" + (2 * CHUNK + 1));
    }

    @Test
    void whatSharesARootSlotIsChangedWithoutMemory() {
        var budget = unlimited();
        var set = new BlockSet(8L * CHUNK, budget);
        set.set(10, 1);
        long before = budget.usedBytes();

        set.setAround(CHUNK + 7, 1);
        set.clearAround(20, 1);

        assertThat(ranges(set)).containsExactly(CHUNK + "+" + CHUNK);
        assertThat(budget.usedBytes()).isEqualTo(before);
        set.set(12, 1);
        assertThat(ranges(set)).containsExactly("12+1", CHUNK + "+" + CHUNK);
    }
}
