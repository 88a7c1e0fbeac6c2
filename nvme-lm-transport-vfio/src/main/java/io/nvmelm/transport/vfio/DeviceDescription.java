package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Vfio;

/// What the kernel says of an opened device (`struct vfio_device_info`).
///
/// @param pci        whether it is a PCI function
/// @param resettable whether it can be reset
/// @param regions    highest index of a region, plus one
/// @param interrupts highest index of a kind of interrupt, plus one
record DeviceDescription(boolean pci, boolean resettable, int regions, int interrupts) {
    private static final int LARGEST_INFO = 1 << 20;
    private static final String LOG = "Check the kernel's log: dmesg";

    static DeviceDescription read(LinuxHost host, OpenFile file) {
        var info = new IoctlBuffer(host, Vfio.DeviceInfo.BYTE_SIZE).start(Vfio.DeviceInfo.BYTE_SIZE);
        int result = info.call(file, Vfio.DEVICE_GET_INFO);
        if (result < 0) {
            throw KernelError.of("asking what the device is", -result, LOG);
        }
        int flags = info.get32(Vfio.DeviceInfo.FLAGS);
        return new DeviceDescription(
                (flags & Vfio.DeviceInfo.FLAG_PCI) != 0,
                (flags & Vfio.DeviceInfo.FLAG_RESET) != 0,
                info.get32(Vfio.DeviceInfo.NUM_REGIONS),
                info.get32(Vfio.DeviceInfo.NUM_IRQS));
    }

    /// Asks for a region; again with more memory where the kernel wants to add capabilities.
    RegionLayout region(LinuxHost host, OpenFile file, int index) {
        if (index < 0 || index >= regions) {
            throw new InvalidValueException("index", Integer.toString(index), "0 to " + (regions - 1));
        }
        int byteSize = Vfio.RegionInfo.BYTE_SIZE;
        while (true) {
            var info = new IoctlBuffer(host, byteSize).start(byteSize).put32(Vfio.RegionInfo.INDEX, index);
            int result = info.call(file, Vfio.DEVICE_GET_REGION_INFO);
            if (result < 0) {
                throw KernelError.of("asking for a region", -result, LOG);
            }
            int wanted = info.get32(Vfio.RegionInfo.ARGSZ);
            if (wanted <= byteSize) {
                var layout = RegionLayout.of(info, index);
                if (layout.byteSize() <= 0) {
                    throw new InvalidValueException("index", Integer.toString(index), "a region that the device has");
                }
                return layout;
            }
            if (wanted > LARGEST_INFO) {
                throw new TransportException(
                        FailureCategory.FATAL,
                        "the kernel wants " + wanted + " bytes to describe a region, at most " + LARGEST_INFO
                                + " are believed",
                        LOG,
                        0,
                        null);
            }
            byteSize = wanted;
        }
    }
}
