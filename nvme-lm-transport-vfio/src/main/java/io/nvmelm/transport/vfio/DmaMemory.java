package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.MappedMemory;
import java.lang.foreign.MemorySegment;

/// Memory of this process that a device reads and writes at a device address. Belongs to a [VfioDevice], which takes it away
/// when it is closed. Thread-safe; what the device writes is seen by volatile or acquiring reads.
public final class DmaMemory implements AutoCloseable {
    private final VfioDevice device;
    private final MappedMemory memory;
    private final long deviceAddress;
    /// Whether it is mapped for the device. Guarded by the lock of the device.
    private boolean reachable = true;

    DmaMemory(VfioDevice device, MappedMemory memory, long deviceAddress) {
        this.device = device;
        this.memory = memory;
        this.deviceAddress = deviceAddress;
    }

    /// {@return the bytes} Valid until this or the device is closed; later accesses get an `IllegalStateException` of the JDK.
    public MemorySegment segment() {
        return memory.segment();
    }

    /// {@return the address by which the device reaches the first byte (IOVA), a multiple of 4096}
    public long deviceAddress() {
        return deviceAddress;
    }

    /// {@return size in bytes, a multiple of 4096}
    public long byteSize() {
        return memory.segment().byteSize();
    }

    /// Takes the memory away from the device and gives it back. What the device would still write must have ended before: it
    /// would meet an address that is not mapped. Idempotent.
    ///
    /// @throws io.nvmelm.TransportException when the kernel refuses, or a call of another thread uses the segment for a
    ///                                      second; closing may be tried again then
    @Override
    public void close() {
        device.free(this);
    }

    MappedMemory memory() {
        return memory;
    }

    boolean isReachable() {
        return reachable;
    }

    void unreachable() {
        reachable = false;
    }
}
