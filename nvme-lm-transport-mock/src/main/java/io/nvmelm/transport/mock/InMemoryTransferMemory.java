package io.nvmelm.transport.mock;

import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory lent by an [InMemoryAdminTransport], off the heap. Its arena lives until the memory was closed and neither a
/// command nor a data queue can write into it any more.
final class InMemoryTransferMemory implements TransferMemory {
    private static final long ALIGNMENT = 4096;

    private final InMemoryAdminTransport owner;
    private final Arena arena;
    private final MemorySegment segment;
    private final boolean ring;
    private int users;
    private int lateUsers;
    private boolean closed;

    /// @param ring whether a controller may write into it after the command that named it
    /// @throws OutOfMemoryError when there is not so much
    InMemoryTransferMemory(InMemoryAdminTransport owner, long byteSize, boolean ring) {
        this.owner = owner;
        this.ring = ring;
        this.arena = Arena.ofShared();
        this.segment = arena.allocate(byteSize, ALIGNMENT);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public boolean isQuarantined() {
        owner.clock().enter();
        try {
            return lateUsers > 0;
        } finally {
            owner.clock().exit();
        }
    }

    @Override
    public void close() {
        owner.clock().enter();
        try {
            closed = true;
            freeWhenUnused();
        } finally {
            owner.clock().exit();
        }
    }

    boolean belongsTo(InMemoryAdminTransport transport) {
        return owner == transport;
    }

    /// {@return whether a command names it for later, instead of moving its bytes}
    boolean isRing() {
        return ring;
    }

    /// {@return whether a command may use it} Only under the lock.
    boolean isUsable() {
        return !closed && lateUsers == 0;
    }

    /// A command or a data queue uses it from now on. Only under the lock.
    void use() {
        users++;
    }

    /// A command that uses it timed out. Only under the lock.
    void quarantine() {
        lateUsers++;
    }

    /// A command or a data queue can no longer write into it. Only under the lock.
    void release(boolean late) {
        users--;
        if (late) {
            lateUsers--;
        }
        freeWhenUnused();
    }

    private void freeWhenUnused() {
        if (closed && users == 0 && arena.scope().isAlive()) {
            arena.close();
            owner.forget(this);
        }
    }
}
