package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.MigrationReport.PhaseTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MigrationReportTest {

    @Test
    void aReportOfSuccessThrowsNothing() {
        var report = report(List.of(), null);

        assertThat(report.succeeded()).isTrue();
        assertThat(report.throwIfFailed()).isSameAs(report);
    }

    @Test
    void aReportOfFailureThrowsWhatHappened() {
        var failure = new PeerException("the peer refused", "Ask it", null);
        var report = report(List.of(), failure);

        assertThat(report.succeeded()).isFalse();
        assertThatExceptionOfType(PeerException.class).isThrownBy(report::throwIfFailed).isSameAs(failure);
    }

    @Test
    void timesOfAPhaseThatWasBegunTwiceAddUp() {
        var report = report(
                List.of(
                        new PhaseTime(MigrationPhase.TRANSFER, Duration.ofMillis(3)),
                        new PhaseTime(MigrationPhase.LOAD, Duration.ofMillis(1)),
                        new PhaseTime(MigrationPhase.TRANSFER, Duration.ofMillis(4))),
                null);

        assertThat(report.timeOf(MigrationPhase.TRANSFER)).contains(Duration.ofMillis(7));
        assertThat(report.timeOf(MigrationPhase.LOAD)).contains(Duration.ofMillis(1));
        assertThat(report.timeOf(MigrationPhase.RESUME)).isEmpty();
    }

    @Test
    void aReportKeepsNothingOfTheListItWasMadeFrom() {
        var phases = new ArrayList<>(List.of(new PhaseTime(MigrationPhase.LOAD, Duration.ofMillis(1))));
        var report = report(phases, null);
        phases.clear();

        assertThat(report.phases()).hasSize(1);
    }

    @Test
    void theDevicesAreNamedInOneLine() {
        assertThat(report(List.of(), null).device()).isEqualTo("0000:03:00.1, 0000:03:00.2");
    }

    private static MigrationReport report(List<PhaseTime> phases, @Nullable LiveMigrationException failure) {
        return new MigrationReport(
                new UUID(1, 2),
                MigrationRole.SOURCE,
                List.of("0000:03:00.1", "0000:03:00.2"),
                failure == null ? RunPermission.DESTINATION : RunPermission.SOURCE,
                failure != null,
                List.of(),
                104,
                Duration.ofMillis(9),
                phases,
                List.of(),
                failure);
    }
}
