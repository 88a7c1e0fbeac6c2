package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationCancelledException;
import io.nvmelm.MigrationInProgressException;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One call of a sender or receiver at a time, and one migration of a device.
@Timeout(60)
class OneCallTest {
    private final List<Throwable> refused = new ArrayList<>();

    private void isRefused(Supplier<MigrationReport> call) {
        try {
            call.get();
        } catch (MigrationInProgressException e) {
            refused.add(e);
        }
    }

    private static void onAnotherThread(Runnable action) {
        var thread = new Thread(action);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(MigrationRole.class)
    void nothingIsSettledBeforeRunHasReturned(MigrationRole side) {
        try (var pair = new Pair(new byte[100])) {
            pair.destination.failing.add("RUNNING_P2P to RUNNING");
            var sender = pair.sender().guest(pair.guest("source"));
            var receiver = pair.receiver();
            Runnable calls = () -> {
                if (side == MigrationRole.SOURCE) {
                    isRefused(sender::reclaim);
                    isRefused(sender::abandon);
                    isRefused(sender::retryResume);
                    isRefused(sender::run);
                } else {
                    isRefused(receiver::relinquish);
                    isRefused(receiver::retryResume);
                    isRefused(receiver::run);
                }
            };
            // The last thing that either side does with its devices.
            (side == MigrationRole.SOURCE ? pair.source : pair.destination).onClose = () -> {
                onAnotherThread(calls);
                calls.run();
            };
            var reports = pair.migrate(sender, receiver);
            assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
            assertThat(refused).hasSize(side == MigrationRole.SOURCE ? 8 : 6)
                    .allSatisfy(e -> assertThat(e).hasMessageContaining("run() has not returned"));
            assertThat(pair.log).doesNotContain("source guest resumed");
            assertThat(receiver.relinquish().mayRun()).isEqualTo(RunPermission.NOT_HERE);
            assertThat(sender.reclaim().runsHere()).isTrue();
        }
    }

    @Test
    void aGuestIsNotResumedTwiceForOnePause() {
        try (var pair = new Pair(new byte[100])) {
            pair.destination.failing.add("write");
            int[] resumed = {0};
            var sender = pair.sender();
            sender.guest(new GuestControl() {
                @Override
                public void pause() {}

                @Override
                public void resume() {
                    resumed[0]++;
                    onAnotherThread(() -> isRefused(sender::retryResume));
                    isRefused(sender::retryResume);
                }
            });
            assertThat(pair.migrate(sender, pair.receiver()).source().runsHere()).isTrue();
            assertThat(resumed[0]).isEqualTo(1);
            assertThat(refused).hasSize(2);
            assertThatThrownBy(sender::retryResume).isInstanceOf(DeviceStateException.class);
        }
    }

    /// A stage in whose only round something is done.
    private record DoesMeanwhile(Runnable action) implements PreCopyStage {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public Remainder copy(PreCopyContext context) {
            action.run();
            return new Remainder(0, 1, false);
        }

        @Override
        public void finish(PreCopyContext context) {}
    }

    @Test
    void aDeviceIsInOneMigrationAtATimeAlsoWhenTheFirstWasCancelled() {
        try (var first = new Pair(new byte[100]);
                var second = new Pair(new byte[100])) {
            second.sources.set(0, first.source);
            var sender = first.sender().guest(first.guest("source"));
            sender.stage(new DoesMeanwhile(() -> {
                assertThat(sender.cancel()).isTrue();
                isRefused(second.sender()::run);
            }));
            var report = first.migrate(sender, first.receiver()).source();
            assertThat(report.failure()).isInstanceOf(MigrationCancelledException.class);
            assertThat(refused).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("source")
                    .hasMessageContaining("another migration has the device"));
            second.migrate().source().throwIfFailed();
        }
    }

    @Test
    void aDeviceThatTheMigrationDidNotStopIsNotTakenBack() {
        try (var pair = new Pair(new byte[100], new byte[200])) {
            var sender = pair.sender();
            sender.stage(new DoesMeanwhile(() -> {
                pair.source.setState(DeviceState.STOP); // by somebody else
                sender.cancel();
            }));
            pair.migrate(sender, pair.receiver());
            assertThat(pair.source.state()).isEqualTo(DeviceState.STOP);
        }
    }

    @Test
    void aRefusedClaimGivesBackWhatWasClaimedBefore() {
        try (var pair = new Pair(new byte[100], new byte[200])) {
            assertThat(pair.sources.get(1).migrationClaim().take()).isTrue();
            var sender = pair.sender().guest(pair.guest("source"));
            assertThatThrownBy(sender::run).isInstanceOf(MigrationInProgressException.class)
                    .hasMessageStartingWith("source 2");
            pair.sources.get(1).migrationClaim().release();
            pair.migrate(sender, pair.receiver()).source().throwIfFailed();
            assertThat(pair.sources).allMatch(device -> device.migrationClaim().take());
        }
    }
}
