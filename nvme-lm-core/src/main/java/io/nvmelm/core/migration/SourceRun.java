package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.DeviceManifest;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCancelledException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreCopyStage;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One migration at its source. The [SourceStep] says who may run; everything that is done here is done because of its step.
/// Not thread-safe.
final class SourceRun {
    private final MigrationSetup setup;
    private final Decision decision;
    private final DeviceGroup devices;
    private final MigrationRecord record;
    private final Peer peer;
    private final SourceLink link;
    private final PreCopyPhase preCopy;
    private volatile SourceStep step = SourceStep.NEGOTIATING;
    private boolean opened;
    private boolean guestPaused;
    private boolean runsHere;
    /// What ended it.
    private @Nullable LiveMigrationException ended;

    SourceRun(MigrationSetup setup, MigrationChannel channel, Decision decision, List<PreCopyStage> stages) {
        this.setup = setup;
        this.decision = decision;
        this.devices = new DeviceGroup(setup.devices());
        this.record = new MigrationRecord(MigrationRole.SOURCE, setup.names(), setup);
        this.peer = new Peer(channel, setup.clock(), decision, setup.options().peerTimeout());
        this.link = new SourceLink(setup, devices, record, peer);
        this.preCopy = new PreCopyPhase(link, devices, stages);
    }

    MigrationReport run() {
        try {
            negotiate();
            copyWhileTheGuestRuns();
            stop();
            sendState();
            commit();
        } catch (Throwable e) {
            var report = failed(MigrationRecord.failureOf(e));
            if (e instanceof Error error) {
                throw error;
            }
            return report;
        }
        return succeeded();
    }

    private void negotiate() {
        link.begin(MigrationPhase.NEGOTIATE);
        var own = setup.manifests();
        record.expect(setup.devices().stream().mapToLong(MigratableDevice::estimatedStateBytes).sum());
        peer.rate(setup.options().bandwidth());
        opened = true;
        var theirs = link.stream().open(own);
        record.identify(link.stream().migrationId());
        PeerRecords.requireDevices(theirs, link.stream().reader());
        Preflight.between(own, theirs.devices(), setup.options()).throwIfImpossible();
        selectFormats(own, Records.decodeAccept(link.expect(RecordType.ACCEPT), own));
        on(SourceEvent.ACCEPTED);

        link.begin(MigrationPhase.PREPARE);
        link.destinationTime(Records.decodeReady(link.expect(RecordType.READY)));
        on(SourceEvent.READY);
    }

    /// Selects what the destination chose.
    private void selectFormats(List<DeviceManifest> offered, List<OptionalInt> chosen) {
        for (int i = 0; i < devices.size(); i++) {
            if (chosen.get(i).isPresent()) {
                var device = devices.device(i);
                device.selectStateFormat(offered.get(i).formats().get(chosen.get(i).getAsInt()));
            }
        }
    }

    private void copyWhileTheGuestRuns() {
        if (preCopy.isNeeded()) {
            link.begin(MigrationPhase.PRE_COPY);
            preCopy.run();
        }
        setup.devices().forEach(MigratableDevice::announceSuspension);
        devices.requireOperational();
        link.announce();
        link.estimate(preCopy).requireWithin(setup.options().blackoutBudget());
        on(SourceEvent.COPIED);
    }

    private void stop() {
        peer.blackoutBegins(setup.options().maximumBlackout());
        link.begin(MigrationPhase.SUSPEND);
        record.blackoutBegins();
        CallbackException.guard("pausing the guest", setup.guest()::pause);
        guestPaused = true;
        devices.stopAndSave(peer::requireGoing);
        on(SourceEvent.SUSPENDED);
    }

    private void sendState() {
        link.begin(MigrationPhase.TRANSFER);
        peer.rate(setup.options().switchoverBandwidth());
        peer.onIncoming(link::heedIncoming);
        preCopy.finish();
        link.awaitAnswer();
        var writer = link.writer();
        for (int i = 0; i < devices.size(); i++) {
            int index = i;
            setup.supplement(i)
                    .map(supplement -> CallbackException.ask("capturing the supplement", supplement::capture))
                    .ifPresent(properties -> writer.write(
                            RecordType.PROPERTIES, index, Records.properties(properties)));
            long[] before = {0};
            writer.writeState(i, devices.session(i), bytes -> {
                peer.requireGoing();
                link.moved(index, bytes - before[0]);
                before[0] = bytes;
            });
        }
        devices.requireOperational();
        writer.writeEnd();
        on(SourceEvent.STATE_SENT);
    }

    private void commit() {
        link.begin(MigrationPhase.LOAD);
        link.expect(RecordType.LOADED);
        on(SourceEvent.LOADED);

        link.begin(MigrationPhase.COMMIT);
        link.writer().write(RecordType.COMMIT, RecordType.WHOLE_STREAM, Records.empty());

        link.begin(MigrationPhase.RESUME);
        link.expect(RecordType.RUNNING);
        on(SourceEvent.CONFIRMED);
    }

    private MigrationReport succeeded() {
        record.blackoutEnds();
        preCopy.end(true).forEach(record::warn);
        endSessions();
        return report(false, null);
    }

    /// Ends the sessions of devices that stay stopped.
    private void endSessions() {
        try {
            devices.endSessions();
        } catch (Throwable e) {
            record.warn(MigrationRecord.failureOf(e));
        }
    }

    /// Before the decision the guest is taken back; after it everything stays stopped.
    private MigrationReport failed(LiveMigrationException failure) {
        failure.at(record.onlyDevice(), null);
        ended = failure;
        record.fail(failure);
        if (on(SourceEvent.FAILED) == SourceStep.ROLLED_BACK) {
            takeBack(failure);
            tellFailure(failure);
            return report(runsHere, failure);
        }
        endSessions();
        return report(false, failure);
    }

    /// Lets the devices and then the guest run again here.
    private void takeBack(LiveMigrationException failure) {
        record.begin(MigrationPhase.ROLL_BACK);
        runsHere = devices.runAgain(failure, name -> {
            record.wasReset(name);
            setup.guest().deviceWasReset(name);
        });
        if (runsHere && guestPaused) {
            runsHere = MigrationRecord.attempt(
                    failure, () -> CallbackException.guard("resuming the guest", setup.guest()::resume));
            guestPaused = !runsHere;
        }
        preCopy.end(false).forEach(thrown -> MigrationRecord.suppress(failure, thrown));
        if (runsHere) {
            record.blackoutEnds();
        } else {
            record.fail(failure);
        }
    }

    /// The destination cannot run without COMMIT, so it is told when the guest runs again.
    private void tellFailure(LiveMigrationException failure) {
        try {
            peer.deadline(MigrationPhase.ROLL_BACK.toString(), setup.options().peerTimeout());
            peer.rate(Long.MAX_VALUE);
            peer.onIncoming(() -> {});
            if (!opened) {
                link.stream().open(List.of());
            }
            if (!link.stream().isOpen()) {
                return;
            }
            link.writer().write(RecordType.FAILED, RecordType.WHOLE_STREAM, Records.failed(failure.category(), String
                    .valueOf(failure.getMessage())));
        } catch (Throwable e) {
            record.warn(MigrationRecord.failureOf(e));
        }
    }

    private MigrationReport report(boolean runsHere, @Nullable LiveMigrationException failure) {
        return record.report(step.permission(), runsHere, failure);
    }

    /// Takes the guest back after nobody knew who runs.
    MigrationReport reclaim() {
        on(SourceEvent.RECLAIM);
        return retryResume();
    }

    /// Tries again to run here after a roll-back that failed.
    MigrationReport retryResume() {
        var failure = Objects.requireNonNull(ended);
        takeBack(failure);
        return report(runsHere, failure);
    }

    /// {@return whether the guest is to run here, and does not}
    boolean isStrandedHere() {
        return (step() == SourceStep.ROLLED_BACK || step() == SourceStep.RECLAIMED) && !runsHere;
    }

    /// Gives the guest up here after nobody knew who runs.
    MigrationReport abandon() {
        on(SourceEvent.ABANDON);
        preCopy.end(true).forEach(record::warn);
        try {
            devices.reset();
        } catch (Throwable e) {
            record.warn(MigrationRecord.failureOf(e));
        }
        return report(false, ended);
    }

    /// Goes to the next step. With the first one in which nobody can cancel, nobody can.
    ///
    /// @throws MigrationCancelledException when somebody cancelled before; the step stays
    private SourceStep on(SourceEvent event) {
        var next = step.next(event);
        if (step.isCancellable() && !next.isCancellable()) {
            if (event == SourceEvent.FAILED) {
                decision.end();
            } else {
                decision.decide();
            }
            peer.decided();
            record.decided();
        }
        step = next;
        return next;
    }

    SourceStep step() {
        return step;
    }

    /// {@return whether something can happen now}
    boolean takes(SourceEvent event) {
        return step.after(event).isPresent();
    }
}
