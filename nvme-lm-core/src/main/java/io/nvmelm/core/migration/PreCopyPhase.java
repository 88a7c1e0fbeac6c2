package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.PreCopyStage.Remainder;
import io.nvmelm.core.stream.RecordType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the source copies beside the state, while the guest runs and at the end of it: stages of the embedder, and the state of devices
/// that deliver it while they run. Not thread-safe.
final class PreCopyPhase {
    /// How many rounds in a row may leave no less than the best before them, although a stage expects that another one would.
    private static final int IDLE_ROUNDS = 3;

    private final SourceLink link;
    private final DeviceGroup devices;
    private final List<PreCopyStage> stages;
    private final List<@Nullable Remainder> remainders = new ArrayList<>();
    private final ByteBuffer piece;
    private boolean ended;

    PreCopyPhase(SourceLink link, DeviceGroup devices, List<PreCopyStage> stages) {
        this.link = link;
        this.devices = devices;
        this.stages = stages;
        stages.forEach(stage -> remainders.add(null));
        piece = isNeededFor(devices) ? ByteBuffer.allocateDirect(link.options().pieceBytes()) : ByteBuffer.allocate(0);
    }

    private static boolean isNeededFor(DeviceGroup devices) {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.can(i, MigrationCapability.PRE_COPY)) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether there is anything to copy while the guest runs}
    boolean isNeeded() {
        return !stages.isEmpty() || piece.capacity() > 0;
    }

    /// Copies until the estimate fits the budget, or copying on does not make it less.
    void run() {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.can(i, MigrationCapability.PRE_COPY)) {
                devices.openPreCopy(i);
            }
        }
        int idleRounds = 0;
        var best = Duration.ofNanos(Long.MAX_VALUE);
        while (true) {
            link.peer().requireGoing();
            boolean converging = false;
            for (int i = 0; i < devices.size(); i++) {
                if (devices.can(i, MigrationCapability.PRE_COPY)) {
                    copyDevice(i);
                }
            }
            for (int i = 0; i < stages.size(); i++) {
                var stage = stages.get(i);
                var remainder = CallbackException.ask(
                        "stage " + stage.name(), () -> told(stage, link.options().bandwidth(), stage::copy));
                link.peer().requireGoing();
                remainders.set(i, remainder);
                converging |= remainder.converging();
            }
            var estimate = link.estimate(this).total();
            if (estimate.compareTo(link.options().blackoutBudget()) <= 0) {
                return;
            }
            if (estimate.compareTo(best) < 0) {
                best = estimate;
                idleRounds = 0;
            } else if (!converging || ++idleRounds == IDLE_ROUNDS) {
                return;
            }
        }
    }

    /// Adds what is left to an estimate.
    void addTo(BlackoutEstimate estimate) {
        long limit = link.options().switchoverBandwidth();
        for (int i = 0; i < stages.size(); i++) {
            var remainder = remainders.get(i);
            if (remainder != null && remainder.bytes() > 0) {
                estimate.addBytes(stages.get(i).name(), remainder.bytes(), remainder.bytesPerSecond(), limit);
            }
        }
    }

    /// Sends what a running device has to say of its state: until it has nothing more to say now, or as much as its whole state, if the
    /// initial bytes are among it. A device that changes as fast as it is read has a next round, or is stopped.
    private void copyDevice(int index) {
        var session = devices.session(index);
        long round = devices.device(index).estimatedStateBytes();
        for (long sent = 0; sent < round || hasInitialBytes(session); sent += piece.limit()) {
            piece.clear();
            int bytes = session.read(piece);
            if (bytes <= 0) {
                return;
            }
            link.writer().write(RecordType.STATE, index, piece.flip());
            link.moved(index, bytes);
            link.keepAlive();
        }
    }

    private static boolean hasInitialBytes(MigrationData session) {
        return session.preCopyInfo().map(info -> info.initialBytes() > 0).orElse(false);
    }

    /// Copies the rest while everything stands still.
    void finish() {
        for (var stage : stages) {
            CallbackException.guard(
                    "stage " + stage.name(), () -> told(stage, link.options().switchoverBandwidth(), context -> {
                        stage.finish(context);
                        return stage;
                    }));
            link.peer().requireGoing();
        }
    }

    /// Tells the stages how it ended, in reverse order; once. Every one is told.
    ///
    /// @param completed whether the right to run was given away
    /// @return what was thrown by it
    List<LiveMigrationException> end(boolean completed) {
        var thrown = new ArrayList<LiveMigrationException>();
        if (!ended) {
            ended = true;
            for (var stage : stages.reversed()) {
                try {
                    CallbackException.guard(
                            "stage " + stage.name(), completed ? stage::complete : stage::abandon);
                } catch (Throwable e) {
                    thrown.add(MigrationRecord.failureOf(e));
                }
            }
        }
        return thrown;
    }

    /// Calls a stage with a context that is good for this call alone.
    private <T> T told(PreCopyStage stage, long bandwidth, Function<PreCopyContext, T> call) {
        var context = new StageContext(link, stage.name(), bandwidth);
        try {
            return call.apply(context);
        } finally {
            context.end();
        }
    }
}
