package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Pages that were written: set at once where they are asked for, kept otherwise, and reported once.
class TrackedMemoryTest {
    private static final int CHUNK = 1 << BlockSet.CHUNK_SHIFT;
    private static final int CONTROLLER_ID = 7;
    private static final long PLENTY = 64L << 20;

    private record Pages(long first, long count) {
        MemoryRange range() {
            return new MemoryRange(first << 12, count << 12);
        }
    }

    private static TrackedMemory memory(long budgetBytes, Pages... ranges) {
        return new TrackedMemory(
                TrackedRanges.of(List.of(ranges).stream().map(Pages::range).toList()), budgetBytes);
    }

    private static TrackedMemoryChangesView report(Pages... written) {
        long bytes = 16 + 16L * written.length;
        var view = new TrackedMemoryChangesView()
                .wrap(MemorySegment.ofArray(new long[(int) (bytes / 8)]), 0, bytes)
                .controllerId(CONTROLLER_ID)
                .descriptorCount(written.length);
        for (int i = 0; i < written.length; i++) {
            view.descriptor(i, written[i].first << 12, written[i].count);
        }
        return view.validate(CONTROLLER_ID);
    }

    /// Asks for a range, of which the controller answers with what was written.
    private static BitSet ask(TrackedMemory memory, Pages range, int shift, Pages... written) {
        var bitmap = new byte[(int) ((range.count >>> shift) + 7) / 8];
        var asked = memory.ask(range.range(), 4096L << shift, MemorySegment.ofArray(bitmap));
        memory.markWritten(report(written), asked);
        memory.moveTo(asked);
        return BitSet.valueOf(bitmap);
    }

    private static BitSet pages(int first, int end) {
        var result = new BitSet();
        result.set(first, end);
        return result;
    }

    @Test
    void whatIsAskedForIsSetAtOnceAndNotOnceMore() {
        var all = new Pages(100, 3 * CHUNK);
        var memory = memory(PLENTY, all);

        assertThat(ask(memory, all, 0, new Pages(100, 1), new Pages(110, 20), new Pages(99 + 3 * CHUNK, 1)).toString())
                .isEqualTo(
                        "{0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 98303}");
        assertThat(ask(memory, all, 0).isEmpty()).isTrue();
    }

    @Test
    void aRangeThatIsNamedIsCutWhereTrackedMemoryEnds() {
        var low = new Pages(10, 10);
        var high = new Pages(30, 10);
        var memory = memory(PLENTY, low, high);
        var bitmap = new byte[2];
        var asked = memory.ask(low.range(), 4096, MemorySegment.ofArray(bitmap));

        assertThat(memory.markWritten(report(new Pages(0, 1)), asked)).as("none").isEqualTo(1);
        assertThat(memory.markWritten(report(new Pages(0, 10)), asked)).as("none, which counts as one").isEqualTo(1);
        assertThat(memory.markWritten(report(new Pages(15, 0)), asked)).as("an empty one").isEqualTo(1);
        assertThat(memory.markWritten(report(new Pages(35, 0)), asked)).as("an empty one elsewhere").isEqualTo(1);
        assertThat(memory.markWritten(report(new Pages(15, 20), new Pages(12, 2)), asked)).isEqualTo(5 + 5 + 2);
        assertThat(memory.markWritten(report(new Pages(36, 3)), asked)).as("where one was kept before").isEqualTo(3);
        memory.moveTo(asked);

        assertThat(BitSet.valueOf(bitmap).toString()).isEqualTo("{2, 3, 5, 6, 7, 8, 9}");
        assertThat(ask(memory, high, 0).toString()).isEqualTo("{0, 1, 2, 3, 4, 6, 7, 8}");
        assertThat(ask(memory, low, 0).isEmpty()).isTrue();
    }

    @Test
    void pagesAreKeptForTheRangeThatTheyLieIn() {
        var ranges = new Pages[] {new Pages(0, 5), new Pages(10, 70), new Pages(1000, CHUNK), new Pages(1L << 40, 100)};
        var memory = memory(PLENTY, ranges);
        var written = new Pages[] {new Pages(2, 1), new Pages(1003, 2), new Pages(1053, 0),
            new Pages(1L << 40, 1), new Pages(79, 1),
            new Pages((1L << 40) + 99, 1), new Pages(10, 1), new Pages(5, 5), new Pages(999, 1), new Pages(80, 1)};

        assertThat(ask(memory, new Pages(20, 8), 0, written).isEmpty()).isTrue();
        assertThat(ask(memory, ranges[3], 0).toString()).isEqualTo("{0, 99}");
        assertThat(ask(memory, ranges[2], 0).toString()).isEqualTo("{3, 4}");
        assertThat(ask(memory, ranges[1], 0).toString()).isEqualTo("{0, 69}");
        assertThat(ask(memory, ranges[0], 0).toString()).isEqualTo("{2}");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "3, 0", "64, 0", "8, 0", "8, 1", "0, 4", "0, 6", "0, 9"})
    void behavesAsABitSet(int gap, int shift) {
        for (long seed = 0; seed < 25; seed++) {
            var random = new Random(seed);
            long unit = 1L << shift;
            var ranges = new Pages[] {
                new Pages(0, (1 + random.nextInt(40)) * unit + (gap % unit)),
                new Pages((1L << 20), 2 * CHUNK * unit),
                new Pages((1L << 30), (1 + random.nextInt(2 * CHUNK)) * unit)};
            var memory = memory(PLENTY, ranges);
            var models = List.of(new BitSet(), new BitSet(), new BitSet());
            for (int step = 0; step < 40; step++) {
                var written = new ArrayList<Pages>();
                for (int i = random.nextInt(60); i > 0; i--) {
                    int index = random.nextInt(3);
                    var range = ranges[index];
                    int first = random.nextInt((int) range.count);
                    int most = random.nextInt(8) == 0 ? CHUNK * 2 : random.nextInt(3) == 0 ? 100 : 1;
                    int count = 1 + random.nextInt((int) Math.min(most, range.count - first));
                    written.add(new Pages(range.first + first, count));
                    models.get(index).set(first, first + count);
                }
                int index = random.nextInt(3);
                var range = ranges[index];
                long first = random.nextLong(range.count / unit) * unit;
                long count = random.nextBoolean()
                        ? (range.count - first) / unit * unit
                        : (1 + random.nextLong((range.count - first) / unit)) * unit;
                var expected = new BitSet();
                var model = models.get(index);
                for (int page = model.nextSetBit((int) first); page >= 0 && page < first + count; page = model
                        .nextSetBit(page + 1)) {
                    expected.set((int) ((page - first) >>> shift));
                }
                model.clear((int) first, (int) (first + count));
                var asked = new Pages(range.first + first, count);
                assertThat(ask(memory, asked, shift, written.toArray(Pages[]::new)))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(expected);
            }
        }
    }

    /// Bytes behind the last bit may belong to someone else, who writes them at the same time.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 63, 64, 65, 100, 128, 129})
    void bytesBehindTheLastBitAreNotTouched(int count) {
        var first = new Pages(0, count);
        var second = new Pages(1000, 100);
        var memory = memory(PLENTY, first, second);
        int bytes = (count + 7) / 8;
        try (var arena = Arena.ofConfined()) {
            var bitmap = arena.allocate(bytes);
            assertThat(ask(memory, second, 0, new Pages(0, count)).isEmpty()).isTrue();
            memory.moveTo(memory.ask(first.range(), 4096, bitmap));
            assertThat(BitSet.valueOf(bitmap.asByteBuffer())).isEqualTo(pages(0, count));
        }
        var longer = new byte[bytes + 16];
        ask(memory, second, 0, new Pages(0, count));
        memory.moveTo(memory.ask(first.range(), 4096, MemorySegment.ofArray(longer)));
        assertThat(BitSet.valueOf(longer)).isEqualTo(pages(0, count));
    }

    @Test
    void aReportOfOneRoundHasNoBitOfAnEarlierOne() {
        var asked = new Pages(1L << 30, 1);
        var kept = new Pages(0, 64 * CHUNK);
        var memory = memory(PLENTY, kept, asked);
        for (int round = 0; round < 8; round++) {
            var written = new ArrayList<Pages>();
            var expected = new BitSet();
            for (int chunk = 0; chunk < 64; chunk++) {
                int page = ((chunk * 7 + round) % 64) * CHUNK + 4001 * round + chunk;
                written.add(new Pages(page, 1 + round));
                expected.set(page, page + 1 + round);
            }
            ask(memory, asked, 0, written.toArray(Pages[]::new));
            assertThat(ask(memory, kept, 0)).as("round %d", round).isEqualTo(expected);
            assertThat(ask(memory, kept, 0).isEmpty()).as("round %d, asked again", round).isTrue();
        }
    }

    @Test
    void aBitmapThatFailsMakesEverythingWrittenWhateverWasKept() {
        var low = new Pages(0, 3 * CHUNK);
        var high = new Pages(1L << 30, 100);
        var memory = memory(PLENTY, low, high);
        ask(memory, high, 0, new Pages(5, 1), new Pages(CHUNK + 5, 1), new Pages(2 * CHUNK, CHUNK));
        var arena = Arena.ofConfined();
        var asked = memory.ask(low.range(), 4096, arena.allocate(3 * CHUNK / 8));
        arena.close();

        assertThatThrownBy(() -> memory.moveTo(asked)).isInstanceOf(IllegalStateException.class);
        assertThat(ask(memory, low, 0)).isEqualTo(pages(0, 3 * CHUNK));
        assertThat(ask(memory, high, 0)).isEqualTo(pages(0, 100));

        ask(memory, high, 0, new Pages(CHUNK + 9, 1), new Pages(7, 2));
        assertThat(ask(memory, low, 0).toString()).as("nothing of before").isEqualTo("{7, 8, " + (CHUNK + 9) + "}");
    }

    @Test
    void aReportThatFailsInTheMiddleAndIsTakenAsEverythingLeavesNothingBehind() {
        var low = new Pages(0, 2 * CHUNK);
        var high = new Pages(1L << 30, 2 * CHUNK);
        var memory = memory(PLENTY, low, high);
        var bitmap = new byte[2 * CHUNK / 8];
        var asked = memory.ask(low.range(), 4096, MemorySegment.ofArray(bitmap));
        var broken = report(new Pages(3, 1), new Pages((1L << 30) + 8, 1), new Pages(-1L >>> 12, 2));

        assertThatThrownBy(() -> memory.markWritten(broken, asked)).isInstanceOf(InvalidValueException.class);
        memory.markEverything();
        assertThat(ask(memory, high, 0)).isEqualTo(pages(0, 2 * CHUNK));
        ask(memory, high, 0, new Pages(9, 1));
        assertThat(ask(memory, low, 0)).isEqualTo(pages(0, 2 * CHUNK));

        assertThat(ask(memory, low, 0, new Pages((1L << 30) + 5, 1)).isEmpty()).isTrue();
        assertThat(ask(memory, high, 0).toString()).isEqualTo("{5}");
    }

    @Test
    void whenMemoryIsUsedUpEverythingIsWrittenAndItsMemoryIsFreeAgain() {
        long budget = 64 * BlockMemory.CHUNK_BYTES;
        var kept = new Pages(0, 200 * CHUNK);
        var asked = new Pages(1L << 30, 8);
        var memory = memory(budget, kept, asked);
        long root = memory.usedBytes();
        for (int time = 0; time < 3; time++) {
            var written = new Pages[200];
            for (int i = 0; i < written.length; i++) {
                written[i] = new Pages((long) i * CHUNK + 3, 1);
            }
            var bitmap = MemorySegment.ofArray(new byte[1]);
            memory.markWritten(report(written), memory.ask(asked.range(), 4096, bitmap));
            assertThat(memory.usedBytes()).isBetween(budget, budget + BlockMemory.CHUNK_BYTES);
            assertThat(ask(memory, asked, 0)).as("also of what is asked for").isEqualTo(pages(0, 8));
            assertThat(ask(memory, kept, 0)).isEqualTo(pages(0, 200 * CHUNK));
            assertThat(memory.usedBytes())
                    .as("a sixteenth is kept, and the chunk that the ranges share")
                    .isLessThanOrEqualTo(root + 5 * BlockMemory.CHUNK_BYTES);
            ask(memory, asked, 0, new Pages(3, 1), new Pages(50 * CHUNK, 1));
            assertThat(ask(memory, kept, 0).toString()).isEqualTo("{3, " + 50 * CHUNK + "}");
        }
    }

    @Test
    void aSixteenthOfTheMemoryIsKeptAndUsedAgain() {
        var kept = new Pages(0, 200 * CHUNK);
        var asked = new Pages(1L << 30, 8);
        var memory = memory(64 * BlockMemory.CHUNK_BYTES, kept, asked);
        long root = memory.usedBytes();
        for (int round = 0; round < 5; round++) {
            var written = new Pages[10];
            for (int i = 0; i < written.length; i++) {
                written[i] = new Pages((long) (10 * round + i) * CHUNK + 3, 1);
            }
            ask(memory, asked, 0, written);
            assertThat(memory.usedBytes()).isEqualTo(root + 10 * BlockMemory.CHUNK_BYTES);
            assertThat(ask(memory, kept, 0).cardinality()).isEqualTo(10);
            assertThat(memory.usedBytes()).isEqualTo(root + 4 * BlockMemory.CHUNK_BYTES);
        }
    }

    @Test
    void memoryIsFreeAgainAlsoWhenPartsOfChunksAreAskedFor() {
        long budget = 20 * BlockMemory.CHUNK_BYTES;
        var kept = new Pages(0, 100 * CHUNK);
        var asked = new Pages(1L << 30, 8);
        var memory = memory(budget, kept, asked);
        for (int chunk = 0; chunk < 100; chunk++) {
            var part = new Pages((long) chunk * CHUNK, CHUNK / 2);
            assertThat(ask(memory, asked, 0, new Pages(part.first, 1)).isEmpty()).isTrue();
            assertThat(ask(memory, part, 0)).as("chunk %d", chunk).isEqualTo(pages(0, 1));
        }
    }
}
