package io.nvmelm.faults;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationClaim;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.TransportException;
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.fsm.Arc;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// A device each of whose arcs and calls is a step.
final class FaultyDevice implements MigratableDevice {
    private final MigratableDevice device;
    private final MigrationRole side;
    private final Steps steps;
    private final MigrationStateMachine machine;
    private boolean inError;
    private int openSessions;

    FaultyDevice(MigratableDevice device, MigrationRole side, Steps steps) {
        this.device = device;
        this.side = side;
        this.steps = steps;
        this.machine = MigrationStateMachine.of(device.capabilities());
    }

    /// {@return sessions that nobody closed}
    int openSessions() {
        return openSessions;
    }

    private static LiveMigrationException failure(FailureCategory category) {
        return new TransportException(category, "The fault of the test", "None", 0, null);
    }

    private void call(String what) {
        var fault = steps.at(side, Step.Kind.DEVICE, name() + " " + what);
        if (fault != null) {
            fault.throwIfUnusual();
            throw failure(FailureCategory.ABORT_MIGRATION);
        }
    }

    private String name() {
        return device.identity().name();
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
        var fault = steps.at(side, Step.Kind.STATE, name() + " state");
        if (fault != null) {
            fault.throwIfUnusual();
            throw failure(FailureCategory.ABORT_MIGRATION);
        }
        return currentState();
    }

    @Override
    public MigrationClaim migrationClaim() {
        return device.migrationClaim();
    }

    private DeviceState currentState() {
        return inError ? DeviceState.ERROR : device.state();
    }

    @Override
    public Optional<MigrationData> setState(DeviceState target) {
        var plan = machine.plan(currentState(), target);
        for (var arc : plan.arcs()) {
            var session = execute(arc);
            if (session.isPresent()) {
                openSessions++;
                return Optional.of(new Session(session.get()));
            }
        }
        return Optional.empty();
    }

    private Optional<MigrationData> execute(Arc arc) {
        var fault = steps.at(side, Step.Kind.ARC, name() + " " + arc);
        var kind = fault == null ? null : fault.kind();
        if (kind == Fault.Kind.ENDS_IN_ERROR) {
            inError = true;
            throw failure(FailureCategory.RESET_DEVICE).at(name(), arc.toString());
        }
        if (kind == Fault.Kind.THROWS) {
            fault.throwIfUnusual();
            throw failure(FailureCategory.ABORT_MIGRATION).at(name(), arc.toString());
        }
        Optional<MigrationData> session;
        try {
            session = device.setState(arc.to());
        } catch (LiveMigrationException e) {
            if (fault != null) {
                steps.didNotHappen(fault);
            }
            throw e;
        }
        if (kind == Fault.Kind.THROWS_AFTER) {
            fault.throwIfUnusual();
            throw failure(FailureCategory.ABORT_MIGRATION).at(name(), arc.toString());
        }
        return session;
    }

    @Override
    public long estimatedStateBytes() {
        call("estimatedStateBytes");
        return device.estimatedStateBytes();
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return device.dirtyMemory();
    }

    @Override
    public Optional<UserDataTracking> userData() {
        return device.userData();
    }

    @Override
    public List<StateFormat> stateFormats() {
        return device.stateFormats();
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        call("selectStateFormat");
        device.selectStateFormat(format);
    }

    @Override
    public DeviceManifest manifest() {
        call("manifest");
        return device.manifest();
    }

    @Override
    public List<PreflightFinding> preflight(MigrationRole role) {
        call("preflight");
        return device.preflight(role);
    }

    @Override
    public Duration estimatedCommandTime(MigrationRole role) {
        call("estimatedCommandTime");
        return device.estimatedCommandTime(role);
    }

    @Override
    public void announceSuspension() {
        call("announceSuspension");
        device.announceSuspension();
    }

    @Override
    public void requireOperational() {
        call("requireOperational");
        device.requireOperational();
    }

    @Override
    public void reset() {
        var fault = steps.at(side, Step.Kind.DEVICE, name() + " reset");
        if (fault != null) {
            inError = true;
            fault.throwIfUnusual();
            throw (DeviceStateException) new DeviceStateException(currentState(), "the fault of the test", "None")
                    .at(name(), "reset");
        }
        device.reset();
        inError = false;
    }

    @Override
    public void close() {
        steps.requireAlive(side);
        device.close();
    }

    /// Data of a session each of whose calls is a step.
    private final class Session implements MigrationData {
        private final MigrationData data;
        private boolean closed;

        Session(MigrationData data) {
            this.data = data;
        }

        private void step(String what) {
            var fault = steps.at(side, Step.Kind.SESSION, name() + " " + what);
            if (fault != null) {
                fault.throwIfUnusual();
                throw failure(FailureCategory.ABORT_MIGRATION);
            }
        }

        @Override
        public Direction direction() {
            return data.direction();
        }

        @Override
        public int read(ByteBuffer destination) {
            step("read");
            return data.read(destination);
        }

        @Override
        public int write(ByteBuffer source) {
            step("write");
            return data.write(source);
        }

        @Override
        public OptionalLong totalBytes() {
            return data.totalBytes();
        }

        @Override
        public boolean isOpen() {
            return data.isOpen();
        }

        @Override
        public void close() {
            var fault = steps.at(side, Step.Kind.CLOSE, name() + " close");
            if (!closed) {
                closed = true;
                openSessions--;
            }
            data.close();
            if (fault != null) {
                fault.throwIfUnusual();
                throw failure(FailureCategory.ABORT_MIGRATION);
            }
        }
    }
}
