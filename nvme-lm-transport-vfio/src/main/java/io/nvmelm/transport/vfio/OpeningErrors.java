package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostFiles;
import io.nvmelm.transport.vfio.linux.KernelError;
import java.util.Optional;

/// What each errno of the steps of opening means, and what to do about it (`drivers/vfio/group.c`, `container.c`,
/// `device_cdev.c`, `vfio_iommu_type1.c`, `drivers/iommu/iommufd`).
final class OpeningErrors {
    private static final String LOG = "Check the kernel's log: dmesg";
    private static final String OPEN_FILES = "Raise the number of open files of the process: ulimit -n";
    private static final String STILL_BUSY =
            "It was busy for all of openTimeout, as during a reset: try again, or with a longer openTimeout";

    private OpeningErrors() {}

    static TransportException node(DeviceAddress address, String path, int errno) {
        return KernelError.of("opening " + path, errno, switch (errno) {
            case Errno.ENOENT -> missing(path);
            case Errno.EACCES -> "Give the user of this process the right, as root: chown " + user() + " " + path;
            case Errno.EPERM -> "A container or sandbox forbids it: allow the device, as with: docker run --device "
                    + path;
            case Errno.EBUSY ->
                "Only one process can have it open, and either by group or by cdev: see who has it with: fuser -v "
                        + path;
            case Errno.ENODEV, Errno.ENXIO -> isShared(path)
                    ? "Load the driver with: modprobe " + module(path)
                    : "No device behind it is bound to a driver of VFIO any more. " + DeviceFacts.bindCommand(address,
                            false);
            case Errno.EMFILE -> OPEN_FILES;
            default -> LOG;
        });
    }

    private static String missing(String path) {
        if (isShared(path)) {
            return "Load the driver with: modprobe " + module(path)
                    + "; in a container, pass the device in: docker run --device "
                    + path;
        }
        boolean cdev = path.startsWith("/dev/vfio/devices/");
        return "In a container, pass the device in: docker run --device " + path + "; a kernel without CONFIG_VFIO_"
                + (cdev
                        ? "DEVICE_CDEV has none: open the device by its group"
                        : "GROUP has none: open the device by cdev");
    }

    /// {@return whether a node belongs to no single device}
    private static boolean isShared(String path) {
        return path.equals(GroupOpening.CONTAINER) || path.equals(CdevOpening.IOMMUFD);
    }

    private static String module(String path) {
        return path.equals(CdevOpening.IOMMUFD) ? "iommufd" : "vfio-pci";
    }

    private static String user() {
        return System.getProperty("user.name", "$USER");
    }

    static TransportException setContainer(HostFiles files, String group, int errno) {
        return KernelError.of("attaching group " + group + " to a container", errno, switch (errno) {
            case Errno.EPERM -> notViable(files, group);
            case Errno.EBUSY -> "Another process uses the group: see who has it with: fuser -v /dev/vfio/*";
            case Errno.EBADFD -> "It is no container of VFIO: see what it is with: ls -l " + GroupOpening.CONTAINER;
            default -> LOG;
        });
    }

    static TransportException notViableGroup(HostFiles files, String group) {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "IOMMU group " + group + " is not viable: a driver of the host holds one of its devices",
                notViable(files, group),
                0,
                null);
    }

    private static String notViable(HostFiles files, String group) {
        var members = DeviceFacts.members(files, group);
        var text = new StringBuilder("Bind every device of group " + group + " to vfio-pci, or to no driver; it has ");
        text.append(String.join(", ", members.stream().map(DeviceFacts.Member::toString).toList()));
        for (var member : members) {
            if (member.isHeld()) {
                text.append("; as root: echo ").append(member.name()).append(" > /sys/bus/pci/devices/");
                text.append(member.name()).append("/driver/unbind");
            }
        }
        return text.toString();
    }

    static TransportException setIommu(int errno) {
        return KernelError.of("choosing IOMMU type 1 version 2", errno, switch (errno) {
            case Errno.EPERM -> "The platform has no interrupt remapping. If that risk is accepted: "
                    + "echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
            case Errno.ENODEV -> "Load the driver with: modprobe vfio_iommu_type1";
            default -> LOG;
        });
    }

    static TransportException deviceFd(HostFiles files, DeviceFacts facts, Optional<?> token, int errno) {
        return KernelError.of("getting " + facts.address().kernelName() + " from its group", errno, switch (errno) {
            case Errno.ENODEV -> "It left the group. " + DeviceFacts.bindCommand(facts.address(), false);
            case Errno.EACCES -> tokenRemedy(token);
            case Errno.EINVAL -> token.isPresent()
                    ? "Open it without VF token: it needs none unless its physical function is bound to vfio-pci"
                    : LOG;
            case Errno.EPERM -> notViable(files, facts.group().orElse("?"));
            case Errno.EAGAIN -> STILL_BUSY;
            case Errno.EMFILE -> OPEN_FILES;
            default -> LOG;
        });
    }

    private static String tokenRemedy(Optional<?> token) {
        return token.isPresent()
                ? "The VF token is not the one in use: give a virtual function the token that its physical function was opened"
                        + " with, and that function the one of its virtual functions"
                : "It needs a VF token (VfioOptions.withVfToken): a virtual function the one that its physical function was"
                        + " opened with by VFIO, a physical function the one that its virtual functions in use have";
    }

    static TransportException bind(HostFiles files, DeviceFacts facts, Optional<?> token, int errno) {
        return KernelError.of("binding " + facts.address().kernelName() + " to iommufd", errno, switch (errno) {
            case Errno.EBUSY -> "It is open by its group: see who has it with: fuser -v /dev/vfio/" + facts.group()
                    .orElse("*");
            case Errno.EPERM -> notViable(files, facts.group().orElse("?"))
                    + ". If none is held, interrupts are not isolated; if that risk is accepted: "
                    + "echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts";
            case Errno.EACCES -> tokenRemedy(token);
            case Errno.EINVAL, Errno.E2BIG -> token.isPresent()
                    ? "Open it without VF token if its physical function is not bound to vfio-pci; else by its group, if this"
                            + " kernel takes no VF token by cdev (AccessPath.GROUP)"
                    : "It is open already, or its accesses cannot be made coherent: see who has it with: fuser -v"
                            + " /dev/vfio/devices/*";
            case Errno.EAGAIN -> STILL_BUSY;
            case Errno.EBADF, Errno.EBADFD -> "It is not iommufd: see what it is with: ls -l " + CdevOpening.IOMMUFD;
            default -> LOG;
        });
    }

    static TransportException attach(DeviceAddress address, int errno) {
        return KernelError.of(
                "attaching " + address.kernelName() + " to an address space",
                errno,
                errno == Errno.EBUSY ? STILL_BUSY : LOG);
    }

    static LiveMigrationException mapping(int errno, long deviceAddress, long byteSize) {
        return KernelError.of(
                "mapping " + byteSize + " bytes at device address " + Long.toHexString(deviceAddress) + "h",
                errno,
                switch (errno) {
                    case Errno.ENOMEM -> "Raise the limit of locked memory of the process: ulimit -l";
                    case Errno.ENOSPC -> "Raise the number of mappings: "
                            + "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
                    case Errno.EEXIST -> "Unmap what is mapped there first";
                    default -> LOG;
                });
    }

    static TransportException unmappedOther(long deviceAddress, long byteSize, long unmapped) {
        return new TransportException(
                FailureCategory.FATAL,
                "the kernel unmapped " + unmapped + " bytes at device address " + Long.toHexString(deviceAddress)
                        + "h, not "
                        + byteSize,
                "Close the device: somebody else changes its mappings",
                0,
                null);
    }
}
