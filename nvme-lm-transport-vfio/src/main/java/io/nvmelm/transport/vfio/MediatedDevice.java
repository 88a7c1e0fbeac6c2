package io.nvmelm.transport.vfio;

import java.util.UUID;

/// Address of a mediated device (`/sys/bus/mdev`): its UUID.
///
/// @param uuid what it was created with
public record MediatedDevice(UUID uuid) implements DeviceAddress {

    @Override
    public String kernelName() {
        return uuid.toString();
    }

    @Override
    public String sysfsPath() {
        return "/sys/bus/mdev/devices/" + uuid;
    }

    @Override
    public String toString() {
        return kernelName();
    }
}
