package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
    /// How namespaces over this medium are called, once one is.
    private @Nullable NamespaceIdentifiers identifiers;
    /// Ranges of blocks that cannot be read, by their first: the end of each. Disjoint.
    private final TreeMap<Long, Long> failed = new TreeMap<>();

    /// Creates a medium that holds zeros and has no identifier of its own: the first namespace over it is named after its
    /// subsystem, and all others over it are named like that one.
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
    ///                      one that is made from the name of the first subsystem and the namespace identifier there
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

    /// {@return identifiers of every namespace over this medium, made from a name at the first call}
    ///
    /// @param name supplies a name that no other medium has; asked at the first call, and only without an identifier of its own
    NamespaceIdentifiers identifiers(Supplier<String> name) {
        lock.lock();
        try {
            var known = identifiers;
            if (known == null) {
                var own = identifier;
                var text = own == null ? name.get() : own.toString();
                var nguid = own == null ? named(text) : own;
                known = new NamespaceIdentifiers(
                        Optional.of(bytes(nguid)),
                        Optional.of(eui64(named("EUI-64 of " + text))),
                        Optional.of(named("UUID of " + text)));
                identifiers = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private static UUID named(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static OpaqueBytes bytes(UUID value) {
        return OpaqueBytes.copyOf(ByteBuffer.allocate(NamespaceIdentifiers.NGUID_BYTES)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits())
                .array());
    }

    private static OpaqueBytes eui64(UUID value) {
        return OpaqueBytes.copyOf(ByteBuffer.allocate(NamespaceIdentifiers.EUI64_BYTES)
                .putLong(value.getMostSignificantBits())
                .array());
    }

    /// {@return whether a range of blocks lies inside}
    ///
    /// @param firstBlock first logical block address, unsigned
    /// @param count      number of blocks, 0 or more
    public boolean contains(long firstBlock, long count) {
        return count >= 0 && firstBlock >= 0 && count <= blockCount && firstBlock <= blockCount - count;
    }

    /// {@return whether blocks can be read by a controller: none of them was made unreadable and not written since}
    ///
    /// @param firstBlock first logical block address
    /// @param count      number of blocks
    /// @throws InvalidValueException when the range is not inside
    public boolean isReadable(long firstBlock, long count) {
        requireBlocks(firstBlock, count);
        lock.lock();
        try {
            var before = failed.lowerEntry(firstBlock + count);
            return before == null || before.getValue() <= firstBlock;
        } finally {
            lock.unlock();
        }
    }

    /// Makes blocks unreadable for controllers until they are written, set to zero or deallocated, as Write Uncorrectable does.
    ///
    /// @param firstBlock first logical block address
    /// @param count      number of blocks
    /// @throws InvalidValueException when the range is not inside
    public void failBlocks(long firstBlock, long count) {
        requireBlocks(firstBlock, count);
        lock.lock();
        try {
            recover(firstBlock, count);
            if (count > 0) {
                failed.put(firstBlock, firstBlock + count);
            }
        } finally {
            lock.unlock();
        }
    }

    private void recover(long firstBlock, long count) {
        long end = firstBlock + count;
        for (Map.Entry<Long, Long> range = failed.lowerEntry(end); range != null && range
                .getValue() > firstBlock; range = failed.lowerEntry(end)) {
            failed.remove(range.getKey());
            if (range.getValue() > end) {
                failed.put(end, range.getValue());
            }
            if (range.getKey() < firstBlock) {
                failed.put(range.getKey(), firstBlock);
            }
        }
    }

    /// Reads blocks, also those that controllers cannot read.
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
            recover(firstBlock, count);
        } finally {
            lock.unlock();
        }
    }

    /// Sets blocks to zero, which is also how they read when they are deallocated.
    ///
    /// @param firstBlock first logical block address
    /// @param count      number of blocks
    /// @throws InvalidValueException when the range is not inside
    public void zeroBlocks(long firstBlock, long count) {
        requireBlocks(firstBlock, count);
        lock.lock();
        try {
            bytes.zero(firstBlock * blockByteSize, count * blockByteSize);
            recover(firstBlock, count);
        } finally {
            lock.unlock();
        }
    }

    /// {@return the first block from `firstBlock` on that may hold something but zeros, `limit` when there is none before it} Blocks count
    /// together in groups of 64 KiB, and what was written once counts for ever.
    ///
    /// @param firstBlock where to begin
    /// @param limit      where to end, exclusive
    /// @throws InvalidValueException when the range is not inside
    public long nextAllocated(long firstBlock, long limit) {
        requireBlocks(firstBlock, limit - firstBlock);
        return bytes.nextChunk(firstBlock * blockByteSize, limit * blockByteSize) / blockByteSize;
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

    private void requireBlocks(long firstBlock, long count) {
        if (!contains(firstBlock, count)) {
            throw new InvalidValueException(
                    "firstBlock",
                    Long.toUnsignedString(firstBlock) + " with " + count + " blocks",
                    "inside of " + blockCount + " blocks");
        }
    }
}
