package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.StreamFormatException;
import io.nvmelm.nvme.StateFormat;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Loads the state of devices from a stream that [StreamSaver] wrote. Blocks for the device and the channel; keeps nothing. Memory: one
/// buffer of a piece, the manifest and the properties.
public final class StreamLoader {
    private StreamLoader() {}

    /// Loads devices, which are in [DeviceState#STOP] afterwards: who runs them is the caller's decision.
    ///
    /// Before a device is touched, the manifest has been verified and compared: number of devices, formats, sizes. A device leaves
    /// [DeviceState#RESUMING] only when the whole stream, to its END, was verified. When anything fails later, every device that was
    /// touched is reset, so that none has a part of a state; a device whose reset fails too is in [DeviceState#ERROR].
    ///
    /// @param devices  the devices, in the order of the stream; freshly reset
    /// @param in       where the stream comes from, in blocking mode; read to END and no byte further, left open
    /// @param settings the key, if the stream has one
    /// @return manifest and properties
    /// @throws MigrationUnsupportedException with every reason why the stream does not fit; nothing was touched
    /// @throws InvalidValueException         when a device is there twice, or the channel does not block; nothing was touched
    /// @throws StreamFormatException         when the stream is damaged, not authentic, of another kind or not complete
    /// @throws LiveMigrationException        when a device or the channel failed
    public static LoadedStream load(
            List<? extends MigratableDevice> devices, ReadableByteChannel in, StreamSettings settings) {
        StreamSaver.requireDistinct("devices", devices);
        var input = new StreamInput(Channels.source(in));
        var reader = openFile(input, settings);
        var manifest = reader.readManifest();
        var own = devices.stream().map(MigratableDevice::manifest).toList();
        requireFit(devices, own, manifest);
        reader.limitStates(own);
        int touched = 0;
        try {
            var sessions = new ArrayList<MigrationData>();
            for (var device : devices) {
                manifest.chosenFormats().get(touched).ifPresent(device::selectStateFormat);
                touched++;
                sessions.add(device.setState(DeviceState.RESUMING)
                        .orElseThrow(() -> new DeviceStateException(
                                device.state(),
                                "RESUMING opened no session",
                                "This is a defect of the device's implementation")));
            }
            var properties = readStates(reader, sessions);
            sessions.forEach(MigrationData::close);
            devices.forEach(device -> device.setState(DeviceState.STOP));
            return new LoadedStream(manifest, properties);
        } catch (RuntimeException | Error e) {
            for (var device : devices.subList(0, touched)) {
                reset(device, e);
            }
            throw e;
        }
    }

    /// Every device is tried, whatever became of the one before.
    private static void reset(MigratableDevice device, Throwable failure) {
        try {
            device.reset();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    static RecordReader openFile(StreamInput input, StreamSettings settings) {
        var head = StreamHead.read(input, settings).require(StreamKind.FILE);
        var authenticator = settings.key().map(key -> Authenticator.of(key, StreamKind.FILE, List.of(head.bytes())));
        return new RecordReader(input, head.preamble(), authenticator);
    }

    private static List<Optional<ControllerProperties>> readStates(RecordReader reader, List<MigrationData> sessions) {
        var properties = new ArrayList<Optional<ControllerProperties>>();
        sessions.forEach(session -> properties.add(Optional.empty()));
        while (true) {
            switch (reader.next()) {
                case STATE -> sessions.get(reader.device()).write(reader.payload());
                case PROPERTIES -> properties.set(reader.device(), Optional.of(Records.decodeProperties(reader)));
                case END -> {
                    return properties;
                }
                default -> {}
            }
        }
    }

    private static void requireFit(
            List<? extends MigratableDevice> devices, List<DeviceManifest> own, StreamManifest manifest) {
        int count = manifest.devices().size();
        var reasons = new ArrayList<String>();
        if (count != devices.size()) {
            reasons.add("the stream has " + count + " devices, " + devices.size() + " were given");
        } else if (manifest.chosenFormats().size() != count) {
            reasons.add("the stream does not say the formats of its states");
        } else {
            for (int i = 0; i < count; i++) {
                addReasons(
                        devices.get(i),
                        own.get(i),
                        manifest.devices().get(i),
                        manifest.chosenFormats().get(i),
                        reasons);
            }
        }
        if (!reasons.isEmpty()) {
            throw new MigrationUnsupportedException(reasons);
        }
    }

    private static void addReasons(
            MigratableDevice device,
            DeviceManifest own,
            DeviceManifest saved,
            Optional<StateFormat> format,
            List<String> reasons) {
        var formats = own.formats();
        if (format.isPresent() ? !formats.contains(format.get()) : !formats.isEmpty()) {
            reasons.add(own.name() + ": the state of " + Texts.shown(saved.name()) + " has the format "
                    + format.map(StateFormat::toString).orElse("of a kernel's driver") + ", this device takes "
                    + formats);
        }
        if (saved.estimatedStateBytes() > own.maximumStateBytes()) {
            reasons.add(own.name() + ": the state has about " + saved.estimatedStateBytes()
                    + " bytes, this device takes up to " + own.maximumStateBytes());
        }
        var state = device.state();
        if (state != DeviceState.RUNNING && state != DeviceState.STOP) {
            reasons.add(own.name() + ": it is in " + state + ", to be loaded it has to be in RUNNING or STOP");
        }
    }
}
