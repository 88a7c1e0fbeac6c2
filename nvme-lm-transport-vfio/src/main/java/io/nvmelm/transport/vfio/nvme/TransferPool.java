package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.linux.ClosingSteps;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The memory that a controller lends. Each piece is a mapping of its own, fresh and zeroed, that is taken away once it was closed
/// and no command can write there any more. Thread-safe; its lock is the innermost one and never held across a system call.
///
/// A ring is written by the controller on its own account, from the command that names it until another, which names nothing, makes
/// the controller forget it. When that was is known to the owner alone. What the owner cannot know is the fate of a command that
/// timed out, and what a ring was named for after its owner closed it: such a ring is kept until the controller is stopped.
final class TransferPool {
    /// Largest ring: 2^32 dwords.
    static final long LARGEST_RING_BYTES = 1L << 34;
    /// All that memory needs whose pages are listed: device addresses are multiples of it anyway.
    private static final int SMALLEST_PAGE_BYTES = 4096;

    private final VfioDevice device;
    private final int pageBytes;
    private volatile long maximumBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<DmaTransferMemory> memories = new LinkedHashSet<>();
    private boolean closed;

    /// Creates the pool without memory.
    ///
    /// @param pageBytes page size of the controller, which rings are aligned to
    TransferPool(VfioDevice device, int pageBytes, long maximumBytes) {
        this.device = device;
        this.pageBytes = pageBytes;
        this.maximumBytes = maximumBytes;
    }

    /// Bounds what is lent from now on.
    void limit(long byteSize) {
        maximumBytes = byteSize;
    }

    DmaTransferMemory allocate(long byteSize) {
        return allocate(byteSize, maximumBytes, SMALLEST_PAGE_BYTES, false);
    }

    /// Lends memory at device addresses without a gap, of which the first is at the start of a page.
    DmaTransferMemory allocateRing(long byteSize) {
        return allocate(byteSize, LARGEST_RING_BYTES, pageBytes, true);
    }

    private DmaTransferMemory allocate(long byteSize, long bound, int alignment, boolean isRing) {
        if (byteSize < 1 || byteSize > bound) {
            throw new InvalidValueException("byteSize", Long.toString(byteSize), "1 to " + bound);
        }
        requireOpen();
        var memory = new DmaTransferMemory(this, AlignedMemory.allocate(device, byteSize, alignment), isRing);
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

    /// Refuses when the controller was closed.
    void requireOpen() {
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
        if (memory.isRing() && byteSize != 0) {
            throw new InvalidValueException(
                    "dataByteSize", Long.toString(byteSize), "0 with a ring, which a command names and does not move");
        }
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

    /// A command can no longer write into the memory, except that the controller may, where the command named a ring and was
    /// successful. Of that the owner knows unless the command is late, and acts upon it unless the ring was closed before: then the
    /// ring is kept.
    ///
    /// @param successful whether the controller did what the command says
    /// @return whether the memory is to be freed now, by [DmaTransferMemory#freeing]
    boolean release(DmaTransferMemory memory, boolean late, boolean successful) {
        lock.lock();
        try {
            if (successful && memory.isRing() && !memory.kept && (late || memory.closed)) {
                memory.kept = true;
                memory.lateUsers += late ? 0 : 1;
                return false;
            }
            memory.users--;
            if (late) {
                memory.lateUsers--;
            }
            return memory.closed && memory.users == 0;
        } finally {
            lock.unlock();
        }
    }

    /// The controller was stopped and has forgotten every ring.
    ///
    /// @return memory that is to be freed now, by [DmaTransferMemory#freeing]
    List<DmaTransferMemory> controllerWasStopped() {
        lock.lock();
        try {
            var unused = new ArrayList<DmaTransferMemory>();
            for (var memory : memories) {
                if (memory.kept) {
                    memory.kept = false;
                    memory.users--;
                    memory.lateUsers--;
                    if (memory.closed && memory.users == 0) {
                        unused.add(memory);
                    }
                }
            }
            return unused;
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

    /// Gives all memory back. The controller was stopped before, and takes no command any more: one that comes with memory of this
    /// pool hears that, and not that somebody closed its memory.
    void close(ClosingSteps steps) {
        var _ = controllerWasStopped();
        List<DmaTransferMemory> rest;
        lock.lock();
        try {
            closed = true;
            rest = List.copyOf(memories);
        } finally {
            lock.unlock();
        }
        rest.forEach(memory -> steps.run(() -> free(memory)));
    }
}
