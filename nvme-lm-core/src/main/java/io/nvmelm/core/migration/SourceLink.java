package io.nvmelm.core.migration;

import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationRole;
import io.nvmelm.core.stream.DuplexStream;
import io.nvmelm.core.stream.RecordReader;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.RecordWriter;
import io.nvmelm.core.stream.Records;
import java.time.Duration;

/// The source's end of the connection: signs of life, and how long the rest would take. Not thread-safe.
final class SourceLink {
    /// Messages that cross the connection one after the other in the blackout: the state and its acknowledgement, COMMIT.
    private static final int BLACKOUT_CROSSINGS = 3;

    private final MigrationSetup setup;
    private final DeviceGroup devices;
    private final MigrationRecord record;
    private final Peer peer;
    private final DuplexStream stream;
    private final long keepAliveNanos;
    private long askedAt;
    private boolean asked;
    /// Whether the other side was asked at all.
    private boolean everAsked;
    private long roundTripNanos;
    private Duration destinationTime = Duration.ZERO;

    SourceLink(MigrationSetup setup, DeviceGroup devices, MigrationRecord record, Peer peer) {
        this.setup = setup;
        this.devices = devices;
        this.record = record;
        this.peer = peer;
        this.stream = new DuplexStream(MigrationRole.SOURCE, peer, peer, setup.streamSettings());
        this.keepAliveNanos = Peer.nanos(setup.options().keepAliveInterval());
    }

    MigrationOptions options() {
        return setup.options();
    }

    Peer peer() {
        return peer;
    }

    DuplexStream stream() {
        return stream;
    }

    RecordWriter writer() {
        return stream.writer();
    }

    /// Begins a phase.
    void begin(MigrationPhase phase) {
        record.begin(phase);
        peer.deadline(phase.toString(), options().deadlineOf(phase));
    }

    /// Waits for a record, and takes it.
    RecordReader expect(RecordType type) {
        var reader = stream.reader();
        PeerRecords.require(type, reader);
        return reader;
    }

    /// Takes how long the destination will need in the blackout for its devices.
    void destinationTime(Duration time) {
        destinationTime = time;
    }

    /// Shows that this side is there when it is time for that, and sees whether the other side is: it answers each sign of life. Waits
    /// only for an answer that is late.
    void keepAlive() {
        peer.requireGoing();
        long sinceAsked = setup.clock().nanoTime() - askedAt;
        if (asked && (peer.hasSaidSomething() || sinceAsked >= Peer.nanos(options().peerTimeout()) / 2)) {
            expectAnswer();
        }
        if (!asked && (!everAsked || sinceAsked >= keepAliveNanos)) {
            ask(RecordType.ALIVE, options().keepAliveInterval());
        }
    }

    private void expectAnswer() {
        peer.watchSilence();
        expect(RecordType.ALIVE);
        peer.bearSilence();
        asked = false;
    }

    /// Takes an answer that is still on its way.
    void awaitAnswer() {
        if (asked) {
            expectAnswer();
        }
    }

    /// Takes what the other side said while this side has something to send: an answer to a sign of life, or why it failed.
    void heedIncoming() {
        if (!asked) {
            var reader = stream.reader();
            throw PeerRecords.unexpected(reader, PeerRecords.next(reader), RecordType.FAILED.toString());
        }
        expectAnswer();
    }

    private void ask(RecordType type, Duration silence) {
        writer().write(type, RecordType.WHOLE_STREAM, Records.alive(silence));
        askedAt = setup.clock().nanoTime();
        asked = true;
        everAsked = true;
    }

    /// Makes sure that the other side is there, measures how far away it is, and tells it that this side will be silent for the time that
    /// stopping takes.
    void announce() {
        awaitAnswer();
        ask(RecordType.SUSPENDING, options().deadlineOf(MigrationPhase.SUSPEND));
        expectAnswer();
        roundTripNanos = setup.clock().nanoTime() - askedAt;
    }

    /// {@return how long the guest would stand still if it were paused now}
    BlackoutEstimate estimate(PreCopyPhase preCopy) {
        var estimate = new BlackoutEstimate();
        preCopy.addTo(estimate);
        for (var device : setup.devices()) {
            var name = device.identity().name();
            estimate.add("the commands of " + name, device.estimatedCommandTime(MigrationRole.SOURCE));
            estimate.addBytes(
                    "the state of " + name,
                    device.estimatedStateBytes(),
                    peer.measuredRate(),
                    options().switchoverBandwidth());
        }
        estimate.add("the commands of the destination", destinationTime);
        estimate.add("the way to the destination", Duration.ofNanos(BLACKOUT_CROSSINGS * roundTripNanos / 2));
        record.estimate(estimate.total());
        return estimate;
    }

    void moved(int device, long bytes) {
        record.moved(devices.device(device).identity().name(), bytes);
    }

    void progress(String activity, long copiedBytes, long remainingBytes) {
        record.progress(activity, remainingBytes, 0);
    }
}
