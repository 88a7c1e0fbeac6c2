package io.nvmelm.core.device;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.ControlledFunction;
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
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.fsm.Arc;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An NVMe controller as a migratable device: the state machine of the kernel's VFIO migration interface, by its controller's commands.
///
/// Capabilities are STOP_COPY and P2P. A suspended controller starts no transfer at all, towards peers or memory, and still answers register
/// accesses, so Suspend is what leads to RUNNING_P2P; the guest's access is taken away on the way from there to STOP. One lock covers arcs
/// and resets, the data of a session has its own, so that a peer that does not read cannot hold up a reset. A failed arc leaves the device
/// in the state before that arc, or in ERROR where even that cannot be had.
public final class NvmeMigratableDevice implements MigratableDevice {
    private static final Set<MigrationCapability> CAPABILITIES =
            Set.of(MigrationCapability.STOP_COPY, MigrationCapability.P2P);

    /// What is left to do after a Suspend that was not answered and was undone: NVMe promises no order among admin commands.
    private static final String LATE_SUSPEND =
            "The controller runs again, but this Suspend may still take effect: resume the controller "
                    + "when the guest's I/O stands still, or reset the controlling controller to rule it out";
    private final MigrationCommandSet commands;
    private final OwnedFunction function;
    private final ControllerCondition condition;
    private final MigrationStateMachine machine = MigrationStateMachine.of(CAPABILITIES);
    private final DeviceIdentity identity;
    private final ReentrantLock stateLock = new ReentrantLock();
    private final SessionEpoch epoch = new SessionEpoch();
    private final MigrationClaim claim = new MigrationClaim();
    private volatile DeviceState state = DeviceState.RUNNING;
    private @Nullable ControllerSession session;
    /// Whether the controller may hold a part of a state: it could be suspended, but not resumed any more.
    private boolean partlyLoaded;
    private boolean closed;

    private NvmeMigratableDevice(MigrationCommandSet commands, @Nullable ControlledFunction function) {
        this.commands = commands;
        this.function = new OwnedFunction(function);
        this.condition = new ControllerCondition(this.function);
        this.identity = commands.identity();
    }

    /// Opens a controller as a device. Blocks for the command that asks whether it is suspended: one that is, since an earlier owner
    /// left it so, opens in STOP and stays suspended, because resuming it might make it run on two sides.
    ///
    /// @param commands how the controller is migrated; closed with the device, and when opening fails
    /// @param function the function of the controller; null where nobody can reset it or block access to it, which leaves both to the
    ///                 caller: [#reset()] then only resumes the controller
    /// @return the device, RUNNING or STOP
    /// @throws LiveMigrationException when the controller does not answer
    public static NvmeMigratableDevice open(MigrationCommandSet commands, @Nullable ControlledFunction function) {
        var device = new NvmeMigratableDevice(commands, function);
        try {
            if (commands.isSuspended()) {
                device.function.block();
                device.state = DeviceState.STOP;
            }
            return device;
        } catch (LiveMigrationException e) {
            commands.close();
            throw e.at(device.identity.name(), "opening");
        }
    }

    /// Opens a controller as a device, migrated by the command set of the standard.
    ///
    /// @param controller the controller; closed with the device
    /// @param function   the function of the controller, for resets and to block access
    /// @return the device, RUNNING or STOP
    /// @throws LiveMigrationException when the controller does not answer
    public static NvmeMigratableDevice open(MigratableController controller, @Nullable ControlledFunction function) {
        return open(new HostManagedCommandSet(controller), function);
    }

    @Override
    public DeviceIdentity identity() {
        return identity;
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public DeviceState state() {
        return state;
    }

    @Override
    public MigrationClaim migrationClaim() {
        return claim;
    }

    @Override
    public List<StateFormat> stateFormats() {
        return commands.formats();
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        stateLock.lock();
        try {
            requireUsable();
            if (session != null) {
                throw new DeviceStateException(
                        state, "the format was to be changed while a session is open", "Choose the format before");
            }
            commands.selectFormat(format);
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "choosing the format");
        } finally {
            stateLock.unlock();
        }
    }

    @Override
    public Duration estimatedCommandTime(MigrationRole role) {
        return commands.estimatedCommandTime(role);
    }

    @Override
    public void announceSuspension() {
        stateLock.lock();
        try {
            requireUsable();
            condition.forget();
            commands.announce();
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "announcing the suspension");
        } finally {
            stateLock.unlock();
        }
    }

    /// Reads the properties of the function and sends no command; nothing is checked where they cannot be read.
    @Override
    public void requireOperational() {
        stateLock.lock();
        try {
            requireUsable();
            condition.require(state);
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "looking at the controller");
        } finally {
            stateLock.unlock();
        }
    }

    @Override
    public long estimatedStateBytes() {
        stateLock.lock();
        try {
            requireUsable();
            return commands.estimatedStateBytes();
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "estimating the state");
        } finally {
            stateLock.unlock();
        }
    }

    /// What the controlling controller says, and the properties of the function where those can be read. Vendor identifiers, IEEE OUI and
    /// MDTS are those of the controlling controller; features are left out, since no command asks another controller for them. All
    /// [io.nvmelm.ControllerPart]s are missing from a state of version 0; a format with vendor specific data may carry them.
    @Override
    public DeviceManifest manifest() {
        stateLock.lock();
        try {
            requireUsable();
            return new DeviceManifest(
                    identity.name(),
                    CAPABILITIES,
                    commands.formats(),
                    commands.presentStateBytes(),
                    commands.maximumStateBytes(),
                    commands.manifest(function.registers()),
                    commands.missingFromState(),
                    false);
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "reading what the device is");
        } finally {
            stateLock.unlock();
        }
    }

    @Override
    public List<PreflightFinding> preflight(MigrationRole role) {
        stateLock.lock();
        try {
            var findings = new FindingList(identity.name(), role);
            if (closed) {
                findings.closed();
            } else {
                findings.condition(state);
                findings.registers(function.isGiven(), function::registers);
                findings.addAll(commands.preflight(role));
            }
            return findings.toList();
        } finally {
            stateLock.unlock();
        }
    }

    /// The tracking by the commands of the controlling controller, which goes on through suspensions and resets of this device; it is
    /// started and stopped while the device runs. Closed with the device.
    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return commands.dirtyMemory();
    }

    /// The log of user data changes of the controlling controller, which goes on through suspensions of this device. Closed with the
    /// device. Blocks for a command the first time.
    @Override
    public Optional<UserDataTracking> userData() {
        try {
            return commands.userData();
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "asking for the log of user data changes");
        }
    }

    @Override
    public Optional<MigrationData> setState(DeviceState target) {
        stateLock.lock();
        try {
            requireUsable();
            var plan = machine.plan(state, target);
            for (var arc : plan.arcs()) {
                execute(arc);
            }
            return plan.opensSession() ? Optional.ofNullable(session) : Optional.empty();
        } catch (LiveMigrationException e) {
            if (needsReset()) {
                e.category(FailureCategory.RESET_DEVICE);
            }
            throw e.at(identity.name(), state + " to " + target);
        } finally {
            stateLock.unlock();
        }
    }

    private void execute(Arc arc) {
        var event = ArcEvent.start(identity.name(), arc.from(), arc.to(), false);
        try {
            switch (arc.to()) {
                case RUNNING -> condition.resume(commands, state);
                case RUNNING_P2P -> {
                    if (arc.from() == DeviceState.RUNNING) {
                        suspend();
                    } else {
                        function.restore();
                    }
                }
                case STOP -> enterStop(arc.from());
                case STOP_COPY -> openSaving();
                case RESUMING -> openLoading();
                case ERROR, PRE_COPY, PRE_COPY_P2P ->
                    throw new DeviceStateException(state, "no arc leads to " + arc.to(), "Choose another state");
            }
            state = arc.to();
            ArcEvent.end(event, state);
        } catch (LiveMigrationException e) {
            throw ArcEvent.failed(event, state, e).at(identity.name(), arc.from() + " to " + arc.to());
        }
    }

    private void enterStop(DeviceState from) {
        switch (from) {
            case RUNNING_P2P -> function.block();
            case RESUMING -> commit();
            default -> endSession("the device left " + from);
        }
    }

    /// Whether nothing but a reset leads on: in ERROR, and after a load that failed.
    private boolean needsReset() {
        return state == DeviceState.ERROR || (state == DeviceState.RESUMING && session != null && session.hasFailed());
    }

    /// Suspends; after a failure the controller must be running again, else nobody knows what it does.
    private void suspend() {
        condition.keep();
        try {
            commands.suspend();
        } catch (LiveMigrationException e) {
            try {
                undoSuspend(e);
            } catch (LiveMigrationException second) {
                e.addSuppressed(second);
                throw e;
            }
            throw e instanceof CommandTimeoutException unanswered ? unanswered.withRemedy(LATE_SUSPEND) : e;
        }
    }

    /// Makes a controller run whose Suspend failed. One that refused a parameter is not suspended; after any other answer it is asked.
    /// One that did not answer may become suspended later: a second Suspend makes sure where the controller executes them in order. A controller that is
    /// known to be suspended and cannot be resumed leaves the device in RUNNING_P2P, from where resuming can be tried again.
    private void undoSuspend(LiveMigrationException failure) {
        if (failure instanceof CommandFailedException refusal && isCertainRefusal(refusal)) {
            return;
        }
        state = DeviceState.ERROR;
        if (failure instanceof CommandFailedException) {
            if (!commands.isSuspended()) {
                state = DeviceState.RUNNING;
                return;
            }
        } else {
            commands.suspend();
        }
        state = DeviceState.RUNNING_P2P;
        condition.resume(commands, state);
        state = DeviceState.RUNNING;
    }

    private static boolean isCertainRefusal(CommandFailedException refusal) {
        var status = refusal.status();
        return status.is(StatusCode.INVALID_COMMAND_OPCODE)
                || status.is(StatusCode.INVALID_FIELD_IN_COMMAND)
                || status.is(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
    }

    private void openSaving() {
        var source = commands.openSource();
        session = ControllerSession.saving(epoch, epoch.next("a newer session was opened"), identity.name(), source);
    }

    private void openLoading() {
        var target = commands.openTarget();
        session = ControllerSession.loading(epoch, epoch.next("a newer session was opened"), identity.name(), target);
    }

    /// Ends loading: the state is verified and committed here. After a failure the session is of no use and the device must be
    /// reset; when a part of the state had been sent, it is in ERROR.
    private void commit() {
        var loading = session;
        if (loading == null) {
            throw new DeviceStateException(state, "there is no session to commit", "Reset the device");
        }
        try {
            loading.commit();
        } catch (LiveMigrationException e) {
            if (loading.isPartlySent()) {
                state = DeviceState.ERROR;
            }
            throw e;
        }
        endSession("its state was committed");
        condition.keep();
    }

    private void endSession(String reason) {
        epoch.next(reason);
        var ended = session;
        session = null;
        if (ended != null) {
            ended.release();
            partlyLoaded |= ended.isPartlySent();
        }
    }

    @Override
    public void reset() {
        ArcEvent event = null;
        stateLock.lock();
        try {
            requireUsable();
            event = ArcEvent.start(identity.name(), state, DeviceState.RUNNING, true);
            endSession("the device was reset");
            state = DeviceState.ERROR;
            function.reset(commands);
            if (partlyLoaded) {
                // Behind the reset of the function: a controller that took the whole state after all has queues, and takes no other.
                commands.suspend();
                commands.discardPartialState();
                partlyLoaded = false;
            }
            resumeIfSuspended();
            function.restoreIfBlocked();
            condition.wasReset();
            state = DeviceState.RUNNING;
            ArcEvent.end(event, state);
        } catch (LiveMigrationException e) {
            throw ArcEvent.failed(event, state, e).at(identity.name(), "reset");
        } finally {
            stateLock.unlock();
        }
    }

    private void resumeIfSuspended() {
        if (commands.isSuspended()) {
            try {
                commands.resume();
            } catch (CommandFailedException e) {
                if (!commands.saysNotSuspended(e)) {
                    throw e;
                }
            }
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new DeviceStateException(state, "the device was closed", "Open it again");
        }
    }

    @Override
    public void close() {
        stateLock.lock();
        try {
            if (!closed) {
                closed = true;
                try {
                    endSession("the device was closed");
                } finally {
                    commands.close();
                }
            }
        } finally {
            stateLock.unlock();
        }
    }
}
