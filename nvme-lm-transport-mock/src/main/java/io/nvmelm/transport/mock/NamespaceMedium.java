package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The blocks of a namespace. Sparse: only what was written takes memory, the rest reads as zero.
///
/// One medium may belong to namespaces of several subsystems, as with storage that both sides of a migration reach; or
/// each subsystem has its own, and somebody copies it. Thread-safe; the write of a block is atomic.
public final class NamespaceMedium {
    private final ReentrantLock lock = new ReentrantLock();
    private final long blockCount;
    private final int blockByteSize;
    private final @Nullable UUID identifier;
    private final SparseBytes bytes;

    /// Creates a medium that holds zeros and has no identifier of its own: namespaces name themselves after their
    /// subsystem.
    ///
    /// @param blockCount    number of logical blocks, 1 or more; at most 2^48 bytes in all
    /// @param blockByteSize bytes of one block, a power of two from 512 to 65 536
    /// @throws InvalidValueException when a value is out of its range
    public NamespaceMedium(long blockCount, int blockByteSize) {
        this(blockCount, blockByteSize, null);
    }

    /// Creates a medium that holds zeros.
    ///
    /// @param blockCount    number of logical blocks, 1 or more; at most 2^48 bytes in all
    /// @param blockByteSize bytes of one block, a power of two from 512 to 65 536
    /// @param identifier    globally unique identifier (NGUID) that every namespace over this medium reports; null for
    ///                      one that is made from the subsystem's name and the namespace identifier
    /// @throws InvalidValueException when a value is out of its range
    public NamespaceMedium(long blockCount, int blockByteSize, @Nullable UUID identifier) {
        if (blockByteSize < 512 || blockByteSize > 65_536 || Integer.bitCount(blockByteSize) != 1) {
            throw new InvalidValueException(
                    "blockByteSize", Integer.toString(blockByteSize), "a power of two from 512 to 65536");
        }
        if (blockCount < 1 || blockCount > (1L << 48) / blockByteSize) {
            throw new InvalidValueException(
                    "blockCount", Long.toString(blockCount), "1 to " + (1L << 48) / blockByteSize);
        }
        this.blockCount = blockCount;
        this.blockByteSize = blockByteSize;
        this.identifier = identifier;
        this.bytes = new SparseBytes(blockCount * blockByteSize);
    }

    /// {@return number of logical blocks}
    public long blockCount() {
        return blockCount;
    }

    /// {@return bytes of one block}
    public int blockByteSize() {
        return blockByteSize;
    }

    /// {@return globally unique identifier; empty when it was made without one}
    public Optional<UUID> identifier() {
        return Optional.ofNullable(identifier);
    }

    /// {@return whether a range of blocks lies inside}
    ///
    /// @param firstBlock first logical block address, unsigned
    /// @param count      number of blocks, 0 or more
    public boolean contains(long firstBlock, long count) {
        return count >= 0 && firstBlock >= 0 && count <= blockCount && firstBlock <= blockCount - count;
    }

    /// Reads blocks.
    ///
    /// @param firstBlock   first logical block address
    /// @param count        number of blocks
    /// @param target       where the bytes go
    /// @param targetOffset first byte written in `target`
    /// @throws InvalidValueException when a range is not inside
    public void readBlocks(long firstBlock, int count, MemorySegment target, long targetOffset) {
        long size = require(firstBlock, count, target, targetOffset);
        lock.lock();
        try {
            bytes.read(firstBlock * blockByteSize, target, targetOffset, size);
        } finally {
            lock.unlock();
        }
    }

    /// Writes blocks.
    ///
    /// @param firstBlock   first logical block address
    /// @param count        number of blocks
    /// @param source       where the bytes come from
    /// @param sourceOffset first byte read in `source`
    /// @throws InvalidValueException when a range is not inside
    public void writeBlocks(long firstBlock, int count, MemorySegment source, long sourceOffset) {
        long size = require(firstBlock, count, source, sourceOffset);
        lock.lock();
        try {
            bytes.write(firstBlock * blockByteSize, source, sourceOffset, size);
        } finally {
            lock.unlock();
        }
    }

    /// Sets blocks to zero.
    ///
    /// @param firstBlock first logical block address
    /// @param count      number of blocks
    /// @throws InvalidValueException when the range is not inside
    public void zeroBlocks(long firstBlock, int count) {
        requireBlocks(firstBlock, count);
        lock.lock();
        try {
            bytes.zero(firstBlock * blockByteSize, (long) count * blockByteSize);
        } finally {
            lock.unlock();
        }
    }

    private long require(long firstBlock, int count, MemorySegment segment, long offset) {
        requireBlocks(firstBlock, count);
        long size = (long) count * blockByteSize;
        if (offset < 0 || offset > segment.byteSize() - size) {
            throw new InvalidValueException(
                    "offset", offset + " with " + size + " bytes", "inside of " + segment.byteSize() + " bytes");
        }
        return size;
    }

    private void requireBlocks(long firstBlock, int count) {
        if (!contains(firstBlock, count)) {
            throw new InvalidValueException(
                    "firstBlock",
                    Long.toUnsignedString(firstBlock) + " with " + count + " blocks",
                    "inside of " + blockCount + " blocks");
        }
    }
}
