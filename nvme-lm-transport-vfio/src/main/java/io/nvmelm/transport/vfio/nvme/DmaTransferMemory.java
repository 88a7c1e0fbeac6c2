package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;

/// Memory lent by a [TransferPool], at a device address. Its counters are guarded by the pool's lock.
final class DmaTransferMemory implements TransferMemory {
    final TransferPool pool;
    /// Commands that use it.
    int users;
    /// Those of them that timed out or were given up.
    int lateUsers;
    boolean closed;
    /// Whether it is kept, as by a late user, until the controller is stopped. Rings alone.
    boolean kept;
    /// Gives the memory back; an object of its own so that a completion allocates none.
    final Runnable freeing = this::free;

    private final AlignedMemory memory;
    private final boolean isRing;

    DmaTransferMemory(TransferPool pool, AlignedMemory memory, boolean isRing) {
        this.pool = pool;
        this.memory = memory;
        this.isRing = isRing;
    }

    @Override
    public MemorySegment segment() {
        return memory.segment();
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

    /// {@return whether commands name it instead of moving bytes of it}
    boolean isRing() {
        return isRing;
    }

    AlignedMemory memory() {
        return memory;
    }

    private void free() {
        pool.freeAfterCommand(this);
    }

    @Override
    public String toString() {
        return (isRing ? "ring" : "memory") + " of " + segment().byteSize() + " bytes at "
                + Long.toHexString(memory.deviceAddress()) + "h";
    }
}
