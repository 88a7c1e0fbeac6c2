package io.nvmelm.transport.vfio;

/// Where the kernel lists a device that VFIO can open.
public sealed interface DeviceAddress permits PciAddress, MediatedDevice {

    /// {@return the name of the device in the kernel, by which its group hands it out}
    String kernelName();

    /// {@return the folder that describes the device, below `/sys`}
    String sysfsPath();
}
