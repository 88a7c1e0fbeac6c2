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

/// A device whose state never ends: the migration ioctls are answered here, and the file that a session reads or writes is one of this
/// host, for instance `/dev/zero`, by the system calls of this host. So the way of the data is the real one, and its end is as fast as
/// one can be.
public final class EndlessDevice implements AutoCloseable {
    private static final int WRITE_ONLY = 1;

    private final LinuxHost local = LinuxHost.local();
    private final VfioMigratableDevice device;
    private final int fd;

    /// Opens it.
    ///
    /// @param file what sessions read or write
    public EndlessDevice(String file) {
        fd = local.calls().eventfd();
        device = VfioMigratableDevice.overFileDescriptor(
                new LinuxHost(new Calls(local.calls(), file), local.files(), HostClock.system()),
                fd,
                "endless",
                TransferOptions.defaults());
    }

    /// {@return a session that reads from the file}
    public MigrationData save() {
        return device.setState(DeviceState.STOP_COPY).orElseThrow();
    }

    /// {@return a session that writes to the file}
    public MigrationData load() {
        return device.setState(DeviceState.RESUMING).orElseThrow();
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
        private final String file;
        private int state = VfioFeature.DEVICE_STATE_RUNNING;

        Calls(SystemCalls host, String file) {
            this.host = host;
            this.file = file;
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
                    argument.set(ValueLayout.JAVA_INT, PAYLOAD + VfioFeature.MigState.DATA_FD, set ? dataFd() : -1);
                }
                default -> {
                    return -Errno.ENOTTY;
                }
            }
            return 0;
        }

        /// Opens the file of the session that a state begins with.
        private int dataFd() {
            return switch (state) {
                case VfioFeature.DEVICE_STATE_STOP_COPY -> host.open(file, SystemCalls.OPEN_READ_ONLY);
                case VfioFeature.DEVICE_STATE_RESUMING -> host.open(file, WRITE_ONLY);
                default -> -1;
            };
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
