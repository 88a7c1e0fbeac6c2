package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.RunPermission;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is settled after [MigrationSender#run()] and [MigrationReceiver#run()] have returned.
@Timeout(60)
class SettlingTest {
    private static final String LAST_ARC = "RUNNING_P2P to RUNNING";

    /// A guest that resumes from the second time on.
    private static GuestControl resumesWhenAskedAgain() {
        int[] asked = {0};
        return new GuestControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {
                if (asked[0]++ == 0) {
                    throw new IllegalStateException("busy");
                }
            }
        };
    }

    @Test
    void whoCannotResetItsDevicesKeepsTheRightToRunUntilItCan() {
        try (var pair = new Pair(new byte[100], new byte[200])) {
            pair.destinations.get(1).failing.add(LAST_ARC);
            pair.destination.failing.add("reset");
            var receiver = pair.receiver();
            pair.migrate(pair.sender(), receiver);
            pair.destination.failing.add("RUNNING to RUNNING_P2P");
            assertThat(pair.destination.state()).isEqualTo(DeviceState.RUNNING);

            var kept = receiver.relinquish();
            assertThat(kept.mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(kept.runsHere()).isFalse();
            assertThat(kept.failure().getSuppressed()).hasSize(2);
            assertThatThrownBy(receiver::retryResume).as("a part of the state is gone")
                    .isInstanceOf(DeviceStateException.class);

            pair.destination.failing.clear();
            assertThat(receiver.relinquish().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(pair.log).endsWith("destination 2 reset", "destination reset");
            assertThatThrownBy(receiver::relinquish).isInstanceOf(DeviceStateException.class);
        }
    }

    @Test
    void whoCanStopADeviceThatItCannotResetGivesTheRightUp() {
        try (var pair = new Pair(new byte[100], new byte[200])) {
            pair.destinations.get(1).failing.add(LAST_ARC);
            pair.destination.failing.add("reset");
            var receiver = pair.receiver();
            pair.migrate(pair.sender(), receiver);
            var report = receiver.relinquish();
            assertThat(report.mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(report.failure().getSuppressed()).hasSize(1);
            assertThat(pair.destination.state()).isEqualTo(DeviceState.STOP);
        }
    }

    @Test
    void theBlackoutOfADestinationLastsUntilTheGuestRuns() {
        try (var pair = new Pair(new byte[100])) {
            var clock = new FakeClock();
            var receiver = pair.receiver().clock(clock).guest(resumesWhenAskedAgain()).listener(progress -> {
                if (progress.phase() == MigrationPhase.LOAD) {
                    clock.pass(3_000_000);
                }
            });
            var first = pair.migrate(pair.sender(), receiver).destination();
            assertThat(first.blackout()).isEqualTo(Duration.ofMillis(3));
            clock.pass(1_500_000_000);
            var report = receiver.retryResume();
            assertThat(report.runsHere()).isTrue();
            assertThat(report.blackout()).isEqualTo(Duration.ofMillis(1503));
        }
    }

    @Test
    void theBlackoutOfASourceLastsUntilTheGuestRuns() {
        try (var pair = new Pair(new byte[100])) {
            pair.destination.failing.add("write");
            var clock = new FakeClock();
            var sender = pair.sender().clock(clock).guest(resumesWhenAskedAgain());
            assertThat(pair.migrate(sender, pair.receiver()).source().runsHere()).isFalse();
            clock.pass(1_500_000_000);
            var report = sender.retryResume();
            assertThat(report.blackout()).isEqualTo(Duration.ofMillis(1500));
            assertThat(report.phases()).extracting(MigrationReport.PhaseTime::phase).doesNotHaveDuplicates();
        }
    }

    @Test
    void nothingIsWrittenToAConnectionThatIsTheCallersAgain() {
        try (var pair = new Pair(new byte[100])) {
            var receiver = pair.receiver().guest(resumesWhenAskedAgain());
            pair.migrate(pair.sender(), receiver);
            // Whatever was written now would be refused: the channel is closed.
            var report = receiver.retryResume();
            assertThat(report.runsHere()).isTrue();
            assertThat(report.warnings()).isEmpty();
        }
    }

    @Test
    void theFirstFailureIsKeptWhenTryingAgainFailsToo() {
        try (var pair = new Pair(new byte[100])) {
            pair.destination.failing.add(LAST_ARC);
            var receiver = pair.receiver();
            var first = pair.migrate(pair.sender(), receiver).destination().failure();
            pair.destination.errors.add(LAST_ARC);
            assertThatThrownBy(receiver::retryResume).isInstanceOf(AssertionError.class);
            pair.destination.errors.clear();
            var again = receiver.retryResume().failure();
            assertThat(again).isSameAs(first);
            assertThat(again.getSuppressed()).hasSize(2).hasAtLeastOneElementOfType(InvalidValueException.class);
            pair.destination.failing.clear();
            assertThat(receiver.retryResume().runsHere()).isTrue();
        }
    }

    @Test
    void aRetryThatThrowsAnErrorIsInTheHistory() {
        try (var pair = new Pair(new byte[100])) {
            pair.destination.failing.add(LAST_ARC);
            var history = new MigrationHistory(1);
            var receiver = pair.receiver().history(history);
            var first = pair.migrate(pair.sender(), receiver).destination();
            pair.destination.errors.add(LAST_ARC);
            assertThatThrownBy(receiver::retryResume).isInstanceOf(AssertionError.class);
            assertThat(history.lastOf("destination")).hasValueSatisfying(report -> {
                assertThat(report).isNotSameAs(first);
                assertThat(report.runsHere()).isFalse();
                assertThat(report.mayRun()).isEqualTo(RunPermission.DESTINATION);
            });
        }
    }
}
