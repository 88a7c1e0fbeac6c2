package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.UUID;

/// A device opened by its own node (`/dev/vfio/devices/vfioN`): answers EINVAL to all until it is bound to an iommufd,
/// then is the device.
final class FakeCdev implements FakeFile {
    private static final int BIND = 0x3B76;
    private static final int ATTACH = 0x3B77;
    private static final int DETACH = 0x3B78;
    private static final int NONE = 0;

    private final FakeKernel kernel;
    private final FakeHost host;
    private final FakePciDevice device;
    private final FakeDeviceFile file;
    private FakeIommufd iommufd;
    private int deviceId;
    private int tableId = NONE;

    FakeCdev(FakeKernel kernel, FakeHost host, FakePciDevice device) {
        this.kernel = kernel;
        this.host = host;
        this.device = device;
        this.file = new FakeDeviceFile(kernel, device, this::unbind);
    }

    @Override
    public String kind() {
        return "device";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return file.requestName(request, argument);
    }

    private void requireBound() {
        synchronized (kernel) {
            FakeRefusal.when(iommufd == null, FakeErrno.EINVAL);
        }
    }

    @Override
    public int ioctl(long request, long value) {
        requireBound();
        return file.ioctl(request, value);
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        var struct = new FakeStruct(argument);
        if ((int) request == BIND) {
            return bind(struct);
        }
        requireBound();
        return switch ((int) request) {
            case ATTACH -> kernel.locked(() -> attach(struct));
            case DETACH -> kernel.locked(() -> detach(struct));
            default -> file.ioctl(request, argument);
        };
    }

    private int bind(FakeStruct bind) {
        synchronized (kernel) {
            long size = bind.sizeOfAtLeast(16);
            int flags = bind.u32(4);
            int known = host.newerKernel() ? 24 : 16;
            for (long at = known; host.newerKernel() && at < size; at++) {
                FakeRefusal.when(bind.memory().get(ValueLayout.JAVA_BYTE, at) != 0, FakeErrno.E2BIG);
            }
            FakeRefusal.when((flags & (host.newerKernel() ? ~1 : ~0)) != 0, FakeErrno.EINVAL);
            FakeRefusal.when(bind.u32(8) < 0, FakeErrno.EINVAL);
            FakeRefusal.when(host.openGroup(device.group()) != null, FakeErrno.EBUSY);
            FakeRefusal.when(iommufd != null, FakeErrno.EINVAL);
            var wanted = kernel.file(bind.u32(8));
            FakeRefusal.when(wanted == null, FakeErrno.EBADF);
            FakeRefusal.when(!(wanted instanceof FakeIommufd), FakeErrno.EBADFD);
            FakeRefusal.when(device.core().isOpen(), FakeErrno.EINVAL);
            FakeRefusal.when(!host.viable(device.group()), FakeErrno.EPERM);
            FakeVfToken.check(device, (flags & 1) == 0 || size < 24 ? null : token(bind.u64(16)));
            FakeRefusal.when(device.takeResetBusy(), FakeErrno.EAGAIN);
            iommufd = (FakeIommufd) wanted;
            deviceId = iommufd.bind(device);
            bind.put32(12, deviceId);
            device.core().open(this::space, true);
        }
        device.core().resetAroundUse();
        return 0;
    }

    private static UUID token(long address) {
        var bytes = FakeStruct.at(address, 16).memory().toArray(ValueLayout.JAVA_BYTE);
        var buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private FakeAddressSpace space() {
        return tableId == NONE ? null : iommufd.space(tableId);
    }

    private int attach(FakeStruct attach) {
        attach.sizeOfAtLeast(12);
        passIds(attach.u32(4));
        int attached = iommufd.attach(attach.u32(8));
        dropTable();
        tableId = attached;
        attach.put32(8, attached);
        return 0;
    }

    private int detach(FakeStruct detach) {
        detach.sizeOfAtLeast(8);
        passIds(detach.u32(4));
        dropTable();
        return 0;
    }

    private void passIds(int flags) {
        FakeRefusal.when((flags & 1) != 0 && host.newerKernel(), FakeErrno.EOPNOTSUPP);
        FakeRefusal.when(flags != 0, FakeErrno.EINVAL);
    }

    private void dropTable() {
        if (tableId != NONE) {
            iommufd.detach(tableId);
            tableId = NONE;
        }
    }

    @Override
    public long read(MemorySegment buffer) {
        requireBound();
        return file.read(buffer);
    }

    @Override
    public long pread(MemorySegment buffer, long position) {
        requireBound();
        return file.pread(buffer, position);
    }

    @Override
    public long pwrite(MemorySegment buffer, long position) {
        requireBound();
        return file.pwrite(buffer, position);
    }

    @Override
    public long mmap(long byteSize, int protection, int flags, long position) {
        requireBound();
        return file.mmap(byteSize, protection, flags, position);
    }

    private void unbind() {
        synchronized (kernel) {
            dropTable();
            iommufd.unbind(deviceId);
            iommufd = null;
        }
    }

    @Override
    public void onClose() {
        boolean bound;
        synchronized (kernel) {
            bound = iommufd != null;
        }
        if (bound) {
            file.onClose();
        }
    }
}
