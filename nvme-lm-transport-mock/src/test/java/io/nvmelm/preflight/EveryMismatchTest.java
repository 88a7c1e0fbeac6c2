package io.nvmelm.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;
import io.nvmelm.RunPermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A dry run names every reason why a migration fails, and no other, over all mismatches that the generator knows. The migrations are
/// those of the library's sender and receiver, with every reason waived that can be.
class EveryMismatchTest {
    private static final int SEEDS = 200;
    private static final Set<Mismatch> TEN_AT_THE_TARGET = EnumSet.of(
            Mismatch.OTHER_VENDOR_DATA,
            Mismatch.FEWER_QUEUES_AND_VECTORS,
            Mismatch.SHORTER_QUEUES,
            Mismatch.SMALLER_TRANSFERS,
            Mismatch.NAMESPACE_MISSING,
            Mismatch.OTHER_BLOCK_SIZE,
            Mismatch.OTHER_IDENTIFIERS,
            Mismatch.TARGET_LIMITS_STATES,
            Mismatch.TARGET_SUSPENDED,
            Mismatch.TARGET_IN_USE);

    /// Found by the sender or the receiver before they compare.
    private static final Set<Blocker> NOTICED_BEFORE = EnumSet.of(
            Blocker.SOURCE_STOPPED, Blocker.TARGET_STOPPED, Blocker.SOURCE_UNKNOWN, Blocker.SOURCE_STATE_SIZE);

    private final Set<Explanation> used = EnumSet.noneOf(Explanation.class);
    private int failures;

    /// Migrates, repairs one thing that explains why that failed, and migrates again, until it succeeds. All that was to be repaired was
    /// named before the first attempt.
    ///
    /// @return what was repaired, in this order
    private List<String> repairUntilItSucceeds(GeneratedPair first) {
        var pair = first;
        var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
        var named = run.named();
        assertNames(pair, run);
        var repaired = new ArrayList<String>();
        while (true) {
            var failed = run.move();
            var what = "%s\nrepaired %s\nnow %s %s\n%s".formatted(first, repaired, pair, failed, run.text());
            assertThat(!failed.isEmpty()).as(what).isEqualTo(!pair.biting().isEmpty());
            if (failed.isEmpty()) {
                return repaired;
            }
            failures++;
            var explaining = EnumSet.noneOf(Blocker.class);
            for (var failure : failed) {
                var row = Explanation.of(failure);
                used.add(row);
                var blockers = EnumSet.copyOf(row.blockers());
                blockers.retainAll(named);
                blockers.retainAll(pair.biting());
                assertThat(blockers).as("%s\n%s", what, failure).isNotEmpty();
                explaining.addAll(blockers);
            }
            var next = pair.repairedOf(explaining.iterator().next());
            repaired.add(explaining.iterator().next().toString());
            // Of a side without live migration nothing else can be known
            boolean newlyKnown = pair.hasUnsupported() && !next.hasUnsupported();
            pair = next;
            run = new DryRunAndMove(pair);
            if (newlyKnown) {
                named.addAll(run.dryRun(MigrationOptions.defaults()).named());
            }
        }
    }

    private static void assertNames(GeneratedPair pair, DryRunAndMove run) {
        assertThat(run.named()).as("%s%s", pair, run.text()).isEqualTo(pair.expectedBlockers());
        assertThat(run.differences()).as("%s%s", pair, run.text()).containsAll(pair.expectedDifferences());
    }

    @Test
    void aMigrationFailsForNoReasonThatTheDryRunHadNotNamed() {
        var applied = EnumSet.noneOf(Mismatch.class);
        int clean = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            var pair = GeneratedPair.generate(seed);
            applied.addAll(pair.mismatches);
            if (repairUntilItSucceeds(pair).isEmpty()) {
                clean++;
            }
        }
        assertThat(applied).containsExactlyInAnyOrder(Mismatch.values());
        assertThat(used).containsExactlyInAnyOrder(Explanation.values());
        assertThat(clean).isGreaterThan(SEEDS / 5);
        assertThat(failures).isGreaterThan(SEEDS);
    }

    /// The guest of this one uses all that it can, so that what blocks is no false alarm.
    @ParameterizedTest
    @EnumSource
    void eachAloneStopsTheMigrationIfItBlocksAndElseDoesNot(Mismatch mismatch) {
        var pair = demanding(EnumSet.of(mismatch));
        assertThat(pair.biting()).as("the guest is as demanding as possible").isEqualTo(mismatch.blockers());
        assertThat(repairUntilItSucceeds(pair)).hasSize(mismatch.blockers().isEmpty() ? 0 : 1);
    }

    @Test
    void aTargetThatIsWrongInTenWaysFailsTenTimesForWhatWasNamedAtOnce() {
        assertThat(repairUntilItSucceeds(demanding(TEN_AT_THE_TARGET))).hasSize(10).doesNotHaveDuplicates();
    }

    private static GeneratedPair demanding(Set<Mismatch> mismatches) {
        for (long seed = 1;; seed++) {
            var pair = GeneratedPair.of(seed, mismatches);
            if (!pair.standardStateOnly
                    && !pair.supplied
                    && pair.guestQueuePairs == 8
                    && pair.guestQueueEntries == 256
                    && pair.guestTransferBytes == 64 << 10) {
                return pair;
            }
        }
    }

    @Test
    void withoutWhatBlocksEveryMigrationSucceeds() {
        for (long seed = 1; seed <= SEEDS / 3; seed++) {
            var pair = GeneratedPair.generate(seed).repaired();
            var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
            assertNames(pair, run);
            assertThat(run.named()).as("%s", pair).isEmpty();
            assertThat(run.move()).as("%s", pair).isEmpty();
        }
    }

    /// A side that waives nothing compares both sides itself, and refuses before anything is changed on its side.
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false"})
    void theEngineRefusesForExactlyTheReasonsThatTheComparisonNamed(boolean sourceWaives, boolean destinationWaives) {
        int refused = 0;
        for (long seed = 1; seed <= SEEDS / 3; seed++) {
            var pair = GeneratedPair.generate(seed);
            var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
            var reasons = texts(run.between.blockers());
            var neverWaived = texts(run.between.blockers().stream()
                    .filter(finding -> finding.reason() == PreflightReason.NO_COMMON_FORMAT)
                    .toList());
            if (reasons.isEmpty() || pair.biting().stream().anyMatch(NOTICED_BEFORE::contains)) {
                continue;
            }
            refused++;
            var outcome = run.tryToMove(options(sourceWaives), options(destinationWaives));
            var source = outcome.source().get();
            var destination = outcome.destination().get();
            // A destination that refuses tells the source all reasons; a source that refuses just ends
            assertRefused(pair, source, sourceWaives && !neverWaived.isEmpty() ? neverWaived : reasons);
            if (!destinationWaives) {
                assertRefused(pair, destination, reasons);
                assertThat(run.onlyRead()).as("%s", pair).isTrue();
            }
            assertThat(source.mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(source.runsHere()).isTrue();
            assertThat(destination.mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(run.guestIsFine()).as("%s", pair).isTrue();
        }
        assertThat(refused).isGreaterThan(SEEDS / 20);
    }

    private static List<String> texts(List<PreflightFinding> findings) {
        return findings.stream().map(PreflightFinding::text).toList();
    }

    private static MigrationOptions options(boolean waives) {
        return waives ? DryRunAndMove.WAIVING : MigrationOptions.defaults();
    }

    private static void assertRefused(GeneratedPair pair, MigrationReport report, List<String> reasons) {
        assertThat(report.failure()).as("%s", pair).isInstanceOfSatisfying(
                MigrationUnsupportedException.class,
                refusal -> assertThat(refusal.reasons()).as("%s", pair).isEqualTo(reasons));
    }
}
