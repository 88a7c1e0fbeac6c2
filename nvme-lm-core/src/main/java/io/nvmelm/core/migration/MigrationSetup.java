package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationInProgressException;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.core.stream.StreamSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one side of a migration was given before it starts. Not thread-safe.
final class MigrationSetup {
    private final MigrationRole role;
    private final List<MigratableDevice> devices;
    private final Map<MigratableDevice, ControllerSupplement> supplements = new HashMap<>();
    private MigrationOptions options = MigrationOptions.defaults();
    private GuestControl guest = GuestControl.UNMANAGED;
    private MigrationListener listener = MigrationListener.SILENT;
    private MigrationClock clock = MigrationClock.SYSTEM;
    private @Nullable MigrationHistory history;

    MigrationSetup(MigrationRole role, List<? extends MigratableDevice> devices) {
        this.role = role;
        this.devices = List.copyOf(devices);
        if (devices.isEmpty()) {
            throw new InvalidValueException("devices", "none", "1 or more");
        }
        if (this.devices.size() != this.devices.stream().distinct().count()) {
            throw new InvalidValueException("devices", "one of them twice", "each device once");
        }
    }

    List<MigratableDevice> devices() {
        return devices;
    }

    /// {@return the names of the devices}
    List<String> names() {
        return devices.stream().map(device -> device.identity().name()).toList();
    }

    MigrationOptions options() {
        return options;
    }

    void options(MigrationOptions chosen) {
        options = chosen;
    }

    GuestControl guest() {
        return guest;
    }

    void guest(GuestControl control) {
        guest = control;
    }

    MigrationListener listener() {
        return listener;
    }

    void listener(MigrationListener progress) {
        listener = progress;
    }

    MigrationClock clock() {
        return clock;
    }

    void clock(MigrationClock time) {
        clock = time;
    }

    Optional<MigrationHistory> history() {
        return Optional.ofNullable(history);
    }

    void history(MigrationHistory kept) {
        history = kept;
    }

    /// {@return who moves the parts of a device that are in no state}
    Optional<ControllerSupplement> supplement(int index) {
        return Optional.ofNullable(supplements.get(devices.get(index)));
    }

    void supplement(MigratableDevice device, ControllerSupplement supplement) {
        if (!devices.contains(device)) {
            throw new InvalidValueException(
                    "device", device.identity().name(), "one of the devices of this migration");
        }
        supplements.put(device, supplement);
    }

    /// {@return what each device says of itself}
    List<DeviceManifest> manifests() {
        return devices.stream()
                .map(device -> device.manifest().withSupplied(supplements.containsKey(device)))
                .toList();
    }

    StreamSettings streamSettings() {
        return new StreamSettings(options.pieceBytes(), options.stateChecksums(), options.authenticationKey());
    }

    /// {@return what this is the setup of}
    String owner() {
        return role == MigrationRole.SOURCE ? "sender" : "receiver";
    }

    /// Takes a device for this migration alone.
    void claim(MigratableDevice device) {
        if (!device.migrationClaim().take()) {
            throw new MigrationInProgressException("another migration has the device, and has not returned")
                    .at(device.identity().name(), "claiming the device");
        }
    }

    /// Refuses devices that do not run.
    void requireRunning() {
        for (var device : devices) {
            var state = CallbackException.ask("asking the device for its state", device::state);
            if (state != DeviceState.RUNNING) {
                throw (DeviceStateException) new DeviceStateException(
                        state, "the device is not running", "Resume or reset the device first")
                        .at(device.identity().name(), "starting the migration");
            }
        }
    }

    /// Refuses a second use.
    void requireUnused(boolean used) {
        if (used) {
            throw (DeviceStateException) new DeviceStateException(
                    devices.getFirst().state(),
                    "this " + owner() + " was used before",
                    "Make a new one for each migration")
                    .at(names().getFirst(), "starting the migration");
        }
    }
}
