package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.linux.ClosingSteps;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The memory that a controller lends. Each piece is a mapping of its own, fresh and zeroed, that is taken away once it was closed
/// and no command can write there any more. Thread-safe; its lock is the innermost one and never held across a system call.
final class TransferPool {
    private final VfioDevice device;
    private volatile long maximumBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<DmaTransferMemory> memories = new LinkedHashSet<>();
    private boolean closed;

    TransferPool(VfioDevice device, long maximumBytes) {
        this.device = device;
        this.maximumBytes = maximumBytes;
    }

    /// Bounds what is lent from now on.
    void limit(long byteSize) {
        maximumBytes = byteSize;
    }

    DmaTransferMemory allocate(long byteSize) {
        if (byteSize < 1 || byteSize > maximumBytes) {
            throw new InvalidValueException("byteSize", Long.toString(byteSize), "1 to " + maximumBytes);
        }
        requireOpen();
        var memory = new DmaTransferMemory(this, device.allocateDma(byteSize), byteSize);
        lock.lock();
        try {
            if (!closed) {
                memories.add(memory);
                return memory;
            }
        } finally {
            lock.unlock();
        }
        memory.memory().close();
        throw QueueFailure.closed().exception(device.name());
    }

    private void requireOpen() {
        lock.lock();
        try {
            if (closed) {
                throw QueueFailure.closed().exception(device.name());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Checks the data of a command, and holds it for the command.
    ///
    /// @return the memory; null for none
    @Nullable
    DmaTransferMemory use(@Nullable TransferMemory data, long byteSize) {
        if (data == null) {
            if (byteSize != 0) {
                throw new InvalidValueException("dataByteSize", Long.toString(byteSize), "0 without data");
            }
            return null;
        }
        if (!(data instanceof DmaTransferMemory memory) || memory.pool != this) {
            throw new InvalidValueException("data", data.toString(), "memory of this transport");
        }
        long bound = memory.segment().byteSize();
        if (byteSize < 0 || byteSize > bound) {
            throw new InvalidValueException("dataByteSize", Long.toString(byteSize), "0 to " + bound);
        }
        lock.lock();
        try {
            if (memory.closed || memory.lateUsers > 0) {
                throw new InvalidValueException(
                        "data",
                        memory + (memory.closed ? ", closed" : ", quarantined"),
                        "memory that is neither closed nor quarantined");
            }
            memory.users++;
        } finally {
            lock.unlock();
        }
        return memory;
    }

    /// A command that uses the memory may write there without anybody waiting for it.
    void quarantine(DmaTransferMemory memory) {
        lock.lock();
        try {
            memory.lateUsers++;
        } finally {
            lock.unlock();
        }
    }

    /// A command can no longer write into the memory.
    ///
    /// @return whether the memory is to be freed now, by [DmaTransferMemory#freeing]
    boolean release(DmaTransferMemory memory, boolean late) {
        lock.lock();
        try {
            memory.users--;
            if (late) {
                memory.lateUsers--;
            }
            return memory.closed && memory.users == 0;
        } finally {
            lock.unlock();
        }
    }

    boolean isQuarantined(DmaTransferMemory memory) {
        lock.lock();
        try {
            return memory.lateUsers > 0;
        } finally {
            lock.unlock();
        }
    }

    void close(DmaTransferMemory memory) {
        lock.lock();
        try {
            memory.closed = true;
            if (memory.users > 0) {
                return;
            }
        } finally {
            lock.unlock();
        }
        free(memory);
    }

    /// Frees memory that its owner closed while a command used it. Whoever completes the command is not its owner: where this
    /// fails, the memory is kept and `close` tries again and says so.
    void freeAfterCommand(DmaTransferMemory memory) {
        try {
            free(memory);
        } catch (LiveMigrationException kept) {
            lock.lock();
            try {
                memories.add(memory);
            } finally {
                lock.unlock();
            }
        }
    }

    private void free(DmaTransferMemory memory) {
        memory.memory().close();
        lock.lock();
        try {
            memories.remove(memory);
        } finally {
            lock.unlock();
        }
    }

    /// Gives all memory back. The controller was stopped before.
    void close(ClosingSteps steps) {
        List<DmaTransferMemory> rest;
        lock.lock();
        try {
            closed = true;
            rest = List.copyOf(memories);
            rest.forEach(memory -> memory.closed = true);
        } finally {
            lock.unlock();
        }
        rest.forEach(memory -> steps.run(() -> free(memory)));
    }
}
