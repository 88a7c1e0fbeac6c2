package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.linux.MappedMemory;
import java.lang.foreign.MemorySegment;

/// Memory of this process for passthrough commands, in whole pages. Unmapped when it was closed and the kernel is done with the
/// commands that use it. Its fields are guarded by the lock of its transport.
final class PassthroughMemory implements TransferMemory {
    private static final long PAGE_BYTES = 4096;

    private final PassthroughQueue owner;
    private final MappedMemory pages;
    private final MemorySegment segment;
    private int users;
    private long deadlineNanos;
    private boolean closed;

    PassthroughMemory(PassthroughQueue owner, long byteSize) {
        this.owner = owner;
        this.pages = MappedMemory.anonymous(owner.host(), (byteSize + PAGE_BYTES - 1) & -PAGE_BYTES);
        this.segment = pages.segment().asSlice(0, byteSize);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    /// Only while the kernel has not come back with a command whose time is over or whose transport was closed: when it does, the
    /// command is no longer executed.
    @Override
    public boolean isQuarantined() {
        owner.lock().lock();
        try {
            return users > 0 && (owner.isClosed() || owner.host().clock().nanoTime() - deadlineNanos >= 0);
        } finally {
            owner.lock().unlock();
        }
    }

    @Override
    public void close() {
        boolean unused;
        owner.lock().lock();
        try {
            closed = true;
            unused = users == 0;
        } finally {
            owner.lock().unlock();
        }
        if (unused) {
            unmap();
        }
    }

    boolean belongsTo(PassthroughQueue transport) {
        return owner == transport;
    }

    long address() {
        return pages.address();
    }

    /// {@return whether it was closed} Only under the lock.
    boolean isClosed() {
        return closed;
    }

    /// A command uses it from now on. Only under the lock.
    void use(long commandDeadlineNanos) {
        if (users++ == 0 || commandDeadlineNanos - deadlineNanos < 0) {
            deadlineNanos = commandDeadlineNanos;
        }
    }

    /// A command uses it no longer. Not under the lock: may unmap it.
    void release() {
        boolean unused;
        owner.lock().lock();
        try {
            unused = --users == 0 && closed;
        } finally {
            owner.lock().unlock();
        }
        if (unused) {
            unmap();
        }
    }

    /// Done by any number of threads, any number of times: the pages go once.
    private void unmap() {
        pages.close();
        owner.forget(this);
    }
}
