package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.HostFiles;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the kernel says of a device below `/sys`, and whether VFIO can open it.
///
/// @param address where it is
/// @param driver  driver that it is bound to; empty when to none
/// @param group   number of its IOMMU group as text; empty when it has none
/// @param cdev    name of its character device, as `vfio3`; empty when it has none
record DeviceFacts(DeviceAddress address, Optional<String> driver, Optional<String> group, Optional<String> cdev) {
    private static final String GROUPS = "/sys/kernel/iommu_groups/";
    private static final String NO_IOMMU =
            "Switch the IOMMU on in the firmware (VT-d, AMD-Vi) and by the kernel command line (intel_iommu=on)";
    /// Drivers that do no DMA, which the kernel therefore allows in a group that is used.
    private static final Set<String> HARMLESS = Set.of("pcieport", "pci-stub");

    /// Reads what there is.
    ///
    /// @throws TransportException when there is no such device
    static DeviceFacts read(HostFiles files, DeviceAddress address) {
        String folder = address.sysfsPath();
        if (!files.exists(folder)) {
            throw refusal(
                    address,
                    "there is no device " + address.kernelName() + " (" + folder + ")",
                    address instanceof PciAddress
                            ? "List the devices with: lspci -D"
                            : "Create the device, or list what there is with: ls /sys/bus/mdev/devices");
        }
        return new DeviceFacts(
                address,
                files.linkedName(folder + "/driver"),
                files.linkedName(folder + "/iommu_group"),
                files.names(folder + "/vfio-dev").stream().findFirst());
    }

    /// Refuses a device that no driver of VFIO is bound to, that has no IOMMU, or that runs without its protection.
    void requireVfio(HostFiles files) {
        boolean physical = address instanceof PciAddress;
        if (group.isEmpty() && (physical || isOnVfio())) {
            throw refusal(address, "it has no IOMMU group, so its memory accesses cannot be confined", NO_IOMMU);
        }
        if (!isOnVfio()) {
            throw refusal(
                    address,
                    driver.map(name -> "it is bound to the driver " + name).orElse("it is bound to no driver")
                            + ", not to one of VFIO",
                    bindCommand(address, driver.isPresent()));
        }
        String number = group.orElseThrow();
        if (physical && isUnprotected(files, number)) {
            throw refusal(
                    address,
                    "it runs in no-IOMMU mode: nothing confines its memory accesses, and a loaded state could make it"
                            + " write anywhere",
                    NO_IOMMU);
        }
    }

    /// The group of a mediated device has this name as well, though its driver confines it: to be asked for PCI functions alone.
    private static boolean isUnprotected(HostFiles files, String number) {
        return files.text(GROUPS + number + "/name").filter("vfio-noiommu"::equals).isPresent()
                || files.exists("/dev/vfio/noiommu-" + number);
    }

    /// {@return whether a driver of VFIO holds the device: vfio-pci or one of its variants, which show a `vfio-dev` folder since
    /// Linux 6.1; drivers of mediated devices are all of VFIO}
    boolean isOnVfio() {
        return cdev.isPresent()
                || driver.filter(name -> address instanceof MediatedDevice || isNameOfVfio(name)).isPresent();
    }

    private static boolean isNameOfVfio(String driverName) {
        return driverName.contains("vfio");
    }

    static String bindCommand(DeviceAddress address, boolean bound) {
        if (address instanceof MediatedDevice) {
            return "Load the driver of its parent, and create it again: echo " + address
                    + " > /sys/class/mdev_bus/PARENT/mdev_supported_types/TYPE/create";
        }
        String folder = address.sysfsPath();
        return "Bind it with: modprobe vfio-pci; echo vfio-pci > " + folder + "/driver_override"
                + (bound ? "; echo " + address + " > " + folder + "/driver/unbind" : "")
                + "; echo " + address + " > /sys/bus/pci/drivers_probe";
    }

    /// A device of a group.
    ///
    /// @param name   its name in the kernel
    /// @param driver driver that it is bound to
    record Member(String name, Optional<String> driver) {

        /// {@return whether a driver of the host holds it, so that its group cannot be used}
        boolean isHeld() {
            return driver.filter(bound -> !isNameOfVfio(bound) && !HARMLESS.contains(bound)).isPresent();
        }

        @Override
        public String toString() {
            return name + " (" + driver.orElse("no driver") + ")";
        }
    }

    /// {@return the devices of a group}
    static List<Member> members(HostFiles files, String group) {
        return files.names(GROUPS + group + "/devices").stream()
                .map(name -> new Member(name, files.linkedName("/sys/bus/pci/devices/" + name + "/driver")))
                .toList();
    }

    static TransportException refusal(DeviceAddress address, String message, String remedy) {
        var refusal = new TransportException(FailureCategory.ABORT_MIGRATION, message, remedy, 0, null);
        return (TransportException) refusal.at(address.kernelName(), "opening");
    }
}
