package io.nvmelm.transport.vfio.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The devices that the guest's `init` set up, by PCI address or by mdev UUID.
///
/// Each function is alone in its IOMMU group. Tests of different classes share these devices: leave a device as it was
/// found.
///
/// @param userSpaceController a controller on vfio-pci that can have two virtual functions and has none yet
/// @param passthroughController a controller on the kernel's nvme driver, with one virtual function
/// @param plainVirtualFunction the virtual function of `passthroughController`, on vfio-pci, never brought online
/// @param spareController a controller on vfio-pci without virtual functions
/// @param unboundController a controller without a driver
/// @param serialPorts UUIDs of four `mtty` devices, which the kernel can migrate
/// @param iommufd whether the kernel has iommufd and VFIO character devices
record GuestEnvironment(String userSpaceController, String passthroughController, String plainVirtualFunction,
        String spareController, String unboundController, List<String> serialPorts, boolean iommufd) {

    /// The uid and gid of `nobody`, who has no rights.
    static final int NOBODY = 65534;

    static GuestEnvironment read() {
        return new GuestEnvironment(property("guest.nvme.userspace"), property("guest.nvme.passthrough"),
                property("guest.nvme.plainVf"), property("guest.nvme.spare"), property("guest.nvme.unbound"),
                IntStream.range(0, 4).mapToObj(number -> property("guest.mtty." + number)).toList(),
                Boolean.parseBoolean(property("guest.iommufd")));
    }

    /// The sysfs folder of a PCI function.
    static Path pciDevice(String address) {
        return Path.of("/sys/bus/pci/devices", address);
    }

    /// The sysfs folder of an mdev device.
    static Path mdevDevice(String uuid) {
        return Path.of("/sys/bus/mdev/devices", uuid);
    }

    /// The driver that a device is bound to.
    static Optional<String> driver(Path device) throws IOException {
        return linkedName(device.resolve("driver"));
    }

    /// The number of the IOMMU group that a device is in.
    static Optional<String> group(Path device) throws IOException {
        return linkedName(device.resolve("iommu_group"));
    }

    private static Optional<String> linkedName(Path link) throws IOException {
        return Files.exists(link) ? Optional.of(link.toRealPath().getFileName().toString()) : Optional.empty();
    }

    private static String property(String name) {
        var value = System.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("system property " + name + " is not set: tests tagged guest run in the "
                    + "guest only, mvn verify -Pguest");
        }
        return value;
    }
}
