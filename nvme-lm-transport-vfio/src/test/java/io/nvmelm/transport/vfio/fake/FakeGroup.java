package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// An open group (`/dev/vfio/N`). Lives as long as its descriptor or a device of it that is open.
final class FakeGroup implements FakeFile {
    private static final int LONGEST_NAME = 4096;

    private final FakeKernel kernel;
    private final FakeHost host;
    private final int number;
    private FakeContainer container;
    private int devices;
    private boolean closed;

    FakeGroup(FakeKernel kernel, FakeHost host, int number) {
        this.kernel = kernel;
        this.host = host;
        this.number = number;
    }

    /// Opens a group that may be opened.
    static int open(FakeKernel kernel, FakeHost host, int number, String path) {
        return kernel.locked(() -> {
            var members = host.members(number);
            members.stream().mapToInt(FakePciDevice::groupErrno).filter(errno -> errno != 0).forEach(errno -> {
                throw new FakeRefusal(errno);
            });
            FakeRefusal.when(members.stream().noneMatch(FakePciDevice::boundToVfio), FakeErrno.ENODEV);
            FakeRefusal.when(host.openGroup(number) != null, FakeErrno.EBUSY);
            FakeRefusal.when(members.stream().anyMatch(member -> member.core().openByCdev()), FakeErrno.EBUSY);
            var group = new FakeGroup(kernel, host, number);
            int fd = kernel.install(group, path);
            if (fd >= 0) {
                host.groupOpened(number, group);
            }
            return fd;
        });
    }

    boolean withoutIommu() {
        return host.members(number).stream().anyMatch(FakePciDevice::withoutIommu);
    }

    /// {@return the bus addresses of devices in here, null for none}
    FakeAddressSpace space() {
        return container == null ? null : container.space();
    }

    @Override
    public String kind() {
        return "group";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return switch ((int) request) {
            case 0x3B67 -> "GROUP_GET_STATUS";
            case 0x3B68 -> "SET_CONTAINER";
            case 0x3B69 -> "UNSET_CONTAINER";
            case 0x3B6A -> "GET_DEVICE_FD";
            default -> FakeFile.super.requestName(request, argument);
        };
    }

    @Override
    public int ioctl(long request, long value) {
        return switch ((int) request) {
            case 0x3B69 -> kernel.locked(this::unsetContainer);
            case 0x3B67, 0x3B68, 0x3B6A -> -FakeErrno.EFAULT;
            default -> -FakeErrno.ENOTTY;
        };
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        return switch ((int) request) {
            case 0x3B67 -> kernel.locked(() -> status(new FakeStruct(argument)));
            case 0x3B68 -> kernel.locked(() -> setContainer(new FakeStruct(argument).u32(0)));
            case 0x3B69 -> kernel.locked(this::unsetContainer);
            case 0x3B6A -> openDevice(text(argument));
            default -> -FakeErrno.ENOTTY;
        };
    }

    private int status(FakeStruct status) {
        status.sizeOfAtLeast(8);
        status.put32(4, (host.viable(number) ? 1 : 0) | (container == null ? 0 : 2));
        return 0;
    }

    private int setContainer(int fd) {
        FakeRefusal.when(container != null, FakeErrno.EINVAL);
        FakeRefusal.when(fd < 0, FakeErrno.EINVAL);
        var file = kernel.file(fd);
        FakeRefusal.when(file == null, FakeErrno.EBADF);
        if (!(file instanceof FakeContainer wanted)) {
            return -FakeErrno.EBADFD;
        }
        FakeRefusal.when(!host.viable(number), FakeErrno.EPERM);
        wanted.attach(this);
        container = wanted;
        return 0;
    }

    private int unsetContainer() {
        FakeRefusal.when(container == null, FakeErrno.EINVAL);
        FakeRefusal.when(devices > 0, FakeErrno.EBUSY);
        container.detach(this);
        container = null;
        return 0;
    }

    private static String text(MemorySegment memory) {
        var bytes = new StringBuilder();
        for (int i = 0; i < LONGEST_NAME; i++) {
            byte next = memory.get(ValueLayout.JAVA_BYTE, i);
            if (next == 0) {
                return bytes.toString();
            }
            bytes.append(new String(new byte[] {next}, StandardCharsets.ISO_8859_1));
        }
        throw new FakeRefusal(FakeErrno.EINVAL);
    }

    private int openDevice(String text) {
        FakePciDevice device;
        boolean first;
        synchronized (kernel) {
            device = host.members(number).stream()
                    .filter(FakePciDevice::boundToVfio)
                    .filter(member -> member.matches(text))
                    .findFirst()
                    .orElseThrow(() -> new FakeRefusal(FakeErrno.ENODEV));
            FakeVfToken.check(device, FakeVfToken.parse(text.substring(device.name().length())));
            FakeRefusal.when(container == null || !container.ready(), FakeErrno.EINVAL);
            FakeRefusal.when(device.takeResetBusy(), FakeErrno.EAGAIN);
            first = device.core().open(this::space, false);
            devices++;
        }
        if (first) {
            device.core().resetAroundUse();
        }
        int fd = kernel.install(new FakeDeviceFile(kernel, device, this::deviceClosed), "device " + device.name());
        if (fd < 0) {
            device.core().close();
            deviceClosed();
        }
        return fd;
    }

    private void deviceClosed() {
        synchronized (kernel) {
            devices--;
            release();
        }
    }

    @Override
    public void onClose() {
        synchronized (kernel) {
            closed = true;
            release();
        }
    }

    private void release() {
        if (closed && devices == 0) {
            if (container != null) {
                container.detach(this);
                container = null;
            }
            host.groupClosed(number);
        }
    }
}
