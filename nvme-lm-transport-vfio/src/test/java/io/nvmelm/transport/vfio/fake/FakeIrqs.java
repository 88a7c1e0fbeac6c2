package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// The interrupts of a device: which eventfd is signalled by which vector. Guarded by the lock of the kernel.
final class FakeIrqs implements FakeInterrupts {
    static final int INTX = 0;
    static final int MSIX = 2;
    static final int ERROR = 3;
    static final int REQUEST = 4;
    private static final int NONE = 1;
    private static final int BOOL = 2;
    private static final int EVENTFD = 4;
    private static final int TRIGGER = 32;

    private final FakeKernel kernel;
    private final FakeConfigSpace config;
    private final FakeEventFd[][] lines;
    private int available;
    private boolean enabled;

    FakeIrqs(FakeKernel kernel, FakeConfigSpace config, int vectors) {
        this.kernel = kernel;
        this.config = config;
        this.available = vectors;
        this.lines = new FakeEventFd[][] {
            {}, {}, new FakeEventFd[vectors], new FakeEventFd[1], new FakeEventFd[1],
        };
    }

    /// {@return vectors of an index}
    int count(int index) {
        return lines[index].length;
    }

    /// The host can give only so many MSI-X vectors.
    void available(int vectors) {
        available = vectors;
    }

    void clear() {
        for (var index : lines) {
            Arrays.fill(index, null);
        }
        enabled = false;
    }

    @Override
    public boolean raise(int vector) {
        synchronized (kernel) {
            if (!config.busMaster() || vector < 0 || vector >= lines[MSIX].length) {
                return false;
            }
            return signal(MSIX, vector);
        }
    }

    @Override
    public boolean raiseError() {
        return signal(ERROR, 0);
    }

    @Override
    public boolean raiseRequest() {
        return signal(REQUEST, 0);
    }

    private boolean signal(int index, int vector) {
        synchronized (kernel) {
            var line = lines[index][vector];
            if (line == null) {
                return false;
            }
            line.signal();
            kernel.clock.changed();
            return true;
        }
    }

    /// VFIO_DEVICE_SET_IRQS.
    int set(FakeStruct set) {
        long size = set.sizeOfAtLeast(20);
        int flags = set.u32(4);
        int index = set.u32(8);
        int start = set.u32(12);
        int count = set.u32(16);
        int data = flags & 7;
        int action = flags & 0x38;
        FakeRefusal.when(
                (flags & ~0x3F) != 0 || Integer.bitCount(data) != 1 || Integer.bitCount(action) != 1,
                FakeErrno.EINVAL);
        FakeRefusal.when(index < 0 || index >= lines.length || lines[index].length == 0, FakeErrno.EINVAL);
        int most = lines[index].length;
        FakeRefusal.when(
                start < 0 || count < 0 || start >= most || start + count > most || start + count < 0,
                FakeErrno.EINVAL);
        long width = data == EVENTFD ? 4 : data == BOOL ? 1 : 0;
        FakeRefusal.when(size - 20 < width * count, FakeErrno.EINVAL);
        FakeRefusal.when(action != TRIGGER, FakeErrno.ENOTTY);
        if (data == NONE && count == 0) {
            Arrays.fill(lines[index], null);
            enabled &= index != MSIX;
            return 0;
        }
        FakeRefusal.when(count == 0, FakeErrno.EINVAL);
        if (data == EVENTFD) {
            return register(set, index, start, count);
        }
        FakeRefusal.when(index == MSIX && !enabled, FakeErrno.EINVAL);
        for (int i = 0; i < count; i++) {
            if (data == NONE || set.memory().get(ValueLayout.JAVA_BYTE, 20 + i) != 0) {
                signal(index, start + i);
            }
        }
        return 0;
    }

    private int register(FakeStruct set, int index, int start, int count) {
        if (index == MSIX && !enabled && start + count > available) {
            return available;
        }
        var wanted = new FakeEventFd[count];
        for (int i = 0; i < count; i++) {
            int fd = set.u32(20 + 4L * i);
            if (fd != -1) {
                var file = kernel.file(fd);
                FakeRefusal.when(fd < 0 || file == null, fd < 0 ? FakeErrno.EINVAL : FakeErrno.EBADF);
                FakeRefusal.when(!(file instanceof FakeEventFd), FakeErrno.EINVAL);
                wanted[i] = (FakeEventFd) file;
            }
        }
        System.arraycopy(wanted, 0, lines[index], start, count);
        enabled |= index == MSIX;
        return 0;
    }
}
