package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.UserDataPreCopy;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.guest.LoadMix;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// One migration from A to B of a guest with media of its own: what a host does, step by step.
final class MediaMigration implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int GUEST_BLOCKS = 2048;
    /// Most bytes copied between two storms of the guest.
    private static final int STORM_BYTES = 512 << 10;

    final PrivateMedia media;
    final String what;
    final SplittableRandom random;
    /// The guest that works now.
    GuestDriver guest;
    final MigratableController controller;
    final NvmeMigratableDevice source;
    final NvmeMigratableDevice destination;
    final UserDataTracking tracking;
    final UserDataPreCopy copy;
    final boolean standardStateOnly;
    /// Most commands that the guest submits before it is paused.
    int lastCommands = 60;
    /// Commands that the guest submits at once.
    int burst = 1;
    /// Bytes copied in the time in which the guest submits one more command.
    int bytesPerCommand = 24 << 10;
    /// Storms that are still to come, and the commands of each.
    private int storms;
    private int stormCommands;
    private long bytesUntilStorm;
    private long commandsSinceStorms;
    private long copied;
    private long bytesUntilRestart = Long.MAX_VALUE;
    private long namespaceId;

    MediaMigration(
            long seed,
            UserDataLogOptions log,
            boolean standardStateOnly,
            UnaryOperator<InMemorySubsystemBuilder> variation) {
        this(seed, log, standardStateOnly, variation, 1);
    }

    MediaMigration(
            long seed,
            UserDataLogOptions log,
            boolean standardStateOnly,
            UnaryOperator<InMemorySubsystemBuilder> variation,
            long namespaceId) {
        this.media = new PrivateMedia(seed, variation);
        this.standardStateOnly = standardStateOnly;
        this.random = new SplittableRandom(seed);
        this.what = "seed " + seed + ", " + log;
        this.guest = start(namespaceId, seed);
        guest.run(100);
        controller = open(media.a);
        source = NvmeMigratableDevice.open(controller, PrivateMedia.controller(media.a).function());
        destination = NvmeMigratableDevice.open(
                open(media.b), PrivateMedia.controller(media.b).function());
        tracking = controller.userDataLog(log);
        copy = new UserDataPreCopy(tracking, media, media, controller.attachedNamespaces())
                .clock(media).pieceBytes(64 << 10).budget(64 << 10);
        media.act = this::work;
    }

    private GuestDriver start(long id, long driverSeed) {
        namespaceId = id;
        var driver = GuestDriver.builder(media.clock, media.memory)
                .queuePairs(4)
                .queueEntries(64)
                .asynchronousEventRequests(standardStateOnly ? 0 : 1)
                .namespaceId(id)
                .blocks(0, GUEST_BLOCKS)
                .scattered(16)
                .mix(LoadMix.CHANGES)
                .seed(driverSeed);
        if (id == 2) {
            driver.usedMedium();
        }
        return driver.start(PrivateMedia.controller(media.a));
    }

    private static MigratableController open(InMemorySubsystem host) {
        return ControllingController.open(host.controllingTransport(), TransferOptions.defaults())
                .migratableByVirtualFunction(1);
    }

    /// Has the guest submit so many commands at once, so often while everything is copied.
    void storms(int count, int commands) {
        storms = count;
        stormCommands = commands;
        bytesUntilStorm = 1 + random.nextInt(STORM_BYTES);
    }

    /// Has the guest start anew while everything is copied, and work on the other namespace from then on.
    void restartOnTheOtherNamespace() {
        bytesUntilRestart = 1 + random.nextInt(STORM_BYTES);
    }

    /// {@return whether the guest did all of it that it was to do once}
    boolean didEverything() {
        return storms == 0 && bytesUntilRestart == Long.MAX_VALUE;
    }

    /// {@return how many commands the guest submitted behind its last storm while the copy went on}
    long commandsSinceStorms() {
        return commandsSinceStorms;
    }

    /// The guest goes on while so many bytes are copied.
    private void work(long bytes) {
        copied += bytes;
        while (copied >= (long) bytesPerCommand * burst) {
            copied -= (long) bytesPerCommand * burst;
            commandsSinceStorms += guest.submit(burst);
            media.clock.advance(Duration.ofNanos(random.nextInt(20_000) * (long) burst));
            guest.poll();
        }
        storm(bytes);
        bytesUntilRestart -= bytesUntilRestart == Long.MAX_VALUE ? 0 : bytes;
        if (bytesUntilRestart <= 0) {
            bytesUntilRestart = Long.MAX_VALUE;
            assertThat(guest.drain()).as(what).isTrue();
            assertClean();
            guest = start(3 - namespaceId, -random.nextInt(1, 1000));
        }
    }

    private void storm(long bytes) {
        if (storms > 0) {
            bytesUntilStorm -= bytes;
            if (bytesUntilStorm <= 0) {
                bytesUntilStorm = 1 + random.nextInt(STORM_BYTES);
                storms--;
                for (int submitted = 0; submitted < stormCommands;) {
                    submitted += guest.submit(stormCommands - submitted);
                    media.clock.advance(Duration.ofNanos(100_000));
                    guest.poll();
                }
                commandsSinceStorms = 0;
            }
        }
    }

    PreCopyOutcome converge() {
        var outcome = copy.run();
        assertThat(outcome.verdict()).as("%s: %s", what, outcome).isEqualTo(PreCopyVerdict.CONVERGED);
        return outcome;
    }

    /// Suspends the source in the midst of its work, copies the rest and moves the state; the guest goes on at the destination.
    PreCopyOutcome switchOver() {
        destination.reset();
        guest.attach(PrivateMedia.controller(media.b));
        guest.submit(1 + random.nextInt(lastCommands));
        media.clock.advance(Duration.ofNanos(random.nextInt(60_000)));
        guest.pause();
        PreCopyOutcome outcome;
        try (var state = source.setState(DeviceState.STOP_COPY).orElseThrow()) {
            outcome = copy.finish(TIMEOUT);
            try (var loading = destination.setState(DeviceState.RESUMING).orElseThrow()) {
                if (standardStateOnly) {
                    new RegisterSupplement(PrivateMedia.controller(media.b))
                            .apply(new RegisterSupplement(PrivateMedia.controller(media.a)).capture());
                }
                move(state, loading);
                destination.setState(DeviceState.STOP);
            }
        }
        source.setState(DeviceState.STOP);
        assertThat(outcome.verdict()).as("%s: %s", what, outcome).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(media.difference()).as("%s, at resume", what).isEmpty();
        destination.setState(DeviceState.RUNNING);
        guest.rebind(PrivateMedia.controller(media.b));
        guest.resume();
        return outcome;
    }

    private static void move(MigrationData state, MigrationData loading) {
        var buffer = ByteBuffer.allocate(1 << 20);
        while (state.read(buffer.clear()) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                loading.write(buffer);
            }
        }
    }

    void assertNothingLost() {
        assertThat(guest.run(100)).as("%s\n%s", what, guest.report()).isTrue();
        assertClean();
        assertThat(media.a.violations()).as(what).isEmpty();
        assertThat(media.b.violations()).as(what).isEmpty();
    }

    private void assertClean() {
        assertThat(guest.verifyMedium()).as("%s\n%s", what, guest.report()).isZero();
        assertThat(guest.report().isClean()).as("%s\n%s", what, guest.report()).isTrue();
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }
}
