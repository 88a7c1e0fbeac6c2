package io.nvmelm.transport.vfio;

import io.nvmelm.DirtyMemoryTracking;

/// Tracking of memory as [VfioMigratableDevice] owns it.
interface VfioMigratableDeviceTracking extends DirtyMemoryTracking, AutoCloseable {

    /// The device was reset, so what it had logged itself may be lost. Never waits.
    void deviceWasReset();

    /// Stops tracking if it runs, and refuses everything from now on. Never fails: a device that is gone tracks
    /// nothing.
    @Override
    void close();
}
