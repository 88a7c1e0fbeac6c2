package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The dry run compares with the budget what the migration will: everything that takes time in the blackout, of all devices.
class BlackoutPreflightTest {
    private static final MigrationOptions MEGABYTE_A_SECOND = MigrationOptions.defaults()
            .withBlackoutBudget(Duration.ofMillis(300))
            .withBandwidth(Long.MAX_VALUE, 1_000_000);

    private final ArrayDevice one = new ArrayDevice("one", new byte[200_000], new ArrayList<>());
    private final ArrayDevice two = new ArrayDevice("two", new byte[200_000], new ArrayList<>());

    private static void assertOverrun(List<PreflightFinding> findings, Severity severity, String device, String found) {
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.reason()).isEqualTo(PreflightReason.BLACKOUT_BUDGET);
            assertThat(finding.device()).isEqualTo(device);
            assertThat(finding.found()).isEqualTo(found);
        });
    }

    @Test
    void theStatesOfAllDevicesCountTogether() {
        assertThat(Preflight.source(List.of(one), MEGABYTE_A_SECOND).findings()).isEmpty();
        assertOverrun(
                Preflight.source(List.of(one, two), MEGABYTE_A_SECOND).findings(),
                Severity.BLOCKER, "all devices", "PT0.4S, most of it the state of one with PT0.2S");
    }

    /// What the dry run lets pass the migration does too, and the other way round.
    @Test
    void theMigrationAgrees() {
        for (long milliseconds : new long[] {399, 1000}) {
            try (var pair = new Pair(new byte[200_000], new byte[200_000])) {
                var options = MEGABYTE_A_SECOND.withBlackoutBudget(Duration.ofMillis(milliseconds));
                boolean isPossible = Preflight.source(pair.sources, options).isPossible();
                var report = pair.migrate(pair.sender().options(options), pair.receiver()).source();
                assertThat(report.failure() == null).as("%s", report.failure()).isEqualTo(isPossible);
            }
        }
    }

    @Test
    void commandsThatWereMeasuredCountOnBothSides() {
        var options = MigrationOptions.defaults().withBlackoutBudget(Duration.ofNanos(1000));
        assertThat(Preflight.destination(List.of(one), options).findings()).isEmpty();
        one.commandTime = Duration.ofMillis(370);
        assertOverrun(
                Preflight.destination(List.of(one), options).findings(),
                Severity.BLOCKER, "one", "PT0.37S, most of it the commands of one with PT0.37S");
        one.content = new byte[1];
        assertThat(Preflight.source(List.of(one), options).blockers())
                .singleElement()
                .satisfies(finding -> assertThat(finding.side()).isEqualTo(MigrationRole.SOURCE));
        var within = options.withBlackoutBudget(Duration.ofMillis(371));
        assertThat(Preflight.source(List.of(one), within).findings()).isEmpty();
        two.commandTime = Duration.ofMillis(2);
        assertThat(Preflight.destination(List.of(one, two), within).isPossible()).isFalse();
    }

    /// 125 MB/s are assumed.
    @Test
    void aRateThatNobodyMeasuredIsAWarning() {
        one.content = new byte[2_500_000];
        var options = MigrationOptions.defaults().withBlackoutBudget(Duration.ofMillis(19));
        assertOverrun(
                Preflight.source(List.of(one), options).findings(),
                Severity.WARNING, "one", "PT0.02S, most of it the state of one with PT0.02S");
        assertThat(Preflight.source(List.of(one), options.withBlackoutBudget(Duration.ofMillis(20))).findings())
                .isEmpty();
    }

    @Test
    void whatIsLeftOfAStateThatIsDeliveredWhileTheDeviceRunsIsAWarning() {
        one.deliversWhileItRuns();
        two.deliversWhileItRuns();
        assertOverrun(
                Preflight.source(List.of(one, two), MEGABYTE_A_SECOND).findings(),
                Severity.WARNING, "all devices", "PT0.4S, most of it the state of one with PT0.2S");
    }

    @Test
    void whatIsWaivedWarns() {
        var options = MEGABYTE_A_SECOND.waiving(PreflightReason.BLACKOUT_BUDGET);
        assertOverrun(
                Preflight.source(List.of(one, two), options).findings(),
                Severity.WARNING, "all devices", "PT0.4S, most of it the state of one with PT0.2S");
    }
}
