package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.LinuxHost;

/// Opens devices of a host that a test made.
public final class TestDevices {
    private TestDevices() {}

    /// Opens a device of a host.
    ///
    /// @param host    usually a fake one
    /// @param address where the device is
    /// @param options how to open it
    /// @return the device
    public static VfioDevice open(LinuxHost host, DeviceAddress address, VfioOptions options) {
        return VfioDevice.open(host, address, options);
    }
}
