package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostFiles;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.util.regex.Pattern;

/// Finds and opens the node of a controller that the kernel's nvme driver holds: `/dev/nvmeN`, where N is found below
/// `/sys/bus/pci/devices`.
final class NvmeNode {
    private static final String DRIVER = "nvme";
    private static final Pattern CONTROLLER = Pattern.compile("nvme\\d+");

    private NvmeNode() {}

    /// Opens the node.
    ///
    /// @param host       host
    /// @param pciAddress address of the function as the kernel writes it
    /// @return the open node, named by its path
    /// @throws TransportException when there is no such function, the nvme driver does not hold it, or the node cannot be opened
    static OpenFile open(LinuxHost host, String pciAddress) {
        String node = find(host.files(), pciAddress);
        int fd = host.calls().open(node, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
        if (fd < 0) {
            throw KernelError.of("opening " + node, -fd, remedyOfOpen(-fd, node)).at(pciAddress, "opening");
        }
        return new OpenFile(host.calls(), fd, node);
    }

    private static String find(HostFiles files, String pciAddress) {
        String folder = "/sys/bus/pci/devices/" + pciAddress;
        if (!files.exists(folder)) {
            throw refusal(
                    FailureCategory.FATAL,
                    pciAddress,
                    "there is no PCI function " + pciAddress + " (" + folder + ")",
                    "List the functions with: lspci -D");
        }
        String driver = files.linkedName(folder + "/driver").orElse("");
        if (!driver.equals(DRIVER)) {
            throw refusal(
                    FailureCategory.ABORT_MIGRATION,
                    pciAddress,
                    (driver.isEmpty() ? "it is bound to no driver" : "it is bound to the driver " + driver)
                            + ", and passthrough goes through the nvme driver of the kernel",
                    bindCommand(folder, pciAddress, driver));
        }
        var controllers = files.names(folder + "/nvme").stream()
                .filter(name -> CONTROLLER.matcher(name).matches())
                .toList();
        if (controllers.isEmpty()) {
            throw refusal(
                    FailureCategory.ABORT_MIGRATION,
                    pciAddress,
                    "the nvme driver holds it but shows no controller in " + folder + "/nvme",
                    "See why the controller did not come up with: dmesg | grep nvme");
        }
        return "/dev/" + controllers.getFirst();
    }

    private static String bindCommand(String folder, String pciAddress, String boundTo) {
        String unbind = boundTo.isEmpty() ? "" : "echo " + pciAddress + " > " + folder + "/driver/unbind; ";
        String alternative =
                boundTo.contains("vfio") ? ", or leave it there and use the admin queue in user space" : "";
        return "Bind it with: modprobe nvme; echo nvme > " + folder + "/driver_override; " + unbind + "echo "
                + pciAddress + " > /sys/bus/pci/drivers_probe" + alternative;
    }

    private static String remedyOfOpen(int errno, String node) {
        return switch (errno) {
            case Errno.ENOENT ->
                "The kernel has the controller but the node is missing: mount devtmpfs on /dev, or pass " + node
                        + " to the container";
            case Errno.EACCES, Errno.EPERM ->
                "Run as root, or allow it with: chown $USER " + node
                        + " and give the process CAP_SYS_ADMIN, without which the kernel refuses nearly every admin command";
            case Errno.EAGAIN -> "The controller is being reset or is still coming up; try again when it is live";
            case Errno.EMFILE -> "Raise the limit of open files with: ulimit -n";
            case Errno.ENODEV, Errno.ENXIO -> "The controller is gone; see: dmesg | grep nvme";
            default -> "See what the nvme driver says with: dmesg | grep nvme";
        };
    }

    private static LiveMigrationException refusal(
            FailureCategory category, String pciAddress, String message, String remedy) {
        return new TransportException(category, message, remedy, 0, null).at(pciAddress, "opening");
    }
}
