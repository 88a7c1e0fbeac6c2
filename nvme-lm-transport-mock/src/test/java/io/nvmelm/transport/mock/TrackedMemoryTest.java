package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrackedMemoryTest {
    private static final int PAGES = 1 << 16;

    @ParameterizedTest
    @CsvSource({"1, 10, 0", "2, 100, 0", "3, 10000, 0", "4, 10000, 2", "5, 3, 4"})
    @Proves(device = {"memory.every-write", "memory.overlapping"})
    void everyWriteInsideTheRangesIsReportedAndNoneOutside(long seed, int rangeCount, int granularity) {
        var random = new SplittableRandom(seed);
        var tracked = new TrackedMemory(rangeCount, granularity, false);
        int unitShift = TrackedMemory.PAGE_SHIFT + granularity;
        int units = PAGES >>> granularity;
        var watched = new BitSet();
        for (int i = 0; i < rangeCount; i++) {
            int first = random.nextInt(units);
            int count = 1 + random.nextInt(Math.min(units - first, 1 + units / rangeCount));
            tracked.add((long) first << unitShift, (long) count << unitShift);
            watched.set(first, first + count);
        }
        var expected = new BitSet();
        for (int i = 0; i < 5000; i++) {
            long size = random.nextLong(i % 50 == 0 ? 1 << 20 : 9000);
            long address = random.nextLong(((long) PAGES << 12) - size);
            tracked.written(address, size);
            if (size > 0) {
                expected.set((int) (address >>> unitShift), (int) (address + size - 1 >>> unitShift) + 1);
            }
            if (i % 1000 == 999) {
                expected.and(watched);
                assertThat(reported(tracked, unitShift)).as("seed %d", seed).isEqualTo(expected);
                expected.clear();
            }
        }
    }

    private static BitSet reported(TrackedMemory tracked, int unitShift) {
        var found = new BitSet();
        while (tracked.hasChanges()) {
            int first = (int) (tracked.nextAddress() >>> unitShift);
            found.set(first, first + (int) tracked.takeUnits());
        }
        return found;
    }
}
