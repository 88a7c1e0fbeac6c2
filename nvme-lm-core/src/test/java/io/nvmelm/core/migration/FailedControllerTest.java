package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationPhase;
import io.nvmelm.RunPermission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// No guest goes on with a device that says that its controller is of no use.
class FailedControllerTest {
    private final Pair pair = new Pair(new byte[100], new byte[200]);

    @AfterEach
    void close() {
        pair.close();
    }

    private static void fails(ArrayDevice device, DeviceState state) {
        device.failing.add("operational in " + state);
    }

    @Test
    void aDestinationThatHasFailedIsFoundBeforeTheGuestIsPaused() {
        fails(pair.destinations.get(1), DeviceState.RESUMING);
        var reports = pair.migrate();
        assertThat(reports.destination().failure()).isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("destination 2");
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(pair.log).contains("destination 2 reset").doesNotContain("source guest paused");
    }

    @Test
    void aDestinationThatFailedWhileItWasLoadedIsNotAcknowledged() {
        fails(pair.destination, DeviceState.STOP);
        var reports = pair.migrate();
        assertThat(reports.destination().failure()).isInstanceOf(DeviceStateException.class);
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.source().runsHere()).isTrue();
        assertThat(pair.log).contains("destination reset", "source guest resumed");
    }

    @Test
    void aDestinationThatFailedAfterItsAcknowledgementIsNotStarted() {
        var reports = pair.migrate(
                pair.sender().guest(pair.guest("source")),
                pair.receiver().guest(pair.guest("destination")).listener(progress -> {
                    if (progress.phase() == MigrationPhase.RESUME) {
                        fails(pair.destination, DeviceState.STOP);
                    }
                }));
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
        assertThat(reports.destination().runsHere()).isFalse();
        assertThat(pair.log).doesNotContain("destination STOP to RUNNING_P2P", "destination guest resumed");
    }

    @Test
    void aDestinationThatFailedAsItWasStartedGetsNoGuestUntilItWorks() {
        fails(pair.destination, DeviceState.RUNNING);
        var receiver = pair.receiver().guest(pair.guest("destination"));
        var reports = pair.migrate(pair.sender().guest(pair.guest("source")), receiver);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
        assertThat(receiver.retryResume().runsHere()).isFalse();
        assertThat(pair.log).doesNotContain("destination guest resumed");
        pair.destination.failing.clear();
        assertThat(receiver.retryResume().runsHere()).isTrue();
    }

    @Test
    void aSourceThatHasFailedIsNotMigrated() {
        fails(pair.source, DeviceState.RUNNING);
        var report = pair.migrate().source();
        assertThat(report.failure()).isInstanceOf(DeviceStateException.class);
        assertThat(report.runsHere()).isTrue();
        assertThat(pair.log).doesNotContain("source guest paused", "source reset");
    }

    @Test
    void aSourceThatFailedInTheBlackoutGoesBackToItsGuestAsItIsAndTheReportSaysSo() {
        pair.destination.failing.add("write");
        var report = pair.migrate(pair.sender().guest(new GuestControl() {
            @Override
            public void pause() {
                fails(pair.source, DeviceState.RUNNING);
            }

            @Override
            public void resume() {
                pair.log.add("source guest resumed");
            }
        }), pair.receiver()).source();
        assertThat(report.runsHere()).isTrue();
        assertThat(report.resetDevices()).isEmpty();
        assertThat(report.failure().getSuppressed()).singleElement().isInstanceOf(DeviceStateException.class);
        assertThat(pair.log).contains("source guest resumed").doesNotContain("source reset");
    }
}
