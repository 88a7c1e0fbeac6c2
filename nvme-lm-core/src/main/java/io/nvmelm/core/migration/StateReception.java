package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.ControllerProperties;
import io.nvmelm.core.stream.RecordReader;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;

/// The states of the devices as they arrive at the destination. The reader counts, and refuses what does not follow from the manifest or
/// is more than a device takes; nothing is kept: what arrives goes to the sessions. Not thread-safe.
final class StateReception {
    private final MigrationSetup setup;
    private final DeviceGroup devices;
    private final MigrationRecord record;
    private boolean underWay;
    private boolean complete;
    private boolean told;

    StateReception(MigrationSetup setup, DeviceGroup devices, MigrationRecord record) {
        this.setup = setup;
        this.devices = devices;
        this.record = record;
    }

    /// From here on the source may send state.
    void begin() {
        underWay = true;
    }

    /// {@return whether the source may be sending state}
    boolean isUnderWay() {
        return underWay && !complete;
    }

    boolean isComplete() {
        return complete;
    }

    /// The source has been told why it ends.
    void told() {
        told = true;
    }

    boolean wasTold() {
        return told;
    }

    /// Takes a record of the states.
    void take(RecordType type, RecordReader reader) {
        switch (type) {
            case STATE -> {
                int length = reader.payload().remaining();
                devices.session(reader.device()).write(reader.payload());
                record.moved(devices.device(reader.device()).identity().name(), length);
            }
            case PROPERTIES -> apply(reader.device(), Records.decodeProperties(reader));
            case STATE_END -> {}
            case END -> complete = true;
            default -> throw PeerRecords.unexpected(reader, type, "a part of a state");
        }
    }

    private void apply(int device, ControllerProperties properties) {
        setup.supplement(device)
                .ifPresent(supplement -> CallbackException.guard(
                        "applying the supplement", () -> supplement.apply(properties)));
    }

    /// Takes and drops what the source still sends, to the end of the states: a source that waits for its bytes to be taken could not
    /// read why they are of no use.
    void drop(RecordReader reader, long maximumBytes) {
        long limit = reader.bytesRead() + maximumBytes;
        while (reader.bytesRead() < limit) {
            var type = reader.next();
            if (type == RecordType.END || type == RecordType.FAILED) {
                return;
            }
        }
    }
}
