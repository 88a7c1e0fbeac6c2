package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.TransferOptions;
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
    /// Bytes copied in the time in which the guest submits one more command.
    private static final int BYTES_PER_COMMAND = 24 << 10;

    final PrivateMedia media;
    final String what;
    final SplittableRandom random;
    final GuestDriver guest;
    final MigratableController controller;
    final NvmeMigratableDevice source;
    final NvmeMigratableDevice destination;
    final UserDataPreCopy copy;
    final boolean standardStateOnly;
    /// Most commands that the guest submits before it is paused.
    int lastCommands = 60;
    /// Commands that the guest submits at once.
    int burst = 1;
    private long copied;

    MediaMigration(
            long seed,
            UserDataLogOptions log,
            boolean standardStateOnly,
            UnaryOperator<InMemorySubsystemBuilder> variation) {
        this.media = new PrivateMedia(seed, variation);
        this.standardStateOnly = standardStateOnly;
        this.random = new SplittableRandom(seed);
        this.what = "seed " + seed + ", " + log;
        this.guest = GuestDriver.builder(media.clock, media.memory)
                .queuePairs(4)
                .queueEntries(64)
                .asynchronousEventRequests(standardStateOnly ? 0 : 1)
                .blocks(0, 2048)
                .scattered(16)
                .mix(LoadMix.CHANGES)
                .seed(seed)
                .start(PrivateMedia.controller(media.a));
        guest.run(100);
        controller = open(media.a);
        source = NvmeMigratableDevice.open(controller, PrivateMedia.controller(media.a).function());
        destination = NvmeMigratableDevice.open(
                open(media.b), PrivateMedia.controller(media.b).function());
        copy = new UserDataPreCopy(controller.userDataLog(log), media, media, controller.attachedNamespaces())
                .clock(media).pieceBytes(64 << 10).budget(64 << 10);
        media.act = this::work;
    }

    private static MigratableController open(InMemorySubsystem host) {
        return ControllingController.open(host.controllingTransport(), TransferOptions.defaults())
                .migratableByVirtualFunction(1);
    }

    /// The guest goes on while so many bytes are copied.
    private void work(long bytes) {
        copied += bytes;
        while (copied >= (long) BYTES_PER_COMMAND * burst) {
            copied -= (long) BYTES_PER_COMMAND * burst;
            guest.submit(burst);
            media.clock.advance(Duration.ofNanos(random.nextInt(20_000) * (long) burst));
            guest.poll();
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
        if (standardStateOnly) {
            TwoHosts.copyProperties(PrivateMedia.controller(media.a), PrivateMedia.controller(media.b));
        }
        guest.submit(1 + random.nextInt(lastCommands));
        media.clock.advance(Duration.ofNanos(random.nextInt(60_000)));
        guest.pause();
        PreCopyOutcome outcome;
        try (var state = source.setState(DeviceState.STOP_COPY).orElseThrow()) {
            outcome = copy.finish(TIMEOUT);
            try (var loading = destination.setState(DeviceState.RESUMING).orElseThrow()) {
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
        assertThat(guest.verifyMedium()).as("%s\n%s", what, guest.report()).isZero();
        assertThat(guest.report().isClean()).as("%s\n%s", what, guest.report()).isTrue();
        assertThat(media.a.violations()).as(what).isEmpty();
        assertThat(media.b.violations()).as(what).isEmpty();
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }
}
