package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.lang.foreign.Arena;

/// Opens a device through its IOMMU group, in a container of its own (`linux/vfio.h`).
final class GroupOpening {
    static final String CONTAINER = "/dev/vfio/vfio";
    private static final long RETRY_NANOS = 10_000_000;

    private final LinuxHost host;
    private final DeviceFacts facts;
    private final VfioOptions options;

    GroupOpening(LinuxHost host, DeviceFacts facts, VfioOptions options) {
        this.host = host;
        this.facts = facts;
        this.options = options;
    }

    /// Opens it. On failure nothing is left open.
    OpenedDevice open() {
        try (var resources = new OpenResources()) {
            String number = facts.group().orElseThrow();
            var container = openNode(host, facts.address(), CONTAINER);
            resources.onFailure(container::close);
            checkContainer(container);
            var group = openNode(host, facts.address(), "/dev/vfio/" + number);
            resources.onFailure(group::close);
            attach(group, container, number);
            var device = new OpenFile(host.calls(), deviceFd(group), facts.address().kernelName());
            resources.onFailure(device::close);
            var space = new TypeOneSpace(host, container, group);
            resources.keep();
            return new OpenedDevice(device, space, AccessPath.GROUP);
        }
    }

    static OpenFile openNode(LinuxHost host, DeviceAddress address, String path) {
        int fd = host.calls().open(path, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
        if (fd < 0) {
            throw OpeningErrors.node(address, path, -fd);
        }
        return new OpenFile(host.calls(), fd, path);
    }

    private void checkContainer(OpenFile container) {
        int version = value(container, Vfio.GET_API_VERSION, 0);
        if (version != Vfio.API_VERSION) {
            throw version < 0
                    ? KernelError.of("asking the version of VFIO", -version, "See what it is with: ls -l " + CONTAINER)
                    : unsupported("VFIO has version " + version + ", this library knows " + Vfio.API_VERSION,
                            "Use a library for this kernel");
        }
        if (value(container, Vfio.CHECK_EXTENSION, Vfio.TYPE1V2_IOMMU) <= 0) {
            throw unsupported("VFIO has no IOMMU of type 1 version 2",
                    "Load the driver with: modprobe vfio_iommu_type1");
        }
    }

    private void attach(OpenFile group, OpenFile container, String number) {
        var call = new IoctlBuffer(host, Vfio.GroupStatus.BYTE_SIZE);
        int result = call.start(Vfio.GroupStatus.BYTE_SIZE).call(group, Vfio.GROUP_GET_STATUS);
        if (result < 0) {
            throw KernelError.of("asking the state of group " + number, -result, "Check the kernel's log: dmesg");
        }
        if ((call.get32(Vfio.GroupStatus.FLAGS) & Vfio.GroupStatus.FLAG_VIABLE) == 0) {
            throw OpeningErrors.notViableGroup(host.files(), number);
        }
        int containerFd = container.acquire();
        try {
            result = call.put32(0, containerFd).call(group, Vfio.GROUP_SET_CONTAINER);
        } finally {
            container.release();
        }
        if (result < 0) {
            throw OpeningErrors.setContainer(host.files(), number, -result);
        }
        result = value(container, Vfio.SET_IOMMU, Vfio.TYPE1V2_IOMMU);
        if (result < 0) {
            throw OpeningErrors.setIommu(-result);
        }
    }

    /// {@return the file descriptor of the device} Opening resets the device, and while it is busy the kernel asks to try again.
    private int deviceFd(OpenFile group) {
        String name = facts.address().kernelName()
                + options.vfToken().map(token -> " vf_token=" + token).orElse("");
        long deadline = host.clock().deadlineAfter(options.openTimeout());
        KernelRetryEvent retries = null;
        int result = -Errno.EAGAIN;
        try (var arena = Arena.ofConfined()) {
            var argument = arena.allocateFrom(name);
            while (true) {
                int fd = group.acquire();
                try {
                    result = host.calls().ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, argument);
                } finally {
                    group.release();
                }
                if (result >= 0) {
                    return result;
                }
                if ((result != -Errno.EAGAIN && result != -Errno.EINTR)
                        || host.clock().nanoTime() - deadline >= 0) {
                    throw OpeningErrors.deviceFd(host.files(), facts, options.vfToken(), -result);
                }
                retries = KernelRetryEvent.again(retries, "VFIO_GROUP_GET_DEVICE_FD", result);
                host.clock().pause(RETRY_NANOS);
            }
        } finally {
            KernelRetryEvent.end(retries, result);
        }
    }

    private int value(OpenFile file, long request, long argument) {
        int fd = file.acquire();
        try {
            return host.calls().ioctl(fd, request, argument);
        } finally {
            file.release();
        }
    }

    private static TransportException unsupported(String message, String remedy) {
        return new TransportException(FailureCategory.ABORT_MIGRATION, message, remedy, 0, null);
    }
}
