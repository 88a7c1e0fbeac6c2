package io.nvmelm.core.stream;

import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// A device that says of itself what a test gives it, takes any state and writes down what is done to it.
final class ManifestDevice implements MigratableDevice {
    final List<String> log = new ArrayList<>();
    final ByteArrayOutputStream loaded = new ByteArrayOutputStream();
    private final DeviceManifest manifest;
    private DeviceState state = DeviceState.STOP;

    ManifestDevice(DeviceManifest manifest) {
        this.manifest = manifest;
    }

    @Override
    public DeviceIdentity identity() {
        return new DeviceIdentity(manifest.name(), manifest.controller().map(ControllerManifest::identity));
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return manifest.capabilities();
    }

    @Override
    public DeviceState state() {
        return state;
    }

    @Override
    public DeviceManifest manifest() {
        return manifest;
    }

    @Override
    public List<StateFormat> stateFormats() {
        return manifest.formats();
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        log.add("select " + format);
    }

    @Override
    public Optional<MigrationData> setState(DeviceState target) {
        log.add(target.toString());
        state = target;
        return switch (target) {
            case RESUMING -> Optional.of(new Loading());
            case STOP_COPY -> Optional.of(ArrayState.of(new byte[] {1, 2, 3}));
            default -> Optional.empty();
        };
    }

    @Override
    public long estimatedStateBytes() {
        return manifest.estimatedStateBytes();
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return Optional.empty();
    }

    @Override
    public void reset() {
        log.add("reset");
        state = DeviceState.RUNNING;
    }

    @Override
    public void close() {}

    /// Takes what is written.
    private final class Loading implements MigrationData {
        @Override
        public Direction direction() {
            return Direction.LOADING;
        }

        @Override
        public int read(ByteBuffer destination) {
            throw new AssertionError("a session that loads is read");
        }

        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            loaded.writeBytes(bytes);
            log.add("write " + bytes.length);
            return bytes.length;
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.empty();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
