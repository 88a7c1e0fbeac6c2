package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The devices of one side, taken through their arcs together: none leaves the running states before all have stopped peer-to-peer
/// transfers, and none starts them before all can serve them again. Not thread-safe.
final class DeviceGroup {
    private final List<MigratableDevice> devices;
    /// The open session of each device, in the order of the devices; null where none is open.
    private final List<@Nullable MigrationData> sessions = new ArrayList<>();
    /// Which devices were asked to leave RUNNING.
    private final boolean[] taken;

    DeviceGroup(List<MigratableDevice> devices) {
        this.devices = devices;
        this.taken = new boolean[devices.size()];
        devices.forEach(device -> sessions.add(null));
    }

    int size() {
        return devices.size();
    }

    MigratableDevice device(int index) {
        return devices.get(index);
    }

    /// {@return the session of a device}
    MigrationData session(int index) {
        var session = sessions.get(index);
        if (session == null) {
            throw noSession(index, "it was asked for");
        }
        return session;
    }

    boolean can(int index, MigrationCapability capability) {
        return devices.get(index).capabilities().contains(capability);
    }

    /// Has a device deliver its state while it runs.
    void openPreCopy(int index) {
        open(index, DeviceState.PRE_COPY);
    }

    /// Stops every device and opens the session that delivers its state.
    ///
    /// @param between called after each arc; throws to end it
    void stopAndSave(Runnable between) {
        for (int i = 0; i < devices.size(); i++) {
            if (can(i, MigrationCapability.P2P)) {
                taken[i] = true;
                devices.get(i).setState(sessions.get(i) == null ? DeviceState.RUNNING_P2P : DeviceState.PRE_COPY_P2P);
                between.run();
            }
        }
        for (int i = 0; i < devices.size(); i++) {
            open(i, DeviceState.STOP_COPY);
            between.run();
        }
    }

    /// Makes every device ready to take a state.
    void openLoading() {
        for (int i = 0; i < devices.size(); i++) {
            open(i, DeviceState.RESUMING);
        }
    }

    private void open(int index, DeviceState state) {
        taken[index] = true;
        var session = devices.get(index).setState(state).orElse(null);
        if (session != null) {
            closeSession(index);
            sessions.set(index, session);
        } else if (sessions.get(index) == null) {
            throw noSession(index, state + " opened no session");
        }
    }

    private LiveMigrationException noSession(int index, String what) {
        var device = devices.get(index);
        return new DeviceStateException(device.state(), what, "This is a defect of the device's implementation")
                .at(device.identity().name(), null);
    }

    /// Refuses devices that no guest can go on with.
    void requireOperational() {
        devices.forEach(MigratableDevice::requireOperational);
    }

    /// Has a device take what it was given.
    void load(int index) {
        closeSession(index);
        devices.get(index).setState(DeviceState.STOP);
    }

    /// Lets stopped devices run: first all without peer-to-peer transfers, then all with them.
    void run() {
        for (int i = 0; i < devices.size(); i++) {
            if (can(i, MigrationCapability.P2P) && leavesStop(i)) {
                devices.get(i).setState(DeviceState.RUNNING_P2P);
            }
        }
        for (var device : devices) {
            device.setState(DeviceState.RUNNING);
        }
    }

    /// Lets the devices that were stopped here run again, in reverse order and whatever state they are in. One that does not is asked once more and then reset,
    /// since a stopped device is of no use to the guest. Every one is tried, whatever becomes of the others. One that runs with a controller
    /// that has failed is left so: the guest sees it, and resets it as it would at any other time. A device that was never asked to leave
    /// RUNNING is not touched.
    ///
    /// @param failure takes what went wrong on the way, as suppressed
    /// @param reset   told the name of each device that was reset
    /// @return whether all run
    boolean runAgain(Throwable failure, Consumer<String> reset) {
        closeSessions(failure);
        var lost = new TreeSet<Integer>(Comparator.reverseOrder());
        eachBackwards(i -> {
            if (taken[i] && can(i, MigrationCapability.P2P) && leavesStop(i)) {
                devices.get(i).setState(DeviceState.RUNNING_P2P);
            }
        }, failure, lost);
        eachBackwards(i -> {
            if (taken[i] && !lost.contains(i)) {
                devices.get(i).setState(DeviceState.RUNNING);
            }
        }, failure, lost);
        boolean all = true;
        for (int index : lost) {
            var device = devices.get(index);
            if (!retried(device, "the arc to RUNNING", failure, () -> device.setState(DeviceState.RUNNING))) {
                boolean wasReset = retried(device, "a reset", failure, device::reset);
                if (wasReset) {
                    MigrationRecord.attempt(
                            failure,
                            () -> CallbackException.guard(
                                    "telling of a reset", () -> reset.accept(device.identity().name())));
                }
                all &= wasReset;
            }
        }
        eachBackwards(i -> devices.get(i).requireOperational(), failure, lost);
        return all;
    }

    private static boolean retried(MigratableDevice device, String what, Throwable failure, Runnable step) {
        var event = RetryEvent.start(what);
        return RetryEvent.end(event, device.identity().name(), MigrationRecord.attempt(failure, step));
    }

    /// Whether a device has to go through the state without peer-to-peer transfers to run.
    private boolean leavesStop(int index) {
        var state = devices.get(index).state();
        return state != DeviceState.RUNNING && state != DeviceState.PRE_COPY;
    }

    private void eachBackwards(IntConsumer action, Throwable failure, Set<Integer> lost) {
        for (int i = devices.size() - 1; i >= 0; i--) {
            int index = i;
            if (!MigrationRecord.attempt(failure, () -> action.accept(index))) {
                lost.add(index);
            }
        }
    }

    /// Ends the sessions of devices that stay stopped. Every one is tried.
    ///
    /// @throws LiveMigrationException with every failure as suppressed
    void endSessions() {
        each("ending the sessions", device -> device.setState(DeviceState.STOP));
    }

    /// Makes sure that none serves a guest: resets every device, in reverse order, and stops one that cannot be reset. Every one is tried.
    ///
    /// @param failure takes what went wrong, as suppressed
    /// @return whether each was reset or stands still
    boolean giveUp(Throwable failure) {
        closeSessions(failure);
        var lost = new HashSet<Integer>();
        eachBackwards(i -> devices.get(i).reset(), failure, lost);
        boolean all = true;
        for (int index : lost) {
            all &= MigrationRecord.attempt(failure, () -> devices.get(index).setState(DeviceState.STOP));
        }
        return all;
    }

    /// Resets every device, in reverse order. Every one is tried.
    ///
    /// @throws LiveMigrationException with every failure as suppressed
    void reset() {
        each("resetting", MigratableDevice::reset);
    }

    private void each(String what, Consumer<MigratableDevice> action) {
        var failure = new DeviceStateException(
                DeviceState.ERROR, what + " failed for some of the devices", "See what was suppressed");
        closeSessions(failure);
        eachBackwards(i -> action.accept(devices.get(i)), failure, new HashSet<>());
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private void closeSessions(Throwable failure) {
        for (int i = 0; i < devices.size(); i++) {
            int index = i;
            MigrationRecord.attempt(failure, () -> closeSession(index));
        }
    }

    private void closeSession(int index) {
        var session = sessions.get(index);
        if (session != null) {
            sessions.set(index, null);
            session.close();
        }
    }
}
