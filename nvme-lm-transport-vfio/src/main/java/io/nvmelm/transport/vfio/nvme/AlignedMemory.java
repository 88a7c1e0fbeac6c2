package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.transport.vfio.DmaMemory;
import io.nvmelm.transport.vfio.VfioDevice;
import java.lang.foreign.MemorySegment;

/// Memory for queues, lists and rings, at a device address that is a multiple of the controller's page size.
final class AlignedMemory implements AutoCloseable {
    private final DmaMemory memory;
    private final long skipped;
    private final MemorySegment segment;

    private AlignedMemory(DmaMemory memory, long byteSize, int pageBytes) {
        this.memory = memory;
        this.skipped = -memory.deviceAddress() & pageBytes - 1;
        this.segment = memory.segment().asSlice(skipped, byteSize);
    }

    /// Allocates zeroed memory.
    ///
    /// @param pageBytes power of two, 4096 or more
    static AlignedMemory allocate(VfioDevice device, long byteSize, int pageBytes) {
        // Device addresses are multiples of 4096 in any case.
        return new AlignedMemory(device.allocateDma(byteSize + pageBytes - 4096), byteSize, pageBytes);
    }

    /// {@return bytes rounded up to whole pages}
    static long pages(long byteSize, int pageBytes) {
        return byteSize + pageBytes - 1 & -(long) pageBytes;
    }

    MemorySegment segment() {
        return segment;
    }

    long deviceAddress() {
        return memory.deviceAddress() + skipped;
    }

    @Override
    public void close() {
        memory.close();
    }
}
