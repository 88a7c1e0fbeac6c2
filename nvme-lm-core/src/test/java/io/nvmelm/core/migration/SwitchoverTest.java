package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.BlackoutBudgetException;
import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceState;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationCancelledException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PeerException;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.nvme.OpaqueBytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Several devices, stages, supplements, cancellation.
class SwitchoverTest {

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    @Test
    void severalDevicesMoveTogetherAndNoneStartsPeerTransfersBeforeAllCanServeThem() {
        try (var pair = new Pair(content(100), content(3_000_000), content(7))) {
            var reports = pair.migrate();
            reports.source().throwIfFailed();
            reports.destination().throwIfFailed();
            for (int i = 0; i < 3; i++) {
                assertThat(pair.destinations.get(i).content).isEqualTo(pair.sources.get(i).content);
                assertThat(pair.sources.get(i).state()).isEqualTo(DeviceState.STOP);
                assertThat(pair.destinations.get(i).state()).isEqualTo(DeviceState.RUNNING);
            }
            var arcs = pair.log.stream().filter(line -> line.startsWith("source")).toList();
            assertThat(arcs.subList(0, 3)).allMatch(line -> line.endsWith("announce"));
            assertThat(arcs.subList(3, 7)).containsExactly(
                    "source guest paused",
                    "source RUNNING to RUNNING_P2P",
                    "source 2 RUNNING to RUNNING_P2P",
                    "source 3 RUNNING to RUNNING_P2P");
            var resumed = pair.log.stream().filter(line -> line.startsWith("destination")).toList();
            assertThat(resumed.subList(resumed.size() - 7, resumed.size())).containsExactly(
                    "destination STOP to RUNNING_P2P",
                    "destination 2 STOP to RUNNING_P2P",
                    "destination 3 STOP to RUNNING_P2P",
                    "destination RUNNING_P2P to RUNNING",
                    "destination 2 RUNNING_P2P to RUNNING",
                    "destination 3 RUNNING_P2P to RUNNING",
                    "destination guest resumed");
            assertThat(reports.source().stateBytes()).isEqualTo(3_000_107);
            assertThat(reports.source().migrationId()).isEqualTo(reports.destination().migrationId());
            assertThat(reports.source().devices()).containsExactly("source", "source 2", "source 3");
        }
    }

    @Test
    void aDifferentNumberOfDevicesIsRefusedWhileTheGuestRuns() {
        try (var pair = new Pair(content(100), content(200))) {
            pair.destinations.removeLast();
            var reports = pair.migrate();
            assertThat(reports.source().failure()).isInstanceOf(MigrationUnsupportedException.class);
            assertThat(reports.destination().failure()).isInstanceOf(MigrationUnsupportedException.class);
            assertThat(pair.log).isEmpty();
        }
    }

    @Test
    void whatIsInNoStateTravelsWithIt() {
        try (var pair = new Pair(content(100))) {
            var properties = new ControllerProperties(
                    0x460001, 0x1F001F, 0x1000, 0x2000, 0, List.of(), OpaqueBytes.EMPTY, OpaqueBytes.copyOf(new byte[] {
                        1}));
            var arrived = new AtomicReference<ControllerProperties>();
            var supplement = new ControllerSupplement() {
                @Override
                public ControllerProperties capture() {
                    assertThat(pair.source.state()).isEqualTo(DeviceState.STOP_COPY);
                    return properties;
                }

                @Override
                public void apply(ControllerProperties received) {
                    assertThat(pair.destination.state()).isEqualTo(DeviceState.RESUMING);
                    arrived.set(received);
                }
            };
            var reports = pair.migrate(
                    pair.sender().supplement(pair.source, supplement),
                    pair.receiver().supplement(pair.destination, supplement));
            reports.source().throwIfFailed();
            assertThat(arrived.get()).isEqualTo(properties);
            assertThatThrownBy(() -> pair.sender().supplement(pair.destination, supplement))
                    .isInstanceOf(InvalidValueException.class);
        }
    }

    /// A stage with so much left after each round.
    private static class Stage implements PreCopyStage {
        private final List<String> log;
        private final List<Remainder> rounds;
        private int round;

        Stage(List<String> log, Remainder... rounds) {
            this.log = log;
            this.rounds = Arrays.asList(rounds);
        }

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public Remainder copy(PreCopyContext context) {
            context.progress(round, 10);
            log.add("copy");
            return rounds.get(Math.min(round++, rounds.size() - 1));
        }

        @Override
        public void finish(PreCopyContext context) {
            context.progress(10, 0);
            log.add("finish");
        }

        @Override
        public void complete() {
            log.add("complete");
        }

        @Override
        public void abandon() {
            log.add("abandon");
        }
    }

    private static PreCopyStage.Remainder left(long bytes) {
        return new PreCopyStage.Remainder(bytes, 1_000_000, true);
    }

    @Test
    void aStageIsCopiedUntilItFitsTheBudgetAndFinishedInTheBlackout() {
        try (var pair = new Pair(content(100))) {
            var stage = new Stage(pair.log, left(9_000_000), left(5_000_000), left(100_000));
            var reports = pair.migrate(
                    pair.sender().guest(pair.guest("source")).stage(stage), pair.receiver());
            reports.source().throwIfFailed();
            assertThat(pair.log).containsSubsequence(
                    "copy", "copy", "copy", "source guest paused", "source STOP to STOP_COPY", "finish", "complete");
            assertThat(pair.log).doesNotContain("abandon");
            assertThat(reports.source().timeOf(MigrationPhase.PRE_COPY)).isPresent();
        }
    }

    @Test
    void aStageThatGetsNoSmallerEndsTheMigrationBeforeTheGuestIsPaused() {
        try (var pair = new Pair(content(100))) {
            var stage = new Stage(pair.log, left(5_000_000));
            var reports = pair.migrate(
                    pair.sender().guest(pair.guest("source")).stage(stage), pair.receiver());
            assertThat(reports.source().failure()).isInstanceOfSatisfying(BlackoutBudgetException.class, e -> {
                assertThat(e.budget()).isEqualTo(Duration.ofSeconds(1));
                assertThat(e.estimate()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
                assertThat(e).hasMessageContaining("most of it is memory");
            });
            assertThat(pair.log).contains("abandon").doesNotContain("source guest paused", "finish", "complete");
            assertThat(pair.log.stream().filter("copy"::equals)).hasSize(4);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        }
    }

    @Test
    void aStageThatDoesNotKnowItsRateIsTakenForOneGigabitPerSecond() {
        try (var pair = new Pair(content(100))) {
            var stage = new Stage(pair.log, new PreCopyStage.Remainder(250_000_000, 0, false));
            var reports = pair.migrate(pair.sender().stage(stage), pair.receiver());
            assertThat(reports.source().failure()).isInstanceOfSatisfying(
                    BlackoutBudgetException.class,
                    e -> assertThat(e.estimate()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2500)));
        }
    }

    @Test
    void aFailureInTheBlackoutAbandonsTheStage() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("RESUMING to STOP");
            pair.migrate(pair.sender().stage(new Stage(pair.log, left(0))), pair.receiver());
            assertThat(pair.log).containsSubsequence("finish", "abandon").doesNotContain("complete");
        }
    }

    @ParameterizedTest
    @EnumSource(value = MigrationPhase.class, names = {"NEGOTIATE", "PREPARE", "PRE_COPY", "SUSPEND", "TRANSFER",
        "LOAD"})
    void aCancellationBeforeTheDecisionTakesTheGuestBack(MigrationPhase phase) {
        try (var pair = new Pair(content(100))) {
            var sender = pair.sender().guest(pair.guest("source")).stage(new Stage(pair.log, left(0)));
            sender.listener(progress -> {
                if (progress.phase() == phase) {
                    assertThat(sender.cancel()).isTrue();
                }
            });
            var reports = pair.migrate(sender, pair.receiver());
            assertThat(reports.source().failure()).isInstanceOf(MigrationCancelledException.class);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().runsHere()).isTrue();
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(pair.log.contains("source guest paused")).isEqualTo(pair.log.contains("source guest resumed"));
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(sender.cancel()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(value = MigrationPhase.class, names = {"COMMIT", "RESUME"})
    void aCancellationAfterTheDecisionComesTooLate(MigrationPhase phase) {
        try (var pair = new Pair(content(100))) {
            var answers = new ArrayList<Boolean>();
            var sender = pair.sender();
            sender.listener(progress -> {
                if (progress.phase() == phase) {
                    answers.add(sender.cancel());
                }
            });
            var reports = pair.migrate(sender, pair.receiver());
            reports.source().throwIfFailed();
            assertThat(answers).containsExactly(false);
        }
    }

    @ParameterizedTest
    @EnumSource(value = MigrationPhase.class, names = {"NEGOTIATE", "PREPARE", "PRE_COPY", "SUSPEND", "TRANSFER",
        "LOAD"})
    void theDestinationCanBeCancelledUntilItHasAcknowledged(MigrationPhase phase) {
        try (var pair = new Pair(content(100))) {
            var receiver = pair.receiver();
            receiver.listener(progress -> {
                if (progress.phase() == phase) {
                    assertThat(receiver.cancel()).isTrue();
                }
            });
            var reports = pair.migrate(pair.sender().guest(pair.guest("source")), receiver);
            assertThat(reports.destination().failure()).isInstanceOf(MigrationCancelledException.class);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(receiver.cancel()).isFalse();
        }
    }

    @Test
    void aSenderCancelledBeforeItsStartDoesNothing() {
        try (var pair = new Pair(content(100))) {
            var sender = pair.sender();
            assertThat(sender.cancel()).isTrue();
            assertThat(pair.migrate(sender, pair.receiver()).source().failure())
                    .isInstanceOf(MigrationCancelledException.class);
            assertThat(pair.log).isEmpty();
        }
    }

    @Test
    void sidesWithTheSameKeyUnderstandEachOtherAndOthersDoNot() {
        var key = MigrationOptions.defaults().withAuthenticationKey(new SecretKeySpec(new byte[32], "HmacSHA256"));
        var other = MigrationOptions.defaults().withAuthenticationKey(new SecretKeySpec(new byte[] {1, 2},
                "HmacSHA256"));
        for (var destination : List.of(key, other, MigrationOptions.defaults())) {
            try (var pair = new Pair(content(100))) {
                var reports = pair.migrate(pair.sender().options(key), pair.receiver().options(destination));
                assertThat(reports.source().succeeded()).isEqualTo(destination == key);
                assertThat(pair.destination.state()).isEqualTo(DeviceState.RUNNING);
                if (destination != key) {
                    assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
                    assertThat(pair.log).isEmpty();
                }
            }
        }
    }

    @Test
    void theHistoryKeepsTheLastReportOfEachDevice() {
        try (var pair = new Pair(content(100))) {
            var history = new MigrationHistory(4);
            pair.destination.failing.add("write");
            var report = pair.migrate(pair.sender().history(history), pair.receiver()).source();
            assertThat(history.lastOf("source")).contains(report);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSideThatCannotSayWhatItHasSaysWhyItFails(boolean atSource) {
        try (var pair = new Pair(content(100))) {
            (atSource ? pair.source : pair.destination).failing.add("manifest");
            var reports = pair.migrate();
            var failed = atSource ? reports.source() : reports.destination();
            var told = atSource ? reports.destination() : reports.source();
            assertThat(failed.failure()).isInstanceOf(InvalidValueException.class).hasMessageContaining("manifest");
            assertThat(told.failure()).isInstanceOf(PeerException.class).hasMessageContaining("manifest");
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().runsHere()).isTrue();
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        }
    }

    @Test
    void aLongEndOfAStageShowsSignsOfLifeAndDoesNotEndTheMigration() {
        try (var pair = new Pair(content(100))) {
            var options = MigrationOptions.defaults().withKeepAlive(Duration.ofNanos(1), Duration.ofSeconds(30));
            var stage = new Stage(pair.log, left(0)) {
                @Override
                public void finish(PreCopyContext context) {
                    for (int i = 0; i < 10; i++) {
                        context.progress(i, 10 - i);
                    }
                }
            };
            var reports = pair.migrate(pair.sender().options(options).stage(stage), pair.receiver());
            reports.source().throwIfFailed();
            reports.destination().throwIfFailed();
        }
    }

    @Test
    void aDeviceThatAlwaysHasMoreToSayWhileItRunsIsStoppedAllTheSame() {
        try (var pair = new Pair(content(100))) {
            pair.source.deliversWhileItRuns();
            var reports = pair.migrate();
            reports.source().throwIfFailed();
            assertThat(reports.source().stateBytes()).isEqualTo(200);
            assertThat(reports.source().timeOf(MigrationPhase.PRE_COPY)).isPresent();
            assertThat(pair.destination.content).endsWith(content(100));
        }
    }
}
