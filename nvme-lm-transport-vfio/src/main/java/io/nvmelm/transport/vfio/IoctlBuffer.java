package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Native memory for the argument of one ioctl at a time, owned by whoever makes these calls and reused. Not thread-safe: its
/// owner's lock guards it. Freed when it is no longer reachable.
final class IoctlBuffer {
    private final LinuxHost host;
    private final MemorySegment memory;

    IoctlBuffer(LinuxHost host, long byteSize) {
        this.host = host;
        this.memory = Arena.ofAuto().allocate(byteSize, Long.BYTES);
    }

    /// Zeroes it and sets its first field, the size that every structure of VFIO and iommufd begins with.
    IoctlBuffer start(int structureBytes) {
        memory.fill((byte) 0);
        return put32(0, structureBytes);
    }

    IoctlBuffer put32(long byteOffset, int value) {
        memory.set(ValueLayout.JAVA_INT, byteOffset, value);
        return this;
    }

    /// Kernels before 6.6 align capabilities to 4 bytes only, so a field of 64 bits may lie at any multiple of 4.
    IoctlBuffer put64(long byteOffset, long value) {
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, byteOffset, value);
        return this;
    }

    int get16(long byteOffset) {
        return Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT, byteOffset));
    }

    int get32(long byteOffset) {
        return memory.get(ValueLayout.JAVA_INT, byteOffset);
    }

    long get64(long byteOffset) {
        return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, byteOffset);
    }

    MemorySegment memory() {
        return memory;
    }

    /// {@return what the kernel answered: 0 or more, or a negative errno}
    ///
    /// @throws io.nvmelm.TransportException when the file is closed
    int call(OpenFile file, long request) {
        int fd = file.acquire();
        try {
            return host.calls().ioctl(fd, request, memory);
        } finally {
            file.release();
        }
    }
}
