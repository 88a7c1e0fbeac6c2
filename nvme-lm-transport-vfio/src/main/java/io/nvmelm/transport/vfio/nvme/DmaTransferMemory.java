package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.DmaMemory;
import java.lang.foreign.MemorySegment;

/// Memory lent by a [TransferPool], at a device address. Its counters are guarded by the pool's lock.
final class DmaTransferMemory implements TransferMemory {
    final TransferPool pool;
    /// Commands that use it.
    int users;
    /// Those of them that timed out or were given up.
    int lateUsers;
    boolean closed;
    /// Gives the memory back; an object of its own so that a completion allocates none.
    final Runnable freeing = this::free;

    private final DmaMemory memory;
    private final MemorySegment segment;

    DmaTransferMemory(TransferPool pool, DmaMemory memory, long byteSize) {
        this.pool = pool;
        this.memory = memory;
        this.segment = memory.segment().asSlice(0, byteSize);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public boolean isQuarantined() {
        return pool.isQuarantined(this);
    }

    @Override
    public void close() {
        pool.close(this);
    }

    long deviceAddress() {
        return memory.deviceAddress();
    }

    DmaMemory memory() {
        return memory;
    }

    private void free() {
        pool.freeAfterCommand(this);
    }

    @Override
    public String toString() {
        return "memory of " + segment.byteSize() + " bytes at " + Long.toHexString(memory.deviceAddress()) + "h";
    }
}
