package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationData.Direction;
import io.nvmelm.TransferOptions;
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
    private volatile DeviceState known = DeviceState.RUNNING;
    private @Nullable VfioMigrationData session;
    /// Whether the data of a load cannot be completed any more.
    private boolean loadFailed;
    private boolean gateStopped;

    VfioMigratableDeviceStates(
            LinuxHost host,
            String name,
            DeviceFeatures features,
            MigrationStateMachine machine,
            TransferOptions options,
            boolean tellsReinitialization,
            @Nullable AccessGate gate) {
        this.host = host;
        this.name = name;
        this.features = features;
        this.machine = machine;
        this.options = options;
        this.tellsReinitialization = tellsReinitialization;
        this.gate = gate;
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
    /// @throws io.nvmelm.TransportException when it does not answer
    DeviceState ask() {
        int number = features.state();
        if (number < 0) {
            throw KernelError.of("asking for the migration state", -number, "Close the device and open it again");
        }
        return DeviceState.fromValue(number).orElse(DeviceState.ERROR);
    }

    /// Asks for the state, and ends a session that does not belong to it: the device may have been reset by its guest,
    /// or moved by whoever else has it open.
    DeviceState observe() {
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
        stopAccess(state);
        return state;
    }

    /// Keeps everybody off the regions of a device that is stopped (`linux/vfio.h`: accesses may corrupt the stream or
    /// make the device leave its state), and lets them on again.
    private void stopAccess(DeviceState state) {
        boolean stopped = !state.mayChangeGuest();
        if (gate != null && stopped != gateStopped) {
            gate.stop(stopped ? "for migration it is stopped (" + state + ")" : null);
            gateStopped = stopped;
        }
    }

    /// Lets everybody on to the regions again, whatever the state.
    void giveAccessBack() {
        stopAccess(DeviceState.RUNNING);
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
        var plan = machine.plan(from, target);
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        requireCompleteLoad(from);
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
