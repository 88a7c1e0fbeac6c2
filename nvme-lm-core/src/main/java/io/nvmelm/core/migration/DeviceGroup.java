package io.nvmelm.core.migration;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The devices of one side, taken through their arcs together: none leaves the running states before all have stopped peer-to-peer
/// transfers, and none starts them before all can serve them again. Not thread-safe.
final class DeviceGroup {
    private final List<MigratableDevice> devices;
    /// The open session of each device, in the order of the devices; null where none is open.
    private final List<@Nullable MigrationData> sessions = new ArrayList<>();

    DeviceGroup(List<MigratableDevice> devices) {
        this.devices = devices;
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
    void stopAndSave() {
        for (int i = 0; i < devices.size(); i++) {
            if (can(i, MigrationCapability.P2P)) {
                devices.get(i).setState(sessions.get(i) == null ? DeviceState.RUNNING_P2P : DeviceState.PRE_COPY_P2P);
            }
        }
        for (int i = 0; i < devices.size(); i++) {
            open(i, DeviceState.STOP_COPY);
        }
    }

    /// Makes every device ready to take a state.
    void openLoading() {
        for (int i = 0; i < devices.size(); i++) {
            open(i, DeviceState.RESUMING);
        }
    }

    private void open(int index, DeviceState state) {
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

    /// Has a device take what it was given.
    void load(int index) {
        closeSession(index);
        devices.get(index).setState(DeviceState.STOP);
    }

    /// Lets stopped devices run: first all without peer-to-peer transfers, then all with them.
    void run() {
        for (int i = 0; i < devices.size(); i++) {
            if (can(i, MigrationCapability.P2P) && devices.get(i).state() != DeviceState.RUNNING) {
                devices.get(i).setState(DeviceState.RUNNING_P2P);
            }
        }
        for (var device : devices) {
            device.setState(DeviceState.RUNNING);
        }
    }

    /// Lets the devices run again, in reverse order and whatever state they are in. One that does not is asked once more and then reset,
    /// since a stopped device is of no use to the guest.
    ///
    /// @param failure takes what went wrong on the way, as suppressed
    /// @return names of the devices that were reset
    /// @throws LiveMigrationException when a device neither ran again nor could be reset; all were tried
    List<String> runAgain(Throwable failure) {
        closeSessions();
        var lost = new ArrayList<Integer>();
        for (int i = devices.size() - 1; i >= 0; i--) {
            var state = devices.get(i).state();
            if (can(i, MigrationCapability.P2P) && state != DeviceState.RUNNING && state != DeviceState.PRE_COPY) {
                tryState(i, DeviceState.RUNNING_P2P, failure, lost);
            }
        }
        for (int i = devices.size() - 1; i >= 0; i--) {
            if (!lost.contains(i)) {
                tryState(i, DeviceState.RUNNING, failure, lost);
            }
        }
        var names = new ArrayList<String>();
        @Nullable RuntimeException first = null;
        for (int index : lost) {
            var device = devices.get(index);
            try {
                device.setState(DeviceState.RUNNING);
                continue;
            } catch (RuntimeException e) {
                MigrationRecord.suppress(failure, e);
            }
            try {
                device.reset();
                names.add(device.identity().name());
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    MigrationRecord.suppress(first, e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
        return names;
    }

    private void tryState(int index, DeviceState state, Throwable failure, List<Integer> lost) {
        try {
            devices.get(index).setState(state);
        } catch (RuntimeException e) {
            MigrationRecord.suppress(failure, e);
            lost.add(index);
        }
    }

    /// Ends the sessions of devices that stay stopped. Every one is tried.
    ///
    /// @throws LiveMigrationException the first failure
    void endSessions() {
        closeSessions();
        each(device -> device.setState(DeviceState.STOP));
    }

    /// Resets every device, in reverse order. Every one is tried.
    ///
    /// @throws LiveMigrationException the first failure
    void reset() {
        closeSessions();
        each(MigratableDevice::reset);
    }

    private void each(Consumer<MigratableDevice> action) {
        @Nullable RuntimeException first = null;
        for (var device : devices.reversed()) {
            try {
                action.accept(device);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    MigrationRecord.suppress(first, e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void closeSessions() {
        for (int i = 0; i < devices.size(); i++) {
            closeSession(i);
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
