package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CallbackException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationProgress;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PeerException;
import io.nvmelm.RunPermission;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.nvme.StateFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The order of a migration's steps, and who runs after each failure.
class MigrationTest {

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 104, 4096, 262_136, 262_144, 1_048_576, 1_048_577, 5_000_000})
    void theStateArrivesWhateverItsSize(int bytes) {
        try (var pair = new Pair(content(bytes))) {
            var reports = pair.migrate();
            reports.source().throwIfFailed();
            reports.destination().throwIfFailed();
            assertThat(pair.destination.content).isEqualTo(content(bytes));
            assertThat(reports.source().stateBytes()).isEqualTo(bytes);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(pair.source.state()).isEqualTo(DeviceState.STOP);
            assertThat(pair.destination.state()).isEqualTo(DeviceState.RUNNING);
        }
    }

    @Test
    void everythingThatCanBeDoneBeforeTheGuestIsPausedIsDoneBefore() {
        try (var pair = new Pair(content(100))) {
            pair.migrate().source().throwIfFailed();
            var log = pair.log;
            int paused = log.indexOf("source guest paused");
            assertThat(log.subList(0, paused))
                    .containsExactlyInAnyOrder(
                            "source announce",
                            "destination RUNNING to RUNNING_P2P",
                            "destination RUNNING_P2P to STOP",
                            "destination STOP to RESUMING");
            assertThat(log.subList(paused + 1, log.size()))
                    .filteredOn(line -> !line.equals("source STOP_COPY to STOP"))
                    .containsExactly(
                            "source RUNNING to RUNNING_P2P",
                            "source RUNNING_P2P to STOP",
                            "source STOP to STOP_COPY",
                            "destination RESUMING to STOP",
                            "destination STOP to RUNNING_P2P",
                            "destination RUNNING_P2P to RUNNING",
                            "destination guest resumed");
        }
    }

    @Test
    void bothSidesReportEveryPhaseInOrder() {
        try (var pair = new Pair(content(100))) {
            var reports = pair.migrate();
            assertThat(reports.source().phases())
                    .extracting(MigrationReport.PhaseTime::phase)
                    .containsExactly(
                            MigrationPhase.NEGOTIATE,
                            MigrationPhase.PREPARE,
                            MigrationPhase.SUSPEND,
                            MigrationPhase.TRANSFER,
                            MigrationPhase.LOAD,
                            MigrationPhase.COMMIT,
                            MigrationPhase.RESUME);
            assertThat(reports.destination().phases())
                    .extracting(MigrationReport.PhaseTime::phase)
                    .containsExactly(
                            MigrationPhase.NEGOTIATE,
                            MigrationPhase.PREPARE,
                            MigrationPhase.PRE_COPY,
                            MigrationPhase.SUSPEND,
                            MigrationPhase.TRANSFER,
                            MigrationPhase.LOAD,
                            MigrationPhase.COMMIT,
                            MigrationPhase.RESUME);
            assertThat(reports.source().blackout()).isPositive();
        }
    }

    @Test
    void theListenerSeesEveryPhaseAndTheBytes() {
        try (var pair = new Pair(content(3_000_000))) {
            List<MigrationProgress> seen = Collections.synchronizedList(new ArrayList<>());
            pair.migrate(
                    pair.sender()
                            .options(MigrationOptions.defaults().withProgressInterval(Duration.ZERO))
                            .listener(seen::add),
                    pair.receiver());
            assertThat(seen.stream().map(MigrationProgress::phase).distinct())
                    .containsExactly(
                            MigrationPhase.NEGOTIATE,
                            MigrationPhase.PREPARE,
                            MigrationPhase.SUSPEND,
                            MigrationPhase.TRANSFER,
                            MigrationPhase.LOAD,
                            MigrationPhase.COMMIT,
                            MigrationPhase.RESUME);
            assertThat(seen).extracting(MigrationProgress::bytesTransferred).isSorted().contains(1L << 20, 3_000_000L);
            assertThat(seen)
                    .filteredOn(p -> p.phase() != MigrationPhase.NEGOTIATE)
                    .allSatisfy(p -> assertThat(p.bytesTotal()).isEqualTo(3_000_000L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "announce",
        "RUNNING to RUNNING_P2P",
        "RUNNING_P2P to STOP",
        "STOP to STOP_COPY",
        "read",
        "guest"
    })
    void aFailureOfTheSourceBeforeCommitLeavesTheGuestRunningThere(String step) {
        try (var pair = new Pair(content(100))) {
            pair.source.failing.add(step);
            var guest = pair.guest("source");
            var sender = pair.sender().guest(step.equals("guest") ? new FailingGuest() : guest);
            var reports = pair.migrate(sender, pair.receiver());
            assertThat(reports.source().succeeded()).isFalse();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(reports.source().runsHere()).isTrue();
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(reports.destination().runsHere()).isFalse();
            assertThat(reports.destination().failure())
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("the other side failed: source");
            assertThat(pair.log).contains("destination reset").doesNotContain("destination guest resumed");
            if (pair.log.contains("source guest paused")) {
                assertThat(pair.log).contains("source guest resumed");
            }
        }
    }

    private static final class FailingGuest implements GuestControl {
        @Override
        public void pause() {
            throw new IllegalStateException("no");
        }

        @Override
        public void resume() {
            throw new AssertionError("was never paused");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING to RUNNING_P2P", "STOP to RESUMING", "write", "RESUMING to STOP"})
    void aFailureOfTheDestinationBeforeCommitLeavesTheGuestRunningAtTheSource(String step) {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add(step);
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().failure())
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("destination")
                    .hasMessageContaining(step);
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(pair.log).contains("destination reset").doesNotContain("destination guest resumed");
            assertThat(pair.log.contains("source guest paused")).isEqualTo(pair.log.contains("source guest resumed"));
        }
    }

    @Test
    void aDestinationThatRefusesEarlyTakesTheRestSoThatALargeStateDoesNotBlockTheSource() {
        try (var pair = new Pair(content(20_000_000))) {
            pair.destination.failing.add("write");
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().failure()).hasMessageContaining(
                    "the other side failed: destination: write is 1");
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
        }
    }

    @Test
    void afterCommitTheSourceStaysStoppedWhateverHappens() {
        try (var pair = new Pair(content(100))) {
            pair.destination.failing.add("RUNNING_P2P to RUNNING");
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
            assertThat(pair.source.state()).isEqualTo(DeviceState.STOP);
            assertThat(pair.log).doesNotContain("source guest resumed", "destination reset");
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(reports.destination().succeeded()).isFalse();
        }
    }

    @Test
    void aConnectionThatBreaksWhileCommitIsSentLeavesBothStopped() {
        try (var pair = new Pair(content(100))) {
            pair.sourceOut = channel -> new BreakingChannel(channel, RecordType.COMMIT);
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
            assertThat(pair.source.state()).isEqualTo(DeviceState.STOP);
            assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(pair.log).doesNotContain("source guest resumed", "destination guest resumed");
        }
    }

    private static boolean isStartOf(ByteBuffer bytes, RecordType type) {
        return bytes.remaining() >= 24
                && bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getShort(bytes.position()) == type.number();
    }

    /// Fails when a record of this type is to be sent.
    private record BreakingChannel(WritableByteChannel channel, RecordType breaksAt) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (isStartOf(bytes, breaksAt)) {
                channel.close();
                throw new IOException("broken");
            }
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void theFirstFormatOfTheSourceThatTheDestinationHasIsUsed() {
        try (var pair = new Pair(content(100))) {
            var vendor = StateFormat.of(0, new UUID(0x0102030405060708L, 0x090A0B0C0D0E0F10L));
            pair.source.formats = List.of(StateFormat.ofVersion(3), vendor, StateFormat.ofVersion(0));
            pair.destination.formats = List.of(StateFormat.ofVersion(0), vendor);
            pair.migrate().source().throwIfFailed();
            assertThat(pair.source.selected).isEqualTo(vendor);
            assertThat(pair.destination.selected).isEqualTo(vendor);
        }
    }

    @Test
    void devicesWithoutACommonFormatRefuseWhileTheGuestRuns() {
        try (var pair = new Pair(content(100))) {
            pair.source.formats = List.of(StateFormat.ofVersion(3));
            pair.destination.formats = List.of(StateFormat.ofVersion(0));
            var reports = pair.migrate();
            assertThat(reports.destination().failure()).isInstanceOf(MigrationUnsupportedException.class);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(pair.log).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsEndsTheMigrationBeforeCommit() {
        try (var pair = new Pair(content(100))) {
            var reports = pair.migrate(
                    pair.sender().listener(p -> {
                        if (p.phase() == MigrationPhase.TRANSFER) {
                            throw new IllegalStateException("enough");
                        }
                    }),
                    pair.receiver());
            assertThat(reports.source().failure())
                    .isInstanceOf(CallbackException.class)
                    .hasMessageContaining("enough");
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
        }
    }

    @Test
    void aSenderWorksOnceAndOnlyFromRunning() {
        try (var pair = new Pair(content(100))) {
            pair.source.setState(DeviceState.STOP);
            assertThatThrownBy(() -> pair.sender().run()).isInstanceOf(DeviceStateException.class);
            pair.source.setState(DeviceState.RUNNING);
            var sender = pair.sender();
            pair.migrate(sender, pair.receiver()).source().throwIfFailed();
            assertThatThrownBy(sender::run)
                    .isInstanceOf(DeviceStateException.class)
                    .hasMessageContaining("used before");
        }
    }

    @ParameterizedTest
    @EnumSource(value = MigrationPhase.class, names = {"NEGOTIATE", "PREPARE", "SUSPEND", "TRANSFER", "LOAD"})
    void anErrorThrownThroughTheSourceBeforeCommitStillRollsBack(MigrationPhase phase) {
        try (var pair = new Pair(content(100))) {
            var sender = pair.sender().guest(pair.guest("source")).listener(throwing(phase));
            assertThatThrownBy(() -> pair.migrate(sender, pair.receiver())).isInstanceOf(AssertionError.class);
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(pair.log.contains("source guest paused")).isEqualTo(pair.log.contains("source guest resumed"));
        }
    }

    @Test
    void aListenerThatThrowsOnceTheRightToRunMovesIsAWarning() {
        for (boolean atSource : new boolean[] {true, false}) {
            try (var pair = new Pair(content(100))) {
                var sender = pair.sender().guest(pair.guest("source"));
                var receiver = pair.receiver().guest(pair.guest("destination"));
                if (atSource) {
                    sender.listener(throwing(MigrationPhase.RESUME));
                } else {
                    receiver.listener(throwing(MigrationPhase.RESUME));
                }
                var reports = pair.migrate(sender, receiver);
                reports.source().throwIfFailed();
                reports.destination().throwIfFailed();
                assertThat(reports.destination().runsHere()).isTrue();
                assertThat(reports.source().runsHere()).isFalse();
                assertThat((atSource ? reports.source() : reports.destination()).warnings()).hasSize(1);
                assertThat(pair.log).contains("destination guest resumed");
            }
        }
    }

    private static MigrationListener throwing(MigrationPhase phase) {
        return progress -> {
            if (progress.phase() == phase) {
                throw new AssertionError("thrown in " + phase);
            }
        };
    }

    @Test
    void aChannelThatThrowsSomethingElseRollsBackToo() {
        try (var pair = new Pair(content(100))) {
            pair.sourceOut = channel -> new WritableByteChannel() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    if (isStartOf(bytes, RecordType.STATE)) {
                        throw new IllegalStateException("wrapped channel is broken");
                    }
                    return channel.write(bytes);
                }

                @Override
                public boolean isOpen() {
                    return channel.isOpen();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
            var reports = pair.migrate();
            assertThat(reports.source().failure())
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("wrapped channel is broken");
            assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(pair.log).contains("source guest resumed");
        }
    }

    @Test
    void aRollBackThatFailsSaysThatNobodyRuns() {
        try (var pair = new Pair(content(100))) {
            pair.source.failing.add("read");
            pair.source.failing.add("RUNNING_P2P to RUNNING");
            pair.source.failing.add("reset");
            var reports = pair.migrate();
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
            assertThat(reports.source().runsHere()).isFalse();
            assertThat(reports.source().resetDevices()).isEmpty();
            assertThat(reports.source().failure().getSuppressed()).hasSize(3);
            assertThat(pair.log).doesNotContain("source guest resumed", "destination guest resumed");
        }
    }

    @Test
    void severalMigrationsGoOverOneConnection() {
        try (var pair = new Pair(content(100))) {
            for (int i = 0; i < 3; i++) {
                var receiver = pair.receiver();
                var received = CompletableFuture.supplyAsync(receiver::run);
                pair.sender().run().throwIfFailed();
                received.join().throwIfFailed();
                pair.source.reset();
                pair.destination.reset();
            }
        }
    }

    @Test
    void aListenerIsNotToldMoreOftenThanTheIntervalSays() {
        try (var pair = new Pair(content(9_000_000))) {
            List<MigrationProgress> seen = Collections.synchronizedList(new ArrayList<>());
            var options = MigrationOptions.defaults().withProgressInterval(Duration.ofDays(1));
            pair.migrate(pair.sender().options(options).listener(seen::add), pair.receiver());
            assertThat(seen).hasSize(7).extracting(MigrationProgress::phase).doesNotHaveDuplicates();
            assertThat(seen.get(6).bytesTransferred()).isEqualTo(9_000_000);
        }
    }

    @Test
    void theBlackoutEndsWhenTheGuestRunsAgain() {
        try (var pair = new Pair(content(100))) {
            var reports = pair.migrate();
            assertThat(reports.destination().blackout()).isPositive();
            assertThat(reports.source().blackout())
                    .isLessThanOrEqualTo(reports.source().phases().stream()
                            .map(MigrationReport.PhaseTime::time)
                            .reduce(Duration.ZERO, Duration::plus));
        }
    }
}
