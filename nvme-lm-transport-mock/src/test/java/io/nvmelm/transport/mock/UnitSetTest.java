package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitSetTest {
    private static final int UNITS = 1000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void runsAreThoseOfABitSet(long seed) {
        var random = new SplittableRandom(seed);
        var set = new UnitSet();
        var other = new UnitSet();
        var model = new BitSet();
        for (int step = 0; step < 2000; step++) {
            int first = random.nextInt(UNITS);
            int count = 1 + random.nextInt(step % 10 == 0 ? 200 : 5);
            (random.nextBoolean() ? set : other).add(first, count);
            model.set(first, first + count);
            if (random.nextInt(4) == 0) {
                set.addAll(other);
                other.clear();
                assertThat(other.isEmpty()).isTrue();
                assertThat(set.contains(first)).isTrue();
                takeRuns(set, model, 1 + random.nextInt(300), random.nextInt(4));
            }
        }
        set.addAll(other);
        takeRuns(set, model, Long.MAX_VALUE, Integer.MAX_VALUE);
        assertThat(set.isEmpty()).isTrue();
    }

    private static void takeRuns(UnitSet set, BitSet model, long limit, int runs) {
        for (int run = 0; run < runs && !set.isEmpty(); run++) {
            int first = model.nextSetBit(0);
            long count = Math.min(limit, model.nextClearBit(first) - first);
            assertThat(set.first()).isEqualTo(first);
            assertThat(set.removeRun(limit)).isEqualTo(count);
            model.clear(first, first + (int) count);
        }
        assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 40, (1L << 51) - 64})
    void unitsMayBeAnywhere(long base) {
        var set = new UnitSet();
        set.add(base + 63, 2);
        assertThat(set.contains(base + 62)).isFalse();
        assertThat(set.contains(base + 63)).isTrue();
        assertThat(set.contains(base + 64)).isTrue();
        assertThat(set.contains(base + 65)).isFalse();
        assertThat(set.first()).isEqualTo(base + 63);
        assertThat(set.removeRun(1)).isEqualTo(1);
        assertThat(set.removeRun(5)).isEqualTo(1);
        assertThat(set.isEmpty()).isTrue();
    }
}
