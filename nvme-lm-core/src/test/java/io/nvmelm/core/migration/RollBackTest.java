package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.RunPermission;
import io.nvmelm.core.controller.RecordedEvents;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The way back from a failure, and what is left to decide afterwards.
class RollBackTest {

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    @Test
    void aSourceThatDoesNotRunAgainIsResetAndTheGuestToldSo() {
        try (var pair = new Pair(content(100), content(200))) {
            pair.destination.failing.add("write");
            pair.sources.get(1).failing.add("RUNNING_P2P to RUNNING");
            var guest = new GuestControl() {
                @Override
                public void pause() {}

                @Override
                public void resume() {
                    pair.log.add("source guest resumed");
                }

                @Override
                public void deviceWasReset(String device) {
                    pair.log.add("told of the reset of " + device);
                }
            };
            var report = pair.migrate(pair.sender().guest(guest), pair.receiver()).source();
            assertThat(report.runsHere()).isTrue();
            assertThat(report.resetDevices()).containsExactly("source 2");
            assertThat(report.failure().getSuppressed()).hasSize(2);
            assertThat(pair.log).containsSubsequence(
                    "source 2 reset", "told of the reset of source 2", "source guest resumed");
            assertThat(pair.sources).allMatch(device -> device.state() == DeviceState.RUNNING);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theFailureOfOneDeviceTakesAllBackInReverseOrder(int failing) {
        try (var pair = new Pair(content(100), content(200), content(300))) {
            pair.destinations.get(failing).failing.add("RESUMING to STOP");
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().runsHere()).isTrue();
            assertThat(pair.sources).allMatch(device -> device.state() == DeviceState.RUNNING);
            var back = pair.log.stream().filter(line -> line.startsWith("source")).toList();
            assertThat(back.subList(back.size() - 4, back.size())).containsExactly(
                    "source 3 RUNNING_P2P to RUNNING",
                    "source 2 RUNNING_P2P to RUNNING",
                    "source RUNNING_P2P to RUNNING",
                    "source guest resumed");
            assertThat(pair.log).contains("destination reset", "destination 2 reset", "destination 3 reset");
        }
    }

    @Test
    void whatIsStrandedAtTheDestinationCanBeTriedAgain() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("RUNNING_P2P to RUNNING");
            var sender = pair.sender().guest(pair.guest("source"));
            var receiver = pair.receiver().guest(pair.guest("destination"));
            var reports = pair.migrate(sender, receiver);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(reports.destination().runsHere()).isFalse();

            var again = receiver.retryResume();
            assertThat(again.runsHere()).isFalse();
            assertThat(again.mayRun()).isEqualTo(RunPermission.DESTINATION);

            pair.destination.failing.clear();
            var third = receiver.retryResume();
            assertThat(third.runsHere()).isTrue();
            assertThat(third.succeeded()).isTrue();
            assertThat(pair.log).endsWith("destination guest resumed");
            assertThatThrownBy(receiver::retryResume).isInstanceOf(DeviceStateException.class);
            assertThatThrownBy(receiver::relinquish).isInstanceOf(DeviceStateException.class);

            var abandoned = sender.abandon();
            assertThat(abandoned.mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(pair.log).contains("source reset").doesNotContain("source guest resumed");
            assertThatThrownBy(sender::reclaim).isInstanceOf(DeviceStateException.class);
        }
    }

    @Test
    void whatTheDestinationGivesUpIsTakenBackBySource() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("RUNNING_P2P to RUNNING");
            var sender = pair.sender().guest(pair.guest("source"));
            var receiver = pair.receiver().guest(pair.guest("destination"));
            assertThatThrownBy(sender::reclaim).isInstanceOf(DeviceStateException.class);
            assertThatThrownBy(receiver::relinquish).isInstanceOf(DeviceStateException.class);
            pair.migrate(sender, receiver);

            assertThat(receiver.relinquish().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            var reclaimed = sender.reclaim();
            assertThat(reclaimed.mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reclaimed.runsHere()).isTrue();
            assertThat(reclaimed.succeeded()).isFalse();
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(pair.log).containsSubsequence("destination reset", "source guest resumed");
        }
    }

    @Test
    void aMigrationThatWentWellLeavesNothingToDecide() {
        try (var pair = new Pair(content(100))) {
            var sender = pair.sender();
            var receiver = pair.receiver();
            pair.migrate(sender, receiver).source().throwIfFailed();
            assertThatThrownBy(sender::reclaim)
                    .isInstanceOf(DeviceStateException.class)
                    .hasMessageContaining("CONFIRMED");
            assertThatThrownBy(sender::abandon).isInstanceOf(DeviceStateException.class);
            assertThatThrownBy(receiver::retryResume).isInstanceOf(DeviceStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "close"})
    void whatOneDeviceThrowsOnTheWayBackKeepsNoOtherFromRunning(String what) {
        try (var pair = new Pair(content(100), content(200), content(300))) {
            pair.destination.failing.add("write");
            var guest = new GuestControl() {
                @Override
                public void pause() {
                    pair.sources.get(1).failing.add(what);
                }

                @Override
                public void resume() {
                    pair.log.add("source guest resumed");
                }
            };
            var report = pair.migrate(pair.sender().guest(guest), pair.receiver()).source();
            pair.sources.get(1).failing.clear();
            assertThat(report.runsHere()).isTrue();
            assertThat(pair.sources).allMatch(device -> device.state() == DeviceState.RUNNING);
            assertThat(pair.log).contains("source guest resumed");
            assertThat(report.failure().getSuppressed()).isNotEmpty();
        }
    }

    @Test
    void anErrorOnTheWayBackKeepsNoOtherDeviceFromRunningAndIsInTheReport() {
        try (var pair = new Pair(content(100), content(200))) {
            pair.destination.failing.add("write");
            pair.sources.get(1).errors.add("RUNNING_P2P to RUNNING");
            var report = pair.migrate().source();
            assertThat(report.runsHere()).isTrue();
            assertThat(report.resetDevices()).containsExactly("source 2");
            assertThat(report.failure().getSuppressed()).hasAtLeastOneElementOfType(AssertionError.class);
        }
    }

    @Test
    void whoCannotBeToldOfAResetRunsAllTheSame() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("write");
            pair.source.failing.add("RUNNING_P2P to RUNNING");
            var guest = new GuestControl() {
                @Override
                public void pause() {}

                @Override
                public void resume() {
                    pair.log.add("source guest resumed");
                }

                @Override
                public void deviceWasReset(String device) {
                    throw new IllegalStateException("not now");
                }
            };
            var report = pair.migrate(pair.sender().guest(guest), pair.receiver()).source();
            assertThat(report.runsHere()).isTrue();
            assertThat(pair.log).contains("source guest resumed");
        }
    }

    @Test
    void whatIsTriedAgainIsAnEvent() throws IOException {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("write");
            pair.source.failing.add("RUNNING_P2P to RUNNING");
            var events = RecordedEvents.of("io.nvmelm.Retry", pair::migrate);
            assertThat(events).extracting(e -> e.getString("device") + ", " + e.getString("attempt") + ", " + e
                    .getBoolean("succeeded")).containsExactly("source, the arc to RUNNING, false",
                            "source, a reset, true");
        }
    }

    @Test
    void aRollBackThatFailedCanBeTriedAgain() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("write");
            pair.source.failing.addAll(List.of("RUNNING_P2P to RUNNING", "reset"));
            var sender = pair.sender().guest(pair.guest("source"));
            assertThat(pair.migrate(sender, pair.receiver()).source().runsHere()).isFalse();
            assertThat(sender.retryResume().runsHere()).isFalse();
            pair.source.failing.clear();
            var report = sender.retryResume();
            assertThat(report.runsHere()).isTrue();
            assertThat(report.mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(pair.log).endsWith("source guest resumed");
            assertThatThrownBy(sender::retryResume).isInstanceOf(DeviceStateException.class);
        }
    }
}
