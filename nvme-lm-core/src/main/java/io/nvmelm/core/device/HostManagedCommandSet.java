package io.nvmelm.core.device;

import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerPart;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.StateSource;
import io.nvmelm.core.controller.StateTarget;
import io.nvmelm.nvme.StateFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

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
    public boolean hasIoQueues() {
        return controller.summary(format).ioQueueCount().orElse(0) > 0;
    }

    /// Suspend or Resume, and a command for each piece of the state as it was last; pieces that are read together count one by one.
    @Override
    public Duration estimatedCommandTime(MigrationRole role) {
        var controlling = controller.controlling();
        long pieces = Math.ceilDiv(lastStateBytes.orElse(1), controlling.pieceBytes());
        return controlling.estimatedTime(1 + pieces);
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
    public long presentStateBytes() {
        try {
            return controller.summary(format, Long.MAX_VALUE).totalBytes();
        } catch (CommandFailedException e) {
            return lastStateBytes.orElse(1);
        }
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
    public Optional<ControllerManifest> manifest(Optional<ControllerRegisters> registers) {
        return Optional.of(controller.manifest(registers));
    }

    @Override
    public long maximumStateBytes() {
        return controller.controlling().options().maximumStateBytes();
    }

    /// All that version 0 leaves out (Base 2.3 fig. 374). Vendor specific data may carry some of it, and no command says what.
    @Override
    public Set<ControllerPart> missingFromState() {
        return Set.of(ControllerPart.values());
    }

    @Override
    public List<PreflightFinding> preflight(MigrationRole role) {
        return new ControllerPreflight(controller, format, role).findings();
    }

    @Override
    public void close() {
        controller.close();
    }
}
