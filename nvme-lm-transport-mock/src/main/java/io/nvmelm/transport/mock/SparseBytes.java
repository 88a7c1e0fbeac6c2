package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A large range of bytes of which only what was written takes memory: chunks in a directory of two levels. What was
/// never written reads as zero. Accesses to disjoint ranges may be concurrent; bounds are the caller's matter.
final class SparseBytes implements MemoryBytes {
    /// Bytes of one chunk.
    static final int CHUNK_BYTES = 1 << 16;
    private static final int CHUNK_SHIFT = 16;
    private static final int LEAF_SHIFT = 9;
    private static final int LEAF_CHUNKS = 1 << LEAF_SHIFT;
    private static final long LEAF_BYTES = 1L << (CHUNK_SHIFT + LEAF_SHIFT);

    private final long byteSize;
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable MemorySegment>> directory;

    SparseBytes(long byteSize) {
        this.byteSize = byteSize;
        long leaves = ((byteSize - 1) >>> (CHUNK_SHIFT + LEAF_SHIFT)) + 1;
        this.directory = new AtomicReferenceArray<>(Math.toIntExact(leaves));
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public boolean contains(long address, long size) {
        return address >= 0 && size <= byteSize && address <= byteSize - size;
    }

    @Override
    public boolean isAddressable(long address, long size) {
        return contains(address, size);
    }

    @Override
    public void read(long address, MemorySegment target, long targetOffset, long size) {
        long done = 0;
        while (done < size) {
            long at = address + done;
            int inChunk = (int) (at & CHUNK_BYTES - 1);
            long part = Math.min(size - done, CHUNK_BYTES - inChunk);
            var chunk = chunkOrNull(at);
            if (chunk == null) {
                target.asSlice(targetOffset + done, part).fill((byte) 0);
            } else {
                MemorySegment.copy(chunk, inChunk, target, targetOffset + done, part);
            }
            done += part;
        }
    }

    @Override
    public void write(long address, MemorySegment source, long sourceOffset, long size) {
        long done = 0;
        while (done < size) {
            long at = address + done;
            int inChunk = (int) (at & CHUNK_BYTES - 1);
            long part = Math.min(size - done, CHUNK_BYTES - inChunk);
            MemorySegment.copy(source, sourceOffset + done, chunk(at), inChunk, part);
            done += part;
        }
    }

    @Override
    public void zero(long address, long size) {
        long done = 0;
        while (done < size) {
            long at = address + done;
            if (directory.getAcquire((int) (at >>> (CHUNK_SHIFT + LEAF_SHIFT))) == null) {
                done += LEAF_BYTES - (at & LEAF_BYTES - 1);
                continue;
            }
            int inChunk = (int) (at & CHUNK_BYTES - 1);
            long part = Math.min(size - done, CHUNK_BYTES - inChunk);
            var chunk = chunkOrNull(at);
            if (chunk != null) {
                chunk.asSlice(inChunk, part).fill((byte) 0);
            }
            done += part;
        }
    }

    /// {@return the chunk that holds this address, null when nothing was written there}
    @Nullable
    MemorySegment chunkOrNull(long address) {
        var leaf = directory.getAcquire((int) (address >>> (CHUNK_SHIFT + LEAF_SHIFT)));
        return leaf == null ? null : leaf.getAcquire((int) (address >>> CHUNK_SHIFT) & LEAF_CHUNKS - 1);
    }

    /// {@return the first address from `address` on whose chunk is there, `limit` when there is none before it}
    long nextChunk(long address, long limit) {
        long at = address;
        while (at < limit) {
            var leaf = directory.getAcquire((int) (at >>> (CHUNK_SHIFT + LEAF_SHIFT)));
            if (leaf == null) {
                at = ((at >>> (CHUNK_SHIFT + LEAF_SHIFT)) + 1) << (CHUNK_SHIFT + LEAF_SHIFT);
            } else if (leaf.getAcquire((int) (at >>> CHUNK_SHIFT) & LEAF_CHUNKS - 1) == null) {
                at = ((at >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
            } else {
                return at;
            }
        }
        return limit;
    }

    /// {@return the chunk that holds this address, made when there is none}
    MemorySegment chunk(long address) {
        int leafPlace = (int) (address >>> (CHUNK_SHIFT + LEAF_SHIFT));
        var leaf = directory.getAcquire(leafPlace);
        if (leaf == null) {
            leaf = new AtomicReferenceArray<@Nullable MemorySegment>(LEAF_CHUNKS);
            var other = directory.compareAndExchangeRelease(leafPlace, null, leaf);
            leaf = other == null ? leaf : other;
        }
        int place = (int) (address >>> CHUNK_SHIFT) & LEAF_CHUNKS - 1;
        var chunk = leaf.getAcquire(place);
        if (chunk == null) {
            // an array of long, because only its elements are aligned enough for atomic access
            chunk = MemorySegment.ofArray(new long[CHUNK_BYTES / 8]);
            var other = leaf.compareAndExchangeRelease(place, null, chunk);
            chunk = other == null ? chunk : other;
        }
        return chunk;
    }

    @Override
    public @Nullable MemorySegment chunkOrNull(long address, int wordBytes) {
        return chunkOrNull(address);
    }

    @Override
    public MemorySegment chunk(long address, int wordBytes) {
        return chunk(address);
    }

    @Override
    public long offsetInChunk(long address) {
        return address & CHUNK_BYTES - 1;
    }
}
