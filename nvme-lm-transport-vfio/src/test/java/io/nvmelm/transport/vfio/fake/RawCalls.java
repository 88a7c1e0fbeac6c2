package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Calls of the kernel as a test writes them down: by number, with structures made of 32-bit words.
final class RawCalls {
    static final int READ_WRITE = 0x80002;
    static final long CONFIG = 7L << 40;

    private final SystemCalls calls;

    RawCalls(FakeHost host) {
        calls = host.host().calls();
    }

    SystemCalls calls() {
        return calls;
    }

    int open(String path) {
        return calls.open(path, READ_WRITE);
    }

    /// {@return memory that holds these words}
    static MemorySegment words(int... words) {
        var memory = Arena.ofAuto().allocate(Math.max(4, 4L * words.length), 8);
        MemorySegment.copy(words, 0, memory, ValueLayout.JAVA_INT, 0, words.length);
        return memory;
    }

    static int word(MemorySegment memory, int index) {
        return memory.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    static long pair(MemorySegment memory, int index) {
        return Integer.toUnsignedLong(word(memory, index)) | (long) word(memory, index + 1) << 32;
    }

    int ioctl(int fd, int request, int... words) {
        return calls.ioctl(fd, request, words(words));
    }

    int number(int fd, int request, long value) {
        return calls.ioctl(fd, request, value);
    }

    int name(int group, String text) {
        return calls.ioctl(group, 0x3B6A, Arena.ofAuto().allocateFrom(text));
    }

    /// {@return container, group and device descriptors of an opened device}
    int[] openByGroup(FakePciDevice device) {
        int container = open("/dev/vfio/vfio");
        int group = open("/dev/vfio/" + device.group());
        ioctl(group, 0x3B68, container);
        number(container, 0x3B66, 3);
        return new int[] {container, group, name(group, device.name())};
    }

    void close(int... fds) {
        for (int fd : fds) {
            calls.close(fd);
        }
    }

    /// VFIO_IOMMU_MAP_DMA.
    int map(int container, int flags, long address, long iova, long size) {
        return ioctl(
                container,
                0x3B71,
                32,
                flags,
                (int) address,
                (int) (address >> 32),
                (int) iova,
                (int) (iova >> 32),
                (int) size,
                (int) (size >> 32));
    }

    /// VFIO_IOMMU_UNMAP_DMA.
    ///
    /// @return bytes unmapped, or negative errno
    long unmap(int container, int flags, long iova, long size) {
        var memory = words(24, flags, (int) iova, (int) (iova >> 32), (int) size, (int) (size >> 32));
        int result = calls.ioctl(container, 0x3B72, memory);
        return result < 0 ? result : pair(memory, 4);
    }

    long memory(long byteSize) {
        return calls.mmap(byteSize, 3, 0x22, -1, 0);
    }

    void command(int device, int value) {
        calls.pwrite(device, words(value), 2, CONFIG + 4);
    }

    /// SET MIG_DEVICE_STATE.
    ///
    /// @return the data descriptor, -1 for none, other negative errno minus 1000
    int state(int device, int target) {
        var memory = words(16, 0x20002, target, 77);
        int result = calls.ioctl(device, 0x3B75, memory);
        return result < 0 ? result - 1000 : word(memory, 3);
    }

    /// GET MIG_DEVICE_STATE.
    int state(int device) {
        var memory = words(16, 0x10002, 99, 99);
        int result = calls.ioctl(device, 0x3B75, memory);
        return result < 0 ? result : word(memory, 2);
    }

    /// Reads a data file to its end, or to an error.
    byte[] drain(int data) {
        var all = new ByteArrayOutputStream();
        var buffer = Arena.ofAuto().allocate(100);
        for (long count; (count = calls.read(data, buffer, 0, 100)) > 0;) {
            all.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        }
        return all.toByteArray();
    }

    long write(int fd, byte[] bytes) {
        var memory = Arena.ofAuto().allocate(bytes.length + 8);
        memory.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
        return calls.write(fd, memory, 0, bytes.length);
    }
}
