package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/// A region of a device: one of its BARs, or its configuration space. Each access is one access of exactly its width, in
/// program order; mapped memory where the kernel allows that, else a call.
///
/// Thread-safe. An access waits while the device is being reset, and is refused with a [TransportException] when the device is
/// closed, or, but for configuration space, stopped; so no access ever meets memory that is not there. Offsets have to be multiples of the width and inside
/// the region, else there is an [InvalidValueException]. Values are little endian.
public final class DeviceRegion {
    private static final String REMEDY =
            "Enable memory space in the command register, and see that the device is awake";

    private final LinuxHost host;
    private final VfioDevice device;
    private final RegionLayout layout;
    private final RegionMapping mapping;
    private final ReentrantLock bufferLock = new ReentrantLock();
    private final MemorySegment buffer = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

    DeviceRegion(LinuxHost host, VfioDevice device, RegionLayout layout, RegionMapping mapping) {
        this.host = host;
        this.device = device;
        this.layout = layout;
        this.mapping = mapping;
    }

    /// {@return index of the region: 0 to 5 a BAR, 7 configuration space (`linux/vfio.h`)}
    public int index() {
        return layout.index();
    }

    /// {@return size in bytes}
    public long byteSize() {
        return layout.byteSize();
    }

    /// {@return whether the whole region is mapped, so that an access is no system call}
    public boolean isMapped() {
        return mapping.coversAll(layout.byteSize());
    }

    /// {@return 8 bits, 0 to 255}
    ///
    /// @param byteOffset offset in the region
    public int read8(long byteOffset) {
        return (int) read(byteOffset, Byte.BYTES) & 0xFF;
    }

    /// {@return 16 bits, 0 to 65535}
    ///
    /// @param byteOffset offset in the region, a multiple of 2
    public int read16(long byteOffset) {
        return (int) read(byteOffset, Short.BYTES) & 0xFFFF;
    }

    /// {@return 32 bits}
    ///
    /// @param byteOffset offset in the region, a multiple of 4
    public int read32(long byteOffset) {
        return (int) read(byteOffset, Integer.BYTES);
    }

    /// {@return 64 bits}
    ///
    /// @param byteOffset offset in the region, a multiple of 8
    public long read64(long byteOffset) {
        return read(byteOffset, Long.BYTES);
    }

    /// {@return 32 or 64 bits, also while the owner of the function has blocked accesses}
    ///
    /// @param byteOffset offset in the region, a multiple of the width
    /// @param width      bytes
    long readAsOwner(long byteOffset, int width) {
        check(byteOffset, width);
        device.gate().enterAsOwner();
        return readInside(byteOffset, width);
    }

    /// Writes the lowest 8 bits.
    ///
    /// @param byteOffset offset in the region
    /// @param value      value
    public void write8(long byteOffset, int value) {
        write(byteOffset, Byte.BYTES, value);
    }

    /// Writes the lowest 16 bits.
    ///
    /// @param byteOffset offset in the region, a multiple of 2
    /// @param value      value
    public void write16(long byteOffset, int value) {
        write(byteOffset, Short.BYTES, value);
    }

    /// Writes 32 bits.
    ///
    /// @param byteOffset offset in the region, a multiple of 4
    /// @param value      value
    public void write32(long byteOffset, int value) {
        write(byteOffset, Integer.BYTES, value);
    }

    /// Writes 64 bits.
    ///
    /// @param byteOffset offset in the region, a multiple of 8
    /// @param value      value
    public void write64(long byteOffset, long value) {
        write(byteOffset, Long.BYTES, value);
    }

    private long read(long byteOffset, int width) {
        check(byteOffset, width);
        enter();
        return readInside(byteOffset, width);
    }

    /// Reads and leaves the gate.
    private long readInside(long byteOffset, int width) {
        try {
            var mapped = device.answersMemory() ? mapping.at(byteOffset, width) : null;
            if (mapped != null) {
                long at = byteOffset - mapped.byteOffset();
                return switch (width) {
                    case Byte.BYTES -> mapped.memory().read8(at);
                    case Short.BYTES -> mapped.memory().read16(at);
                    case Integer.BYTES -> mapped.memory().read32(at);
                    default -> mapped.memory().read64(at);
                };
            }
            return readByCall(byteOffset, width);
        } finally {
            device.gate().leave();
        }
    }

    private void write(long byteOffset, int width, long value) {
        if (isConfiguration()) {
            writeConfiguration(byteOffset, width, value);
            return;
        }
        check(byteOffset, width);
        enter();
        try {
            var mapped = device.answersMemory() ? mapping.at(byteOffset, width) : null;
            if (mapped != null) {
                long at = byteOffset - mapped.byteOffset();
                switch (width) {
                    case Byte.BYTES -> mapped.memory().write8(at, (byte) value);
                    case Short.BYTES -> mapped.memory().write16(at, (short) value);
                    case Integer.BYTES -> mapped.memory().write32(at, (int) value);
                    default -> mapped.memory().write64(at, value);
                }
            } else {
                writeByCall(byteOffset, width, value);
            }
        } finally {
            device.gate().leave();
        }
    }

    /// A write to configuration space can reset the function, put it to sleep, or stop it answering accesses to its memory; so it has
    /// the device alone.
    private void writeConfiguration(long byteOffset, int width, long value) {
        check(byteOffset, width);
        boolean isOpen = device.gate().shut();
        try {
            if (!isOpen) {
                throw device.gate().closedRefusal();
            }
            writeByCall(byteOffset, width, value);
        } finally {
            if (isOpen) {
                device.memoryMayHaveChanged();
            }
            device.gate().open();
        }
    }

    private boolean isConfiguration() {
        return layout.index() == Vfio.PCI_CONFIG_REGION_INDEX;
    }

    /// Configuration space belongs to the kernel as much as to the device, and a VMM saves it from a device that is stopped.
    private void enter() {
        if (isConfiguration()) {
            device.gate().enterOpen();
        } else {
            device.gate().enter();
        }
    }

    private long readByCall(long byteOffset, int width) {
        int fd = device.file().acquire();
        bufferLock.lock();
        try {
            buffer.set(ValueLayout.JAVA_LONG, 0, 0);
            long result = host.calls().pread(fd, buffer, width, layout.filePosition() + byteOffset);
            checkCount(result, width, "reading", byteOffset);
            return buffer.get(ValueLayout.JAVA_LONG, 0);
        } finally {
            bufferLock.unlock();
            device.file().release();
        }
    }

    private void writeByCall(long byteOffset, int width, long value) {
        int fd = device.file().acquire();
        bufferLock.lock();
        try {
            buffer.set(ValueLayout.JAVA_LONG, 0, value);
            long result = host.calls().pwrite(fd, buffer, width, layout.filePosition() + byteOffset);
            checkCount(result, width, "writing", byteOffset);
        } finally {
            bufferLock.unlock();
            device.file().release();
        }
    }

    private void check(long byteOffset, int width) {
        if (byteOffset < 0 || byteOffset > layout.byteSize() - width || byteOffset % width != 0) {
            throw (InvalidValueException) new InvalidValueException(
                    "byteOffset",
                    Long.toString(byteOffset),
                    "a multiple of " + width + ", at most " + (layout.byteSize() - width))
                    .at(device.name(), "region " + layout.index());
        }
    }

    private void checkCount(long result, int width, String doing, long byteOffset) {
        if (result == width) {
            return;
        }
        String what = doing + " " + width + " bytes at " + Long.toHexString(byteOffset) + "h of region " + layout
                .index();
        var failure = result < 0
                ? KernelError.of(what, (int) -result, REMEDY)
                : new TransportException(
                        FailureCategory.FATAL, what + " moved " + result + " bytes", REMEDY, Errno.EIO, null);
        throw (TransportException) failure.at(device.name(), null);
    }
}
