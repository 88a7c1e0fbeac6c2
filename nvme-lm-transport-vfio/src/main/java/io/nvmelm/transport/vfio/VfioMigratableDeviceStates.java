package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationData.Direction;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.core.fsm.Plan;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The states of a device as the kernel has them, and the session that belongs to the present one. The kernel walks the
/// arcs of a request; the plan is made here as well, to refuse what cannot be and to know what is due.
///
/// The state lock of the device guards requests; [#known()], [#ask()] and what is constant are for any thread.
final class VfioMigratableDeviceStates {
    private static final String SEE_LOG = "See the kernel's log (dmesg) for the driver's reason";

    private final LinuxHost host;
    private final String name;
    private final DeviceFeatures features;
    private final MigrationStateMachine machine;
    private final TransferOptions options;
    private final boolean tellsReinitialization;
    private final @Nullable AccessGate gate;
    private final Runnable resetBySomebodyElse;
    private volatile DeviceState known = DeviceState.RUNNING;
    private @Nullable VfioMigrationData session;
    /// Whether the data of a load cannot be completed any more.
    private boolean loadFailed;
    /// Whether the device is in RESUMING, or stopped after it: it has a state that a reset would take away.
    private boolean holdsLoad;
    /// Whether a load was lost without a request that has said so.
    private boolean loadLost;
    /// What the gate was told last; null for nothing yet.
    private @Nullable Boolean gateStopped;

    VfioMigratableDeviceStates(
            LinuxHost host,
            String name,
            DeviceFeatures features,
            MigrationStateMachine machine,
            TransferOptions options,
            boolean tellsReinitialization,
            @Nullable AccessGate gate,
            Runnable resetBySomebodyElse) {
        this.host = host;
        this.name = name;
        this.features = features;
        this.machine = machine;
        this.options = options;
        this.tellsReinitialization = tellsReinitialization;
        this.gate = gate;
        this.resetBySomebodyElse = resetBySomebodyElse;
    }

    String name() {
        return name;
    }

    boolean tellsReinitialization() {
        return tellsReinitialization;
    }

    /// {@return the state that the device was last found in or brought to}
    DeviceState known() {
        return known;
    }

    /// {@return the state that the device says it is in; ERROR also for a state that has no name here} May wait for an
    /// arc.
    ///
    /// @throws TransportException when it does not answer
    DeviceState ask() {
        int number = features.state();
        if (number < 0) {
            throw KernelError.of("asking for the migration state", -number, "Close the device and open it again");
        }
        return DeviceState.fromValue(number).orElse(DeviceState.ERROR);
    }

    /// Asks for the state, and ends a session that does not belong to it: the device may have been reset by its guest,
    /// or moved by whoever else has it open. What that has lost is remembered for the next request.
    DeviceState observe() {
        var before = known;
        var state = ask();
        boolean lost = before == DeviceState.RESUMING ? state != before : state.mayChangeGuest();
        if (holdsLoad && lost && state != DeviceState.ERROR) {
            loadLost = true;
        }
        if (before != DeviceState.RUNNING && state == DeviceState.RUNNING) {
            resetBySomebodyElse.run();
        }
        return note(state);
    }

    /// Asks for the state after a reset that was asked for here, which ends whatever was loaded.
    DeviceState observeAfterReset() {
        loadLost = false;
        return note(ask());
    }

    private DeviceState note(DeviceState state) {
        known = state;
        var open = session;
        if (open != null && !open.belongsTo(state)) {
            endSession("the device is in " + state);
        }
        if (state != DeviceState.RESUMING) {
            loadFailed = false;
        }
        holdsLoad = state == DeviceState.RESUMING || (holdsLoad && state == DeviceState.STOP);
        stopAccess(state);
        return state;
    }

    /// Keeps everybody off the regions of a device that is stopped (`linux/vfio.h`: accesses may corrupt the stream or
    /// make the device leave its state), and lets them on again.
    private void stopAccess(DeviceState state) {
        boolean stopped = !state.mayChangeGuest();
        if (gate != null && !Boolean.valueOf(stopped).equals(gateStopped)) {
            gate.stop(stopped ? "for migration it is stopped (" + state + ")" : null);
            gateStopped = stopped;
        }
    }

    /// Leaves the regions open to everybody if the device runs, and closed if it is stopped: so it stays until it is
    /// reset or migrated on. A device that does not answer any more is left as it was.
    void leaveAccess() {
        if (gate == null) {
            return;
        }
        try {
            int number = features.state();
            if (number >= 0) {
                stopAccess(DeviceState.fromValue(number).orElse(DeviceState.ERROR));
            }
        } catch (TransportException deviceIsClosed) {
            gateStopped = null; // and nobody has access
        }
    }

    /// Ends the session, if any.
    void endSession(String reason) {
        var ended = session;
        session = null;
        if (ended != null) {
            ended.end(reason);
        }
    }

    /// Takes the device to a state.
    ///
    /// @return the session, when the last arc opened one
    Optional<MigrationData> change(DeviceState target) {
        var from = observe();
        requireNothingLost(target);
        var plan = machine.plan(from, target);
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        if (from != DeviceState.RESUMING) {
            return walk(from, plan);
        }
        commitLoad(plan);
        return target == DeviceState.STOP ? Optional.empty() : walk(known, machine.plan(known, target));
    }

    /// A load that was lost is told once, so that nobody lets a guest run on a blank device. Whoever loads anew knows.
    private void requireNothingLost(DeviceState target) {
        boolean lost = loadLost;
        loadLost = false;
        if (lost && target != DeviceState.RESUMING) {
            throw new DeviceStateException(
                    known,
                    "the device was reset while a state was loaded, nothing was loaded; it is in " + known,
                    "Load the state again from its start")
                    .category(FailureCategory.ABORT_MIGRATION);
        }
    }

    /// Leaves RESUMING, which declares the data complete, by an arc of its own, and looks where the device is before and
    /// after it: a reset that came before or during the arc is noticed. A reset of the [VfioDevice] cannot come between
    /// the first look and the arc, for the gate is shut; one by somebody else who has the device open can, and is not
    /// noticed, because a device that was reset goes to STOP as well and the kernel does not tell from where it went.
    private void commitLoad(Plan plan) {
        if (gate != null) {
            gate.shut();
        }
        try {
            observe();
            requireNothingLost(DeviceState.STOP);
            requireCompleteLoad(known);
            var change = features.setState(DeviceState.STOP.value());
            if (change.failed()) {
                throw failure(plan, change);
            }
            drop(change);
            endSession("the device left RESUMING");
            note(DeviceState.STOP);
            observe();
            requireNothingLost(DeviceState.STOP);
        } finally {
            if (gate != null) {
                gate.open();
            }
        }
    }

    private Optional<MigrationData> walk(DeviceState from, Plan plan) {
        var target = plan.arcs().getLast().to();
        var event = KernelArcEvent.start(name, from, target, false);
        try {
            var session = request(from, target, plan);
            KernelArcEvent.end(event, null);
            return session;
        } catch (Throwable e) {
            KernelArcEvent.end(event, e);
            throw e;
        }
    }

    private Optional<MigrationData> request(DeviceState from, DeviceState target, Plan plan) {
        if (!target.mayChangeGuest()) {
            stopAccess(target);
        }
        var change = features.setState(target.value());
        if (change.failed()) {
            throw failure(plan, change);
        }
        if (plan.arcs().stream().anyMatch(arc -> arc.effect().ends())) {
            endSession("the device left " + from);
        }
        gateStopped = null; // a reset meanwhile has opened it
        note(target);
        if (plan.opensSession()) {
            return Optional.of(openSession(plan, change));
        }
        if (change.hasFile()) {
            throw outOfStep(plan, change);
        }
        return Optional.empty();
    }

    /// Leaving RESUMING declares the data complete, and not every driver remembers that it refused a part of it.
    private void requireCompleteLoad(DeviceState from) {
        var loading = session;
        if (loading != null && loading.isWriting()) {
            throw new DeviceStateException(
                    from,
                    "a write of the state is under way, so it is not complete",
                    "Ask again when the write has returned, or reset the device");
        }
        if (from == DeviceState.RESUMING && (loadFailed || (loading != null && loading.hasFailedToLoad()))) {
            throw new DeviceStateException(
                    from, "the state that was loaded is damaged or incomplete", "Reset the device")
                    .category(FailureCategory.RESET_DEVICE);
        }
    }

    private MigrationData openSession(Plan plan, DeviceFeatures.StateChange change) {
        if (!change.hasFile()) {
            throw undelivered(plan, "the kernel gave no file for the session", 0);
        }
        var direction = plan.sessionAtEnd().orElse(Direction.SAVING);
        var file = new OpenFile(host.calls(), change.dataFd(), "the migration data of " + name);
        var opened = new VfioMigrationData(host, this, file, direction, options);
        int result = opened.setNonBlocking();
        if (result < 0) {
            opened.end("it could not be used");
            throw undelivered(plan, "the file of the session cannot be made non-blocking", -result);
        }
        session = opened;
        return opened;
    }

    /// The device was reset between the question for its state and the request, so the kernel went another way. The new
    /// session belongs to nobody's request; it is given up, so that nobody takes its data for the rest of the old one.
    private LiveMigrationException outOfStep(Plan plan, DeviceFeatures.StateChange change) {
        drop(change);
        endSession("the device was reset meanwhile");
        resetBySomebodyElse.run();
        var target = plan.arcs().getLast().to();
        var back = target.mayChangeGuest() ? DeviceState.RUNNING : DeviceState.STOP;
        drop(features.setState(back.value()));
        var reached = observeAfterFailure();
        return new VfioMigratableDeviceFailure(plan, reached)
                .undelivered(
                        "the kernel opened a new session where the old one should have gone on: the device was reset"
                                + " meanwhile",
                        0,
                        reached == back);
    }

    /// Judges a request that the kernel refused, by where the device is now.
    private LiveMigrationException failure(Plan plan, DeviceFeatures.StateChange change) {
        drop(change);
        int errno = -change.result();
        var reached = observeAfterFailure();
        if (reached != null && plan.opensSession() && reached == plan.arcs().getLast().to()) {
            return undelivered(plan, "the session is open, but its file could not be delivered", errno);
        }
        if (reached == DeviceState.RUNNING
                && plan.arcs().stream().noneMatch(arc -> arc.from() == reached || arc.to() == reached)) {
            resetBySomebodyElse.run();
        }
        var failure = new VfioMigratableDeviceFailure(plan, reached);
        loadFailed = failure.spoilsLoad(errno);
        return failure.ofArc(errno, SEE_LOG);
    }

    /// The driver has opened a session that nobody can use. Going back ends it; that loses nothing, since nobody has
    /// read from it or written to it.
    private LiveMigrationException undelivered(Plan plan, String what, int errno) {
        var back = plan.arcs().getLast().from();
        drop(features.setState(back.value()));
        var reached = observeAfterFailure();
        return new VfioMigratableDeviceFailure(plan, reached).undelivered(what, errno, reached == back);
    }

    /// {@return the state after a failure; null when the device does not even tell that}
    private @Nullable DeviceState observeAfterFailure() {
        int number = features.state();
        if (number < 0) {
            note(DeviceState.ERROR);
            return null;
        }
        return note(DeviceState.fromValue(number).orElse(DeviceState.ERROR));
    }

    private void drop(DeviceFeatures.StateChange change) {
        if (change.hasFile()) {
            host.calls().close(change.dataFd());
        }
    }
}
