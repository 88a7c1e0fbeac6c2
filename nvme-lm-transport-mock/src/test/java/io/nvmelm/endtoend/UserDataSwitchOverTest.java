package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.BlockCopyException;
import io.nvmelm.DeviceState;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationOptions;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.PreflightReason;
import io.nvmelm.RunPermission;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.core.migration.UserDataStage;
import io.nvmelm.rules.Proves;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The media move with a controller that a sender and a receiver move: what is left is copied between suspension and the transfer of the
/// state, and a copy that fails there lets the guest run on at the source.
class UserDataSwitchOverTest {

    /// The user data as a stage, compared at the end.
    private static final class Medium implements PreCopyStage {
        private final MediaMigration migration;
        private final UserDataStage stage;

        Medium(MediaMigration migration) {
            this.migration = migration;
            this.stage = new UserDataStage("user data", migration.copy, migration.tracking, MediaMigration.TIMEOUT);
        }

        @Override
        public String name() {
            return stage.name();
        }

        @Override
        public Remainder copy(PreCopyContext context) {
            return stage.copy(context);
        }

        @Override
        public void finish(PreCopyContext context) {
            assertThat(migration.source.state()).isEqualTo(DeviceState.STOP_COPY);
            stage.finish(context);
            assertThat(migration.media.difference()).as(migration.what).isEmpty();
        }

        @Override
        public void complete() {
            stage.complete();
            assertThat(migration.tracking.state()).isNotEqualTo(UserDataLogState.LOGGING);
        }

        @Override
        public void abandon() {
            stage.abandon();
        }
    }

    /// Moves the controller as a VMM does.
    ///
    /// @param failure what the target answers in the blackout; null for success
    private static TwoHosts.Reports migrate(MediaMigration migration, @Nullable IOException failure)
            throws IOException {
        var there = Pipe.open();
        var back = Pipe.open();
        migration.destination.reset();
        migration.guest.attach(PrivateMedia.controller(migration.media.b));
        var options = MigrationOptions.defaults().waiving(PreflightReason.IDENTITY_DIFFERS);
        var sourceGuest = new GuestControl() {
            @Override
            public void pause() {
                migration.guest.submit(1 + migration.random.nextInt(migration.lastCommands));
                migration.media.clock.advance(Duration.ofNanos(migration.random.nextInt(60_000)));
                migration.guest.pause();
                migration.media.failure = failure;
            }

            @Override
            public void resume() {
                migration.guest.resume();
            }
        };
        var destinationGuest = new GuestControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {
                migration.guest.rebind(PrivateMedia.controller(migration.media.b));
                migration.guest.resume();
            }
        };
        var received = CompletableFuture.supplyAsync(() -> {
            try (var in = there.source();
                    var out = back.sink()) {
                return new MigrationReceiver(migration.destination, in, out)
                        .options(options)
                        .guest(destinationGuest)
                        .run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (var in = back.source();
                var out = there.sink()) {
            var sent = new MigrationSender(migration.source, in, out)
                    .options(options)
                    .stage(new Medium(migration))
                    .guest(sourceGuest)
                    .run();
            return new TwoHosts.Reports(sent, received.join());
        }
    }

    @Test
    @Proves(host = {"procedure.state-after-suspend", "procedure.media-equal", "procedure.data-until-suspend-entry"})
    void theMediaMoveWithTheController() throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            var log = UserDataLogOptions.defaults().withSlots(1024).withDeleteOnSuspend(seed % 2 == 0);
            try (var migration = new MediaMigration(seed, log, false, builder -> builder)) {
                migration.converge();
                var reports = migrate(migration, null);
                reports.source().throwIfFailed();
                reports.destination().throwIfFailed();
                migration.assertNothingLost();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves(host = {"procedure.source-resumes", "resume.logging-goes-on"})
    void aCopyThatFailsInTheBlackoutLetsTheGuestRunOnAndIsRepeated(boolean deleteOnSuspend) throws IOException {
        for (long seed = 1; seed <= 5; seed++) {
            var log = UserDataLogOptions.defaults().withSlots(1024).withDeleteOnSuspend(deleteOnSuspend);
            try (var migration = new MediaMigration(seed, log, false, builder -> builder)) {
                migration.converge();
                assertThat(migration.guest.run(20)).isTrue();
                var reports = migrate(migration, new IOException("the connection is gone"));

                assertThat(reports.source().failure()).as(migration.what).isInstanceOf(BlockCopyException.class);
                assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
                assertThat(reports.source().runsHere()).isTrue();
                assertThat(migration.source.state()).isEqualTo(DeviceState.RUNNING);
                assertThat(migration.guest.run(50)).as("%s\n%s", migration.what, migration.guest.report()).isTrue();

                var outcome = migration.converge();
                if (deleteOnSuspend) {
                    assertThat(outcome.copiedBytes()).as(migration.what).isGreaterThan(1 << 20);
                } else {
                    assertThat(outcome.restarts()).as(migration.what).isZero();
                    assertThat(outcome.copiedBytes()).as("%s: %s", migration.what, outcome).isLessThan(1 << 20);
                }
                reports = migrate(migration, null);
                reports.source().throwIfFailed();
                reports.destination().throwIfFailed();
                migration.assertNothingLost();
            }
        }
    }
}
