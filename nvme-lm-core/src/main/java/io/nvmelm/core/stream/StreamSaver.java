package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes the state of devices as a stream that [StreamLoader] reads. Blocks for the device and the channel; keeps nothing. Memory: one
/// buffer of a piece.
public final class StreamSaver {
    private StreamSaver() {}

    /// Saves devices that stand in [DeviceState#STOP], in their best format each, one after the other. They are in STOP again afterwards,
    /// also when saving failed and the device allows.
    ///
    /// @param devices  devices in STOP, 0 to [StreamManifest#MAXIMUM_DEVICES]
    /// @param out      where the stream goes, in blocking mode; left open
    /// @param settings sizes, checksums, key
    /// @return bytes of the stream
    /// @throws DeviceStateException   when a device is not in STOP; nothing was written
    /// @throws InvalidValueException  when a device is there twice, the manifest is too large, or the channel does not block; nothing was
    ///                                written
    /// @throws LiveMigrationException when a device or the channel failed; what was written is no complete stream
    public static long save(List<? extends MigratableDevice> devices, WritableByteChannel out,
            StreamSettings settings) {
        requireDistinct("devices", devices);
        var sink = Channels.sink(out);
        var manifests = new ArrayList<DeviceManifest>();
        var formats = new ArrayList<Optional<StateFormat>>();
        for (var device : devices) {
            if (device.state() != DeviceState.STOP) {
                throw new DeviceStateException(
                        device.state(), "save in state " + device.state(), "Take the device to STOP before")
                        .at(device.identity().name(), "saving");
            }
            var manifest = device.manifest().withSupplied(false);
            manifests.add(manifest);
            formats.add(manifest.formats().stream().findFirst());
        }
        return write(manifests, formats, sink, settings, Origin.create(), writer -> {
            for (int i = 0; i < devices.size(); i++) {
                saveState(writer, i, devices.get(i), formats.get(i));
            }
        });
    }

    private static void saveState(
            RecordWriter writer, int place, MigratableDevice device, Optional<StateFormat> format) {
        format.ifPresent(device::selectStateFormat);
        try {
            var opened = device.setState(DeviceState.STOP_COPY)
                    .orElseThrow(() -> new DeviceStateException(
                            device.state(),
                            "STOP_COPY opened no session",
                            "This is a defect of the device's implementation"));
            try (var session = opened) {
                writer.writeState(place, session, StateProgress.SILENT);
            }
        } catch (RuntimeException e) {
            try {
                device.setState(DeviceState.STOP);
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        device.setState(DeviceState.STOP);
    }

    /// Saves from sessions that the caller opened, one after the other.
    ///
    /// @param sessions open sessions, 0 to [StreamManifest#MAXIMUM_DEVICES]
    /// @param out      where the stream goes, in blocking mode; left open
    /// @param settings sizes, checksums, key
    /// @return bytes of the stream
    /// @throws InvalidValueException  when a session is there twice, the manifest is too large, or the channel does not block; nothing was
    ///                                written
    /// @throws LiveMigrationException when a device or the channel failed; what was written is no complete stream
    public static long saveSessions(List<SavingSession> sessions, WritableByteChannel out, StreamSettings settings) {
        requireDistinct("sessions", sessions.stream().map(SavingSession::session).toList());
        return saveSessions(sessions, Channels.sink(out), settings, Origin.create());
    }

    /// Refuses a list in which something stands twice.
    static void requireDistinct(String field, List<?> parts) {
        if (new HashSet<>(parts).size() != parts.size()) {
            throw new InvalidValueException(field, "one of them twice", "each once");
        }
    }

    static long saveSessions(List<SavingSession> sessions, ByteSink out, StreamSettings settings, Origin origin) {
        return write(
                sessions.stream().map(SavingSession::manifest).toList(),
                sessions.stream().map(SavingSession::format).toList(),
                out,
                settings,
                origin,
                writer -> {
                    for (int i = 0; i < sessions.size(); i++) {
                        int place = i;
                        sessions.get(i)
                                .properties()
                                .ifPresent(properties -> writer.write(
                                        RecordType.PROPERTIES, place, Records.properties(properties)));
                        writer.writeState(i, sessions.get(i).session(), StateProgress.SILENT);
                    }
                });
    }

    private static long write(
            List<DeviceManifest> devices,
            List<Optional<StateFormat>> formats,
            ByteSink out,
            StreamSettings settings,
            Origin origin,
            Consumer<RecordWriter> states) {
        var manifest = ManifestCodec.encode(origin.manifest(devices, formats));
        var preamble = Preamble.of(StreamKind.FILE, settings, manifest.remaining(), origin.streamId());
        byte[] head = preamble.encode().array();
        var authenticator = settings.key().map(key -> Authenticator.of(key, StreamKind.FILE, List.of(head)));
        var writer = new RecordWriter(out, settings, preamble, authenticator, devices);
        out.write(ByteBuffer.wrap(head));
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, manifest);
        states.accept(writer);
        writer.writeEnd();
        return writer.bytesWritten();
    }
}
