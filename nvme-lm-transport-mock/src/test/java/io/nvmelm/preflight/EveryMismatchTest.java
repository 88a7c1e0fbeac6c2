package io.nvmelm.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationOptions;
import io.nvmelm.PreflightReason;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A dry run names every reason why a migration fails, and no other, over all mismatches that the generator knows.
class EveryMismatchTest {
    private static final int SEEDS = 600;
    /// It works on namespace 1, does not look at identifiers again, and has no larger transfers than both sides take. A target that is
    /// suspended or has failed takes a state here; whose guest that ends, nobody knows.
    private static final Set<Mismatch> UNNOTICED_BY_THIS_GUEST = EnumSet.of(
            Mismatch.NAMESPACE_MISSING, Mismatch.OTHER_IDENTIFIERS, Mismatch.TRANSFERS_WITHOUT_LIMIT_LOST,
            Mismatch.TARGET_SUSPENDED, Mismatch.TARGET_FAILED);

    @Test
    void aMigrationFailsForNoReasonThatTheDryRunHadNotNamed() {
        var applied = EnumSet.noneOf(Mismatch.class);
        var explained = EnumSet.noneOf(PreflightReason.class);
        int succeeded = 0;
        int failed = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            var pair = GeneratedPair.generate(seed);
            var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
            var what = "seed " + seed + ": " + pair + run.text();
            assertThat(run.blockers()).as(what).isEqualTo(pair.expectedBlockers());
            applied.addAll(pair.mismatches);
            var failure = run.move();
            if (failure.isEmpty()) {
                succeeded++;
                continue;
            }
            failed++;
            var explanations = EnumSet.copyOf(failure.get().step().explanations);
            explanations.retainAll(run.blockers());
            assertThat(explanations).as("%s\n%s", what, failure.get()).isNotEmpty();
            if (run.blockers().size() == 1) {
                explained.addAll(explanations);
            }
        }
        assertThat(applied).containsExactlyInAnyOrder(Mismatch.values());
        assertThat(succeeded).isGreaterThan(SEEDS / 5);
        assertThat(failed).isGreaterThan(SEEDS / 5);
        // RESOURCES never comes alone: who has none is offline
        assertThat(explained)
                .containsExactlyInAnyOrder(
                        PreflightReason.MIGRATION_UNSUPPORTED,
                        PreflightReason.NO_COMMON_FORMAT,
                        PreflightReason.QUEUE_LIMIT,
                        PreflightReason.VECTOR_LIMIT,
                        PreflightReason.TRANSFER_LIMIT,
                        PreflightReason.STATE_SIZE,
                        PreflightReason.NAMESPACE_DIFFERS,
                        PreflightReason.IDENTITY_DIFFERS,
                        PreflightReason.DEVICE_CONDITION,
                        PreflightReason.PART_NOT_CARRIED,
                        PreflightReason.UNKNOWN);
    }

    /// The guest of this one uses all that it can, so that what blocks is no false alarm.
    @ParameterizedTest
    @EnumSource
    void eachAloneStopsTheMigrationIfItBlocksAndElseDoesNot(Mismatch mismatch) {
        var pair = GeneratedPair.of(demandingSeed(), Set.of(mismatch));
        var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
        assertThat(run.blockers()).as(run.text()).isEqualTo(mismatch.blockers());
        var failure = run.move();
        boolean fails = !mismatch.blockers().isEmpty() && !UNNOTICED_BY_THIS_GUEST.contains(mismatch);
        assertThat(failure.isPresent()).as("%s: %s", mismatch, failure).isEqualTo(fails);
    }

    private static long demandingSeed() {
        for (long seed = 1;; seed++) {
            var pair = GeneratedPair.of(seed, Set.of());
            if (!pair.standardStateOnly
                    && !pair.supplied
                    && pair.guestQueuePairs == 8
                    && pair.guestQueueEntries == 256
                    && pair.guestTransferBytes == 64 << 10) {
                return seed;
            }
        }
    }

    @Test
    void withoutWhatBlocksEveryMigrationSucceeds() {
        for (long seed = 1; seed <= SEEDS / 3; seed++) {
            var pair = GeneratedPair.generate(seed).repaired(seed);
            var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
            var what = "seed " + seed + ": " + pair + run.text();
            if (!run.blockers().isEmpty()) {
                assertThat(run.blockers()).as(what).containsExactly(PreflightReason.PART_NOT_CARRIED);
                continue;
            }
            assertThat(run.move()).as(what).isEmpty();
        }
    }
}
