package io.nvmelm.core.stream;

import io.nvmelm.CallbackException;
import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.PreflightReport;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.preflight.DeviceComparison;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Loads the state of devices from a stream that [StreamSaver] wrote. Not thread-safe; blocks for the device and the channel; keeps
/// nothing of a stream. Memory: one buffer of a piece, the manifest and the properties.
public final class StreamLoader {
    private final List<MigratableDevice> devices;
    private final StreamSettings settings;
    private final Map<MigratableDevice, ControllerSupplement> supplements = new HashMap<>();
    private MigrationOptions options = MigrationOptions.defaults();

    /// Makes a loader. Touches no device.
    ///
    /// @param devices  the devices, in the order of the stream; freshly reset when they are loaded
    /// @param settings the key, if the stream has one
    /// @throws InvalidValueException when a device is there twice
    public StreamLoader(List<? extends MigratableDevice> devices, StreamSettings settings) {
        StreamSaver.requireDistinct("devices", devices);
        this.devices = List.copyOf(devices);
        this.settings = settings;
    }

    /// Sets for which reasons a stream that does not fit is loaded all the same ([MigrationOptions#waived()]); nothing else of the options
    /// is heeded.
    ///
    /// @param chosen options of a migration
    /// @return this
    public StreamLoader options(MigrationOptions chosen) {
        options = chosen;
        return this;
    }

    /// Has the parts of a device that are in no state put into it: in front of its state, since enabling a controller ends its queues.
    ///
    /// @param device     one of the devices
    /// @param supplement who puts them there
    /// @return this
    /// @throws InvalidValueException when it is not one of the devices
    public StreamLoader supplement(MigratableDevice device, ControllerSupplement supplement) {
        if (!devices.contains(device)) {
            throw new InvalidValueException(
                    "device", device.identity().name(), "one of the devices that are loaded");
        }
        supplements.put(device, supplement);
        return this;
    }

    /// Loads devices without supplements, and waives nothing.
    ///
    /// @param devices  the devices, in the order of the stream; freshly reset
    /// @param in       where the stream comes from, as of [#load(ReadableByteChannel)]
    /// @param settings the key, if the stream has one
    /// @return manifest and properties
    /// @throws LiveMigrationException as [#load(ReadableByteChannel)] does
    public static LoadedStream load(
            List<? extends MigratableDevice> devices, ReadableByteChannel in, StreamSettings settings) {
        return new StreamLoader(devices, settings).load(in);
    }

    /// Reads what a file, or what [DeviceManifests] wrote, says at its front. To load the file, give it from its start again.
    ///
    /// @param in       where the stream starts, in blocking mode; read to the end of the manifest and no byte further, left open
    /// @param settings the key, if the stream has one
    /// @return the manifest, verified by checksum and key
    /// @throws InvalidValueException  when the channel does not block
    /// @throws StreamFormatException  when the stream is damaged, not authentic or of another kind
    /// @throws LiveMigrationException when the channel failed
    public static StreamManifest readManifest(ReadableByteChannel in, StreamSettings settings) {
        return open(new StreamInput(Channels.source(in)), settings).readManifest();
    }

    /// Loads the devices, which are in [DeviceState#STOP] afterwards: who runs them is the caller's decision.
    ///
    /// Before a device is touched, the manifest has been verified, and compared with what the devices say as the two ends of a migration
    /// compare it, so that a blocker that is not waived refuses. A device leaves [DeviceState#RESUMING] only when the whole stream, to its
    /// END, was verified. When anything fails later, every device that was touched is reset, so that none has a part of a state; a device
    /// whose reset fails too is in [DeviceState#ERROR].
    ///
    /// @param in where the stream comes from, in blocking mode; read to END and no byte further, left open
    /// @return manifest and properties
    /// @throws MigrationUnsupportedException with every reason why the stream does not fit; nothing was touched
    /// @throws InvalidValueException         when the channel does not block; nothing was touched
    /// @throws StreamFormatException         when the stream is damaged, not authentic, of another kind or not complete
    /// @throws LiveMigrationException        when a device, a supplement or the channel failed
    public LoadedStream load(ReadableByteChannel in) {
        var reader = openFile(new StreamInput(Channels.source(in)), settings);
        var manifest = reader.readManifest();
        var own = devices.stream()
                .map(device -> device.manifest().withSupplied(supplements.containsKey(device)))
                .toList();
        requireFit(own, manifest);
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
        return reader(input, StreamHead.read(input, settings).require(StreamKind.FILE), settings);
    }

    /// A file or manifests by themselves.
    static RecordReader open(StreamInput input, StreamSettings settings) {
        var head = StreamHead.read(input, settings);
        var kind = head.preamble().kind();
        return reader(input, kind == StreamKind.MANIFEST ? head : head.require(StreamKind.FILE), settings);
    }

    static RecordReader reader(StreamInput input, StreamHead head, StreamSettings settings) {
        var kind = head.preamble().kind();
        var authenticator = settings.key().map(key -> Authenticator.of(key, kind, List.of(head.bytes())));
        return new RecordReader(input, head.preamble(), authenticator);
    }

    private List<Optional<ControllerProperties>> readStates(RecordReader reader, List<MigrationData> sessions) {
        var properties = new ArrayList<Optional<ControllerProperties>>();
        sessions.forEach(session -> properties.add(Optional.empty()));
        while (true) {
            switch (reader.next()) {
                case STATE -> sessions.get(reader.device()).write(reader.payload());
                case PROPERTIES -> {
                    var brought = Records.decodeProperties(reader);
                    properties.set(reader.device(), Optional.of(brought));
                    apply(devices.get(reader.device()), brought);
                }
                case END -> {
                    return properties;
                }
                default -> {}
            }
        }
    }

    private void apply(MigratableDevice device, ControllerProperties properties) {
        Optional.ofNullable(supplements.get(device))
                .ifPresent(supplement -> CallbackException.guard(
                        "applying the supplement", () -> supplement.apply(properties)));
    }

    private void requireFit(List<DeviceManifest> own, StreamManifest manifest) {
        int count = manifest.devices().size();
        if (count != devices.size()) {
            throw new MigrationUnsupportedException(
                    List.of("the stream has " + count + " devices, " + devices.size() + " were given"));
        }
        if (manifest.chosenFormats().size() != count) {
            throw new MigrationUnsupportedException(List.of("the stream does not say the formats of its states"));
        }
        var findings = new ArrayList<PreflightFinding>();
        for (int i = 0; i < count; i++) {
            requireLoadable(devices.get(i), own.get(i).name(), findings);
            findings.addAll(DeviceComparison.between(inItsFormat(manifest, i), own.get(i)));
        }
        new PreflightReport(findings).waiving(options.waived()).throwIfImpossible();
    }

    /// A device whose state is there in one format alone.
    private static DeviceManifest inItsFormat(StreamManifest manifest, int index) {
        return manifest.devices()
                .get(index)
                .withFormats(manifest.chosenFormats().get(index).stream().toList());
    }

    private static void requireLoadable(MigratableDevice device, String name, List<PreflightFinding> findings) {
        var state = device.state();
        if (state != DeviceState.RUNNING && state != DeviceState.STOP) {
            findings.add(new PreflightFinding(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    MigrationRole.DESTINATION,
                    name,
                    "state of the device",
                    state.toString(),
                    "RUNNING or STOP",
                    "Reset the device"));
        }
    }
}
