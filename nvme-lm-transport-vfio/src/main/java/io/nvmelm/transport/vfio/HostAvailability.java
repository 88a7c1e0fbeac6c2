package io.nvmelm.transport.vfio;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostFiles;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Whether this process on this host can use VFIO or NVMe passthrough at all, and what is missing. Opens nodes to see whether it
/// may, and closes them.
final class HostAvailability {
    private static final String GROUPS = "/sys/kernel/iommu_groups";
    private static final String MEDIATED_DEVICES = "/sys/bus/mdev/devices";
    private static final List<String> VFIO_NODES = List.of("/dev/vfio/vfio", "/dev/iommu");
    private static final Pattern NVME_NODE = Pattern.compile("nvme\\d+");
    private static final Pattern EFFECTIVE_CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s*(\\p{XDigit}{1,16})$");
    /// Bit of `CAP_SYS_ADMIN` (linux/capability.h).
    private static final int CAP_SYS_ADMIN = 21;

    private HostAvailability() {}

    /// {@return why no device can be opened through VFIO; empty when some can}
    static Optional<String> withoutVfio(Supplier<LinuxHost> hosts) {
        return check(hosts, host -> withoutIommu(host.files()).or(() -> {
            var nodes = VFIO_NODES.stream().filter(host.files()::exists).toList();
            return nodes.isEmpty()
                    ? Optional.of("Neither " + String.join(" nor ", VFIO_NODES)
                            + " is there: load the driver with: modprobe"
                            + " vfio-pci, or pass the nodes to the container")
                    : withoutAccess(host, nodes);
        }));
    }

    /// {@return why no controller can be reached through the kernel's nvme driver; empty when some can}
    static Optional<String> withoutPassthrough(Supplier<LinuxHost> hosts) {
        return check(hosts, host -> {
            var nodes = host.files().names("/dev").stream()
                    .filter(name -> NVME_NODE.matcher(name).matches())
                    .map(name -> "/dev/" + name)
                    .toList();
            return nodes.isEmpty()
                    ? Optional.of(
                            "There is no node /dev/nvmeN: load the driver with: modprobe nvme, bind the controller to it,"
                                    + " or pass its node to the container")
                    : withoutAccess(host, nodes).or(() -> withoutAdministration(host.files()));
        });
    }

    /// A check of a host; the cause when it fails.
    private interface Check {
        Optional<String> of(LinuxHost host);
    }

    private static Optional<String> check(Supplier<LinuxHost> hosts, Check check) {
        LinuxHost host;
        try {
            host = hosts.get();
        } catch (TransportException e) {
            return Optional.of(e.getMessage());
        }
        return check.of(host);
    }

    private static Optional<String> withoutIommu(HostFiles files) {
        boolean confined = files.names(GROUPS).stream()
                .anyMatch(group -> !files.text(GROUPS + "/" + group + "/name").equals(Optional.of("vfio-noiommu")));
        // A mediated device is confined by its driver, whatever its group is called.
        return confined || !files.names(MEDIATED_DEVICES).isEmpty()
                ? Optional.empty()
                : Optional.of("This host shows no IOMMU group in " + GROUPS
                        + ": switch the IOMMU on in the firmware (VT-d,"
                        + " AMD-Vi) and by the kernel command line (intel_iommu=on)");
    }

    private static Optional<String> withoutAccess(LinuxHost host, List<String> nodes) {
        int errno = 0;
        for (String node : nodes) {
            int fd = host.calls().open(node, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
            if (fd >= 0) {
                host.calls().close(fd);
                return Optional.empty();
            }
            errno = -fd;
        }
        String last = nodes.getLast();
        return Optional.of(last + " cannot be opened (" + Errno.text(errno) + "): " + switch (errno) {
            case Errno.EACCES, Errno.EPERM -> "run as root, or allow it with: chown $USER " + last;
            case Errno.ENODEV, Errno.ENXIO -> "load the driver with: modprobe "
                    + (last.startsWith("/dev/nvme") ? "nvme" : "vfio-pci");
            case Errno.EMFILE -> "raise the limit of open files with: ulimit -n";
            default -> "see what the kernel says with: dmesg";
        });
    }

    private static Optional<String> withoutAdministration(HostFiles files) {
        var capabilities = EFFECTIVE_CAPABILITIES.matcher(files.text("/proc/self/status").orElse(""));
        boolean lacking =
                capabilities.find() && (Long.parseUnsignedLong(capabilities.group(1), 16) >>> CAP_SYS_ADMIN & 1) == 0;
        return lacking
                ? Optional.of(
                        "This process lacks CAP_SYS_ADMIN, without which the kernel refuses nearly every admin command: run"
                                + " as root, or with: setpriv --ambient-caps +sys_admin --inh-caps +sys_admin")
                : Optional.empty();
    }
}
