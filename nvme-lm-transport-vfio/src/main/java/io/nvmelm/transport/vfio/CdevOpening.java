package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/// Opens a device by its character device, in an address space of iommufd of its own (`linux/vfio.h`, `linux/iommufd.h`).
final class CdevOpening {
    static final String IOMMUFD = "/dev/iommu";
    private static final String FOLDER = "/dev/vfio/devices/";
    private static final long RETRY_NANOS = 10_000_000;
    private static final int UUID_BYTES = 16;

    private final LinuxHost host;
    private final DeviceFacts facts;
    private final VfioOptions options;

    CdevOpening(LinuxHost host, DeviceFacts facts, VfioOptions options) {
        this.host = host;
        this.facts = facts;
        this.options = options;
    }

    /// {@return the path of the character device; whether there is such a file is another matter}
    static String node(String cdev) {
        return FOLDER + cdev;
    }

    /// Opens it. On failure nothing is left open.
    OpenedDevice open() {
        String cdev = facts.cdev()
                .orElseThrow(() -> new TransportException(
                        FailureCategory.ABORT_MIGRATION,
                        "the kernel has no character device for it",
                        "Use a kernel with CONFIG_VFIO_DEVICE_CDEV, or open the device by its group",
                        0,
                        null));
        try (var resources = new OpenResources()) {
            var iommufd = GroupOpening.openNode(host, facts.address(), IOMMUFD);
            resources.onFailure(iommufd::close);
            var device = GroupOpening.openNode(host, facts.address(), node(cdev));
            resources.onFailure(device::close);
            int deviceId = bind(device, iommufd);
            var space = new IommufdSpace(host, iommufd);
            attach(device, space, deviceId);
            space.readRanges();
            resources.keep();
            return new OpenedDevice(device, space, AccessPath.CDEV);
        }
    }

    private int bind(OpenFile device, OpenFile iommufd) {
        int fd = iommufd.acquire();
        try (var arena = Arena.ofConfined()) {
            boolean token = options.vfToken().isPresent();
            int byteSize = token ? Vfio.DeviceBindIommufd.BYTE_SIZE : Vfio.DeviceBindIommufd.MINIMUM_ARGSZ;
            var call = new IoctlBuffer(host, Vfio.DeviceBindIommufd.BYTE_SIZE);
            int result = retried(Errno.EAGAIN, () -> {
                call.start(byteSize).put32(Vfio.DeviceBindIommufd.IOMMUFD, fd);
                options.vfToken().ifPresent(value -> call.put32(
                        Vfio.DeviceBindIommufd.FLAGS, Vfio.DeviceBindIommufd.FLAG_TOKEN)
                        .put64(Vfio.DeviceBindIommufd.TOKEN_UUID_PTR, bytesOf(value, arena).address()));
                return call.call(device, Vfio.DEVICE_BIND_IOMMUFD);
            });
            if (result < 0) {
                throw OpeningErrors.bind(host.files(), facts, options.vfToken(), -result);
            }
            return call.get32(Vfio.DeviceBindIommufd.OUT_DEVID);
        } finally {
            iommufd.release();
        }
    }

    /// A page table with dirty tracking is tried first. Not every IOMMU has that, and a mediated device has none at all: then the
    /// kernel makes the table by itself.
    private void attach(OpenFile device, IommufdSpace space, int deviceId) {
        int table = space.allocateTrackingTable(deviceId);
        if (table != 0) {
            if (attachTo(device, table) == 0) {
                return;
            }
            space.dropTrackingTable();
        }
        int result = attachTo(device, space.ioasId());
        if (result < 0) {
            throw OpeningErrors.attach(facts.address(), -result);
        }
    }

    /// Busy means that the device, or another of its group, is being reset.
    private int attachTo(OpenFile device, int pageTableId) {
        var call = new IoctlBuffer(host, Vfio.DeviceAttachIommufdPt.BYTE_SIZE);
        return retried(Errno.EBUSY, () -> call.start(Vfio.DeviceAttachIommufdPt.MINIMUM_ARGSZ)
                .put32(Vfio.DeviceAttachIommufdPt.PT_ID, pageTableId)
                .call(device, Vfio.DEVICE_ATTACH_IOMMUFD_PT));
    }

    private interface Call {
        int run();
    }

    private int retried(int busy, Call call) {
        long deadline = host.clock().deadlineAfter(options.openTimeout());
        KernelRetryEvent retries = null;
        while (true) {
            int result = call.run();
            boolean again = result == -busy || result == -Errno.EAGAIN || result == -Errno.EINTR;
            if (!again || host.clock().nanoTime() - deadline >= 0) {
                KernelRetryEvent.end(retries, result);
                return result;
            }
            retries = KernelRetryEvent.again(retries, "opening by cdev", result);
            host.clock().pause(RETRY_NANOS);
        }
    }

    /// The kernel wants the 16 bytes in the order of the text.
    private static MemorySegment bytesOf(UUID token, Arena arena) {
        var order = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
        var bytes = arena.allocate(UUID_BYTES, Long.BYTES);
        bytes.set(order, 0, token.getMostSignificantBits());
        bytes.set(order, Long.BYTES, token.getLeastSignificantBits());
        return bytes;
    }
}
