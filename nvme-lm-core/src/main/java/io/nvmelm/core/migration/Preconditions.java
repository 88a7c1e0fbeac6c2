package io.nvmelm.core.migration;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.MigratableDevice;

/// What must hold before either side starts.
final class Preconditions {
    private Preconditions() {}

    /// Refuses a device that does not run, and a second use.
    static void requireUsable(MigratableDevice device, boolean used, String usedMessage) {
        var state = device.state();
        if (used || state != DeviceState.RUNNING) {
            throw (DeviceStateException) new DeviceStateException(
                    state,
                    used ? usedMessage : "the device is not running",
                    used ? "Make a new one for each migration" : "Resume or reset the device first")
                    .at(device.identity().name(), "starting the migration");
        }
    }
}
