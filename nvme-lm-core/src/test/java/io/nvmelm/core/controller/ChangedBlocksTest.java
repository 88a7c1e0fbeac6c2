package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What changed, and how changes replace each other.
class ChangedBlocksTest {
    private static final NamespaceExtent ONE = new NamespaceExtent(1, 100_000, 512);
    private static final NamespaceExtent HIGH = new NamespaceExtent(0xFFFF_FFF0L, 1000, 4096);

    private static List<String> ranges(UserDataChanges changes) {
        var result = new ArrayList<String>();
        changes.forEachRange((namespace, first, count, deallocated) -> result.add(namespace + ":" + first + "+" + count
                + (deallocated ? "d" : "")));
        return result;
    }

    private TakenBlocks take(ChangedBlocks changes) {
        return changes.take(this, UserDataLogState.LOGGING);
    }

    @Test
    void theLastChangeOfABlockCounts() {
        var changes = new ChangedBlocks(List.of(HIGH, ONE));
        changes.change(1, 10, 10, false);
        changes.change(1, 15, 10, true);
        changes.change(1, 18, 1, false);
        changes.change((int) 0xFFFF_FFF0L, 7, 1, true);

        var taken = take(changes);

        assertThat(ranges(taken)).containsExactly("1:10+5", "1:15+3d", "1:18+1", "1:19+6d", "4294967280:7+1d");
        assertThat(taken.modifiedBlocks()).isEqualTo(6);
        assertThat(taken.deallocatedBlocks()).isEqualTo(10);
        assertThat(taken.isEmpty()).isFalse();
        assertThat(take(changes).isEmpty()).isTrue();
    }

    @Test
    void blocksThatAreNotThereAreRefused() {
        var changes = new ChangedBlocks(List.of(ONE));

        assertThat(changes.change(2, 0, 1, false)).isFalse();
        assertThat(changes.changeAll(2, false)).isFalse();
        assertThat(changes.change(1, 100_000, 1, false)).isFalse();
        assertThat(changes.change(1, 99_999, 2, false)).isFalse();
        assertThat(changes.change(1, -1, 1, false)).isFalse();
        assertThat(changes.change(1, Long.MIN_VALUE, 1L << 32, false)).isFalse();
        assertThat(changes.change(1, 99_999, 1, false)).isTrue();
        assertThat(ranges(take(changes))).containsExactly("1:99999+1");
    }

    @Test
    void namespacesAreNamedOnce() {
        assertThatThrownBy(() -> new ChangedBlocks(List.of(ONE, HIGH, ONE))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new ChangedBlocks(List.of())).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void everythingStaysEverythingUntilItIsTaken() {
        var changes = new ChangedBlocks(List.of(ONE, HIGH));
        changes.change(1, 5, 1, true);
        changes.changeEverything();
        changes.change(1, 6, 1, true);
        changes.changeAll(1, true);

        var taken = take(changes);

        assertThat(taken.isEverything()).isTrue();
        assertThat(ranges(taken)).containsExactly("1:0+100000", "4294967280:0+1000");
        assertThat(taken.modifiedBlocks()).isEqualTo(101_000);
        assertThat(taken.deallocatedBlocks()).isZero();
        assertThat(take(changes).isEverything()).isFalse();
    }

    @Test
    void wholeNamespacesCanChange() {
        var changes = new ChangedBlocks(List.of(ONE, HIGH));
        changes.change(1, 5, 1, false);
        changes.changeAll(1, true);
        changes.change(1, 0, 2, false);

        assertThat(ranges(take(changes))).containsExactly("1:0+2", "1:2+99998d");
    }

    @Test
    void whatIsPutBackDoesNotReplaceWhatChangedSince() {
        var changes = new ChangedBlocks(List.of(ONE));
        changes.change(1, 0, 100, false);
        changes.change(1, 200, 100, true);
        var taken = take(changes);
        changes.change(1, 50, 10, true);
        changes.change(1, 250, 10, false);

        changes.putBack(taken);

        assertThat(ranges(take(changes)))
                .containsExactly("1:0+50", "1:50+10d", "1:60+40", "1:200+50d", "1:250+10", "1:260+40d");
        assertThat(ranges(taken)).containsExactly("1:0+100", "1:200+100d");
    }

    @Test
    void everythingThatIsPutBackLeavesWhatWasDeallocatedSince() {
        var changes = new ChangedBlocks(List.of(ONE));
        changes.changeEverything();
        var taken = take(changes);
        changes.change(1, 50, 10, true);
        changes.change(1, 70, 1, false);

        changes.putBack(taken);

        assertThat(ranges(take(changes))).containsExactly("1:0+50", "1:50+10d", "1:60+99940");

        changes.change(1, 70, 1, false);
        changes.putBack(taken);
        assertThat(take(changes).isEverything()).isTrue();
    }

    @Test
    void behavesAsTwoBitSets() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            int size = 40_000 + random.nextInt(60_000);
            var changes = new ChangedBlocks(List.of(new NamespaceExtent(1, size, 512)));
            var modified = new BitSet();
            var deallocated = new BitSet();
            var kept = new ArrayList<TakenBlocks>();
            var keptModified = new ArrayList<BitSet>();
            var keptDeallocated = new ArrayList<BitSet>();
            for (int step = 0; step < 100; step++) {
                int first = random.nextInt(size);
                int count = 1 + random.nextInt(Math.min(size - first, random.nextInt(5) == 0 ? size : 50));
                switch (random.nextInt(12)) {
                    case 0 -> {
                        kept.add(take(changes));
                        keptModified.add(modified);
                        keptDeallocated.add(deallocated);
                        modified = new BitSet();
                        deallocated = new BitSet();
                    }
                    case 1 -> {
                        if (!kept.isEmpty()) {
                            int index = random.nextInt(kept.size());
                            changes.putBack(kept.get(index));
                            var m = (BitSet) keptModified.get(index).clone();
                            var d = (BitSet) keptDeallocated.get(index).clone();
                            m.andNot(deallocated);
                            d.andNot(modified);
                            modified.or(m);
                            deallocated.or(d);
                        }
                    }
                    default -> {
                        boolean isDeallocated = random.nextInt(3) == 0;
                        assertThat(changes.change(1, first, count, isDeallocated)).isTrue();
                        modified.set(first, first + count, !isDeallocated);
                        deallocated.set(first, first + count, isDeallocated);
                    }
                }
            }
            var taken = take(changes);
            var takenModified = new BitSet();
            var takenDeallocated = new BitSet();
            long[] end = {-1};
            taken.forEachRange((namespace, from, length, isDeallocated) -> {
                assertThat(from).isGreaterThanOrEqualTo(end[0]);
                end[0] = from + length;
                (isDeallocated ? takenDeallocated : takenModified).set((int) from, (int) (from + length));
            });
            assertThat(takenModified).as("seed %d", seed).isEqualTo(modified);
            assertThat(takenDeallocated).as("seed %d", seed).isEqualTo(deallocated);
            assertThat(taken.modifiedBlocks()).as("seed %d", seed).isEqualTo(modified.cardinality());
            assertThat(taken.deallocatedBlocks()).as("seed %d", seed).isEqualTo(deallocated.cardinality());
        }
    }

    @Test
    void withoutMemoryMoreCountsAsModifiedAndNothingIsLost() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            int size = 100 << BlockSet.CHUNK_SHIFT;
            var changes = new ChangedBlocks(List.of(new NamespaceExtent(1, size, 512)), 20_000);
            var modified = new BitSet();
            var deallocated = new BitSet();
            for (int step = 0; step < 300; step++) {
                int first = random.nextInt(size - 10);
                boolean isDeallocated = random.nextInt(3) == 0;
                changes.change(1, first, 9, isDeallocated);
                modified.set(first, first + 9, !isDeallocated);
                deallocated.set(first, first + 9, isDeallocated);
            }
            var claimed = new BitSet();
            take(changes).forEachRange((namespace, from, length, isDeallocated) -> {
                claimed.set((int) from, (int) (from + length), isDeallocated);
                modified.clear((int) from, (int) (from + length));
                if (!isDeallocated) {
                    deallocated.clear((int) from, (int) (from + length));
                }
            });
            claimed.xor(deallocated);
            assertThat(claimed.cardinality()).as("seed %d: deallocated, and nothing else", seed).isZero();
            assertThat(modified.cardinality()).as("seed %d: lost writes", seed).isZero();
        }
    }

    @Test
    void rootsOfManyNamespacesKeepToTheLimitToo() {
        long limit = 1 << 20;
        var extents = new ArrayList<NamespaceExtent>();
        for (int id = 1; id <= 1000; id++) {
            extents.add(new NamespaceExtent(id, 1L << 39, 512));
        }
        var changes = new ChangedBlocks(extents, limit);
        assertThat(changes.usedBytes()).as("charged before").isPositive().isLessThanOrEqualTo(limit / 4);
        for (int id = 1; id <= 1000; id++) {
            assertThat(changes.change(id, (1L << 39) - 1 - id, 1, id % 2 == 0)).isTrue();
        }
        assertThat(changes.usedBytes()).isLessThan(limit + (64 << 10));
        assertThat(take(changes).modifiedBlocks()).isGreaterThanOrEqualTo(500);
    }
}
