package io.nvmelm.core.device;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.StateSource;
import io.nvmelm.core.controller.StateTarget;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Host Managed Live Migration, the command set of the standard (TP4159; Base 2.3 clause 8.1.13).
public final class HostManagedCommandSet implements MigrationCommandSet {
    private final MigratableController controller;
    private final List<StateFormat> formats;
    private StateFormat format;
    private OptionalLong lastStateBytes = OptionalLong.empty();

    /// Migrates a controller in the best format that its controlling controller has.
    ///
    /// @param controller the controller; closed with this
    public HostManagedCommandSet(MigratableController controller) {
        this.controller = controller;
        this.formats = controller.controlling().stateFormats();
        this.format = formats.get(0);
    }

    @Override
    public DeviceIdentity identity() {
        return new DeviceIdentity(controller.name(), Optional.of(controller.identity()));
    }

    @Override
    public List<StateFormat> formats() {
        return formats;
    }

    @Override
    public void selectFormat(StateFormat chosen) {
        if (!formats.contains(chosen)) {
            throw new InvalidValueException("format", chosen.toString(), "one of " + formats);
        }
        if (!chosen.equals(format)) {
            format = chosen;
            lastStateBytes = OptionalLong.empty();
        }
    }

    @Override
    public void announce() {
        controller.announce();
        controller.prepareBuffers(estimatedStateBytes());
    }

    @Override
    public void suspend() {
        controller.suspend();
    }

    @Override
    public void resume() {
        controller.resume();
    }

    @Override
    public boolean isSuspended() {
        return controller.isSuspended();
    }

    @Override
    public void functionWasReset() {
        controller.functionWasReset();
    }

    @Override
    public long estimatedStateBytes() {
        long bytes = controller.summary(format).totalBytes();
        lastStateBytes = OptionalLong.of(bytes);
        return bytes;
    }

    @Override
    public StateSource openSource() {
        var source = controller.openSource(format, lastStateBytes);
        lastStateBytes = OptionalLong.of(source.totalBytes());
        return source;
    }

    @Override
    public StateTarget openTarget() {
        var summary = controller.summary(format);
        if (!summary.suspended()) {
            throw new DeviceStateException(
                    DeviceState.STOP,
                    "the controller is not suspended any more",
                    "Something reset it; reset the device and start again");
        }
        if (summary.ioQueueCount().orElse(0) != 0) {
            throw new DeviceStateException(
                    DeviceState.STOP,
                    "the controller has " + summary.ioQueueCount().getAsInt()
                            + " I/O queues and so cannot take a new state",
                    "Reset the device before it is loaded");
        }
        return controller.openTarget(format);
    }

    @Override
    public void discardPartialState() {
        controller.discardPartialState();
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return controller.memoryTrackingUnavailable().isEmpty()
                ? Optional.of(controller.memoryTracker())
                : Optional.empty();
    }

    @Override
    public Optional<UserDataTracking> userData() {
        return controller.userDataLogUnavailable().isEmpty()
                ? Optional.of(controller.userDataLog())
                : Optional.empty();
    }

    @Override
    public void close() {
        controller.close();
    }
}
