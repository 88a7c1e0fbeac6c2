package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationData;
import io.nvmelm.TransferOptions;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostClock;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import io.nvmelm.transport.vfio.uapi.Vfio;
import io.nvmelm.transport.vfio.uapi.VfioFeature;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A device whose state never ends: the migration ioctls are answered here, and the file that a session reads is `/dev/zero`,
/// read by the system calls of this host. So the way of the data is the real one, and its source is as fast as one can be.
public final class EndlessDevice implements AutoCloseable {
    private static final String SOURCE = "/dev/zero";

    private final LinuxHost local = LinuxHost.local();
    private final VfioMigratableDevice device;
    private final int fd;

    /// Opens it.
    public EndlessDevice() {
        fd = local.calls().eventfd();
        device = VfioMigratableDevice.overFileDescriptor(
                new LinuxHost(new Calls(local.calls()), local.files(), HostClock.system()),
                fd,
                "endless",
                TransferOptions.defaults());
    }

    /// {@return a session that reads from `/dev/zero`}
    public MigrationData save() {
        return device.setState(DeviceState.STOP_COPY).orElseThrow();
    }

    @Override
    public void close() {
        device.close();
        local.calls().close(fd);
    }

    /// The host's calls, but for the ioctls of a device.
    private static final class Calls implements SystemCalls {
        private static final int PAYLOAD = VfioFeature.Feature.DATA;
        private final SystemCalls host;
        private int state = VfioFeature.DEVICE_STATE_RUNNING;

        Calls(SystemCalls host) {
            this.host = host;
        }

        @Override
        public int ioctl(int fd, long request, MemorySegment argument) {
            return request == Vfio.DEVICE_FEATURE ? feature(argument) : host.ioctl(fd, request, argument);
        }

        private int feature(MemorySegment argument) {
            int flags = argument.get(ValueLayout.JAVA_INT, VfioFeature.Feature.FLAGS);
            boolean set = (flags & VfioFeature.SET) != 0;
            switch (flags & VfioFeature.MASK) {
                case VfioFeature.MIGRATION -> argument.set(
                        ValueLayout.JAVA_LONG_UNALIGNED, PAYLOAD, VfioFeature.MigrationFlags.FLAG_STOP_COPY);
                case VfioFeature.MIG_DEVICE_STATE -> {
                    if (set) {
                        state = argument.get(ValueLayout.JAVA_INT, PAYLOAD);
                    } else {
                        argument.set(ValueLayout.JAVA_INT, PAYLOAD, state);
                    }
                    boolean saves = set && state == VfioFeature.DEVICE_STATE_STOP_COPY;
                    argument.set(
                            ValueLayout.JAVA_INT,
                            PAYLOAD + VfioFeature.MigState.DATA_FD,
                            saves ? host.open(SOURCE, SystemCalls.OPEN_READ_ONLY) : -1);
                }
                default -> {
                    return -Errno.ENOTTY;
                }
            }
            return 0;
        }

        @Override
        public int ioctl(int fd, long request, long argument) {
            return request == Vfio.DEVICE_RESET ? 0 : host.ioctl(fd, request, argument);
        }

        @Override
        public int open(String path, int flags) {
            return host.open(path, flags);
        }

        @Override
        public int close(int fd) {
            return host.close(fd);
        }

        @Override
        public long read(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
            return host.read(fd, buffer, byteOffset, byteCount);
        }

        @Override
        public long write(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
            return host.write(fd, buffer, byteOffset, byteCount);
        }

        @Override
        public long pread(int fd, MemorySegment buffer, long byteCount, long filePosition) {
            return host.pread(fd, buffer, byteCount, filePosition);
        }

        @Override
        public long pwrite(int fd, MemorySegment buffer, long byteCount, long filePosition) {
            return host.pwrite(fd, buffer, byteCount, filePosition);
        }

        @Override
        public long mmap(long byteSize, int protection, int flags, int fd, long filePosition) {
            return host.mmap(byteSize, protection, flags, fd, filePosition);
        }

        @Override
        public int munmap(long address, long byteSize) {
            return host.munmap(address, byteSize);
        }

        @Override
        public int eventfd() {
            return host.eventfd();
        }

        @Override
        public int poll(int fd, int events, int timeoutMillis) {
            return host.poll(fd, events, timeoutMillis);
        }
    }
}
