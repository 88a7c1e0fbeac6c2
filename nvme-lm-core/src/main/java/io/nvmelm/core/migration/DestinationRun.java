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
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PeerException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReport;
import io.nvmelm.core.stream.DuplexStream;
import io.nvmelm.core.stream.RecordReader;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One migration at its destination. The [DestinationStep] says who may run; everything that is done here is done because of its
/// step. Not thread-safe.
final class DestinationRun {
    /// Most bytes of a refused state that are taken before the connection is given up.
    private static final long MAXIMUM_DROPPED_BYTES = 64L << 20;

    private final MigrationSetup setup;
    private final Decision decision;
    private final DeviceGroup devices;
    private final MigrationRecord record;
    private final Peer peer;
    private final DuplexStream stream;
    private final StateReception reception;
    private volatile DestinationStep step = DestinationStep.NEGOTIATING;
    private boolean opened;
    private boolean touched;
    /// How long beyond what everybody may be the source may be silent while it copies.
    private long promisedNanos;
    private boolean suspending;
    private @Nullable LiveMigrationException stranded;
    private boolean givingUp;

    DestinationRun(MigrationSetup setup, MigrationChannel channel, Decision decision) {
        this.setup = setup;
        this.decision = decision;
        this.devices = new DeviceGroup(setup.devices());
        this.record = new MigrationRecord(MigrationRole.DESTINATION, setup.names(), setup);
        this.peer = new Peer(channel, setup.clock(), decision, setup.options().peerTimeout());
        this.stream = new DuplexStream(MigrationRole.DESTINATION, peer, peer, setup.streamSettings());
        this.reception = new StateReception(setup, devices, record);
    }

    MigrationReport run() {
        try {
            negotiate();
            prepare();
            receive();
            load();
            awaitCommit();
            resume();
        } catch (Throwable e) {
            var report = failed(MigrationRecord.failureOf(e));
            if (e instanceof Error error) {
                throw error;
            }
            return report;
        }
        tellThatItRuns();
        return report(true, null);
    }

    private void begin(MigrationPhase phase) {
        record.begin(phase);
        peer.deadline(phase.toString(), setup.options().deadlineOf(phase));
    }

    private void negotiate() {
        begin(MigrationPhase.NEGOTIATE);
        var own = setup.manifests();
        opened = true;
        var manifest = stream.open(own);
        var theirs = manifest.devices();
        record.identify(stream.migrationId());
        PeerRecords.requireDevices(manifest, stream.reader());
        record.expect(theirs.stream()
                .mapToLong(DeviceManifest::estimatedStateBytes)
                .reduce(0, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b));
        var findings = Preflight.between(theirs, own, setup.options());
        refuse(findings);
        var chosen = new ArrayList<OptionalInt>();
        for (int i = 0; i < devices.size(); i++) {
            chosen.add(chooseFormat(theirs.get(i), devices.device(i)));
        }
        on(DestinationEvent.ACCEPTED);
        stream.writer().write(RecordType.ACCEPT, RecordType.WHOLE_STREAM, Records.accept(chosen));
    }

    /// Tells the source why it does not fit, when it does not.
    private void refuse(PreflightReport report) {
        List<PreflightFinding> blockers = report.blockers();
        if (!blockers.isEmpty()) {
            stream.writer().write(RecordType.REFUSE, RecordType.WHOLE_STREAM, Records.refuse(blockers));
            reception.told();
            report.throwIfImpossible();
        }
    }

    /// {@return the place of the first format of the source that this device has too; empty where there is no choice}
    private static OptionalInt chooseFormat(DeviceManifest source, MigratableDevice device) {
        var own = device.stateFormats();
        var offered = source.formats();
        if (own.isEmpty() && offered.isEmpty()) {
            return OptionalInt.empty();
        }
        for (int i = 0; i < offered.size(); i++) {
            if (own.contains(offered.get(i))) {
                device.selectStateFormat(offered.get(i));
                return OptionalInt.of(i);
            }
        }
        throw new MigrationUnsupportedException(
                List.of("the source delivers " + offered + ", this device takes " + own));
    }

    private void prepare() {
        begin(MigrationPhase.PREPARE);
        touched = true;
        devices.openLoading();
        devices.requireOperational();
        on(DestinationEvent.READY);
        var time = setup.devices().stream()
                .map(device -> device.estimatedCommandTime(MigrationRole.DESTINATION))
                .reduce(Duration.ZERO, Duration::plus);
        stream.writer().write(RecordType.READY, RecordType.WHOLE_STREAM, Records.ready(time));
    }

    /// Takes what the source sends until the state is complete. The source says when it begins to copy, and when it pauses the guest.
    private void receive() {
        begin(MigrationPhase.PRE_COPY);
        peer.watchSilence();
        reception.begin();
        var reader = stream.reader();
        while (!reception.isComplete()) {
            var type = PeerRecords.next(reader);
            switch (type) {
                case ALIVE -> {
                    promisedNanos = answer(reader);
                    leaveSuspend();
                }
                case SUSPENDING -> suspend(reader);
                default -> {
                    leaveSuspend();
                    reception.take(type, reader);
                    peer.listensAgain();
                }
            }
        }
        on(DestinationEvent.STATE_RECEIVED);
    }

    /// Takes that the source is about to pause the guest, which it is once.
    private void suspend(RecordReader reader) {
        if (suspending) {
            throw PeerRecords.unexpected(reader, RecordType.SUSPENDING, "a part of a state; it came before");
        }
        suspending = true;
        answer(reader);
        begin(MigrationPhase.SUSPEND);
        record.blackoutBegins();
    }

    /// Whatever the source says behind SUSPENDING, it says when it has suspended.
    private void leaveSuspend() {
        if (record.isIn(MigrationPhase.SUSPEND)) {
            begin(MigrationPhase.TRANSFER);
            peer.mayBeSilent(promisedNanos);
        }
    }

    /// Answers a sign of life, and heeds how long the source may be silent.
    ///
    /// @return that time
    private long answer(RecordReader reader) {
        long silence = Peer.nanos(Records.decodeAlive(reader));
        peer.mayBeSilent(silence);
        stream.writer().write(RecordType.ALIVE, RecordType.WHOLE_STREAM, Records.alive(setup.options()
                .keepAliveInterval()));
        return silence;
    }

    private void load() {
        begin(MigrationPhase.LOAD);
        for (int i = 0; i < devices.size(); i++) {
            peer.requireGoing();
            devices.load(i);
        }
        devices.requireOperational();
        peer.requireGoing();
        on(DestinationEvent.LOADED);
    }

    private void awaitCommit() {
        begin(MigrationPhase.COMMIT);
        stream.writer().write(RecordType.LOADED, RecordType.WHOLE_STREAM, Records.empty());
        peer.mayBeSilent(0);
        PeerRecords.require(RecordType.COMMIT, stream.reader());
        on(DestinationEvent.COMMITTED);
    }

    private void resume() {
        record.begin(MigrationPhase.RESUME);
        devices.requireOperational();
        devices.run();
        devices.requireOperational();
        CallbackException.guard("resuming the guest", setup.guest()::resume);
        record.blackoutEnds();
        on(DestinationEvent.RUNNING);
    }

    /// The guest runs; when the source cannot be told, it has to ask.
    private void tellThatItRuns() {
        try {
            peer.deadline(MigrationPhase.RESUME.toString(), setup.options().deadlineOf(MigrationPhase.RESUME));
            stream.writer().write(RecordType.RUNNING, RecordType.WHOLE_STREAM, Records.empty());
        } catch (Throwable e) {
            record.warn(MigrationRecord.failureOf(e));
        }
    }

    /// Resets the devices unless this side has the right to run, and tells the source. Devices that failed after this side got that
    /// right are left for the embedder: nobody else may run.
    private MigrationReport failed(LiveMigrationException failure) {
        failure.at(record.onlyDevice(), null);
        record.fail(failure);
        if (on(DestinationEvent.FAILED) == DestinationStep.STRANDED) {
            stranded = failure;
        } else if (touched) {
            MigrationRecord.attempt(failure, devices::reset);
        }
        tellFailure(failure);
        return report(false, failure);
    }

    private void tellFailure(LiveMigrationException failure) {
        try {
            peer.deadline(MigrationPhase.ROLL_BACK.toString(), setup.options().peerTimeout());
            if (!opened) {
                stream.open(List.of());
            }
            if (!stream.isOpen()) {
                return;
            }
            if (!reception.wasTold()) {
                stream.writer().write(RecordType.FAILED, RecordType.WHOLE_STREAM, Records.failed(failure.category(),
                        String.valueOf(failure.getMessage())));
            }
            if (reception.isUnderWay() && !(failure instanceof PeerException)) {
                reception.drop(stream.reader(), MAXIMUM_DROPPED_BYTES);
            }
        } catch (Throwable e) {
            record.warn(MigrationRecord.failureOf(e));
        }
    }

    private MigrationReport report(boolean runsHere, @Nullable LiveMigrationException failure) {
        return record.report(step.permission(), runsHere, failure);
    }

    /// Tries again to run here after the right to run arrived and resuming failed. The source is not told: the connection is the caller's
    /// again.
    MigrationReport retryResume() {
        var first = Objects.requireNonNull(stranded);
        on(DestinationEvent.RETRY);
        try {
            resume();
        } catch (Throwable e) {
            var failure = MigrationRecord.failureOf(e);
            MigrationRecord.suppress(first, failure);
            record.fail(failure);
            on(DestinationEvent.FAILED);
            var report = report(false, first);
            if (e instanceof Error error) {
                throw error;
            }
            return report;
        }
        return report(true, null);
    }

    /// Gives the right to run up after resuming failed, once no device can serve the guest any more.
    MigrationReport relinquish() {
        givingUp = true;
        var failure = Objects.requireNonNull(stranded);
        if (devices.giveUp(failure)) {
            on(DestinationEvent.RELINQUISH);
        }
        return report(false, failure);
    }

    /// {@return whether the guest may run here and does not, and nothing of it was reset on purpose}
    boolean isResumable() {
        return takes(DestinationEvent.RETRY) && !givingUp;
    }

    /// Goes to the next step. With the first one in which nobody can cancel, nobody can.
    ///
    /// @throws MigrationCancelledException when somebody cancelled before; the step stays
    private DestinationStep on(DestinationEvent event) {
        var next = step.next(event);
        if (step.isCancellable() && !next.isCancellable()) {
            if (event == DestinationEvent.FAILED) {
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

    DestinationStep step() {
        return step;
    }

    /// {@return whether something can happen now}
    boolean takes(DestinationEvent event) {
        return step.after(event).isPresent();
    }
}
