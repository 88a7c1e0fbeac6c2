package io.nvmelm.endtoend;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A device that has something done as soon as it is suspended, before its state is read: what an embedder puts between a sender and
/// its device to have the rest of the media copied in the blackout.
final class CopyingDevice implements MigratableDevice {
    private final MigratableDevice device;
    private final Runnable suspended;

    CopyingDevice(MigratableDevice device, Runnable suspended) {
        this.device = device;
        this.suspended = suspended;
    }

    @Override
    public Optional<MigrationData> setState(DeviceState target) {
        var session = device.setState(target);
        if (target == DeviceState.STOP_COPY) {
            suspended.run();
        }
        return session;
    }

    @Override
    public DeviceIdentity identity() {
        return device.identity();
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return device.capabilities();
    }

    @Override
    public DeviceState state() {
        return device.state();
    }

    @Override
    public long estimatedStateBytes() {
        return device.estimatedStateBytes();
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return device.dirtyMemory();
    }

    @Override
    public List<StateFormat> stateFormats() {
        return device.stateFormats();
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        device.selectStateFormat(format);
    }

    @Override
    public void announceSuspension() {
        device.announceSuspension();
    }

    @Override
    public void reset() {
        device.reset();
    }

    @Override
    public void close() {
        device.close();
    }
}
