package io.nvmelm.core.controller;

import java.util.Arrays;

/// Memory that sets of blocks use together: counts their bytes, and keeps some of the chunks that they give back for those that they
/// ask for later. What is kept is counted too, and has no bit set, whoever used it. Not thread-safe.
final class BlockMemory {
    /// Blocks of one chunk, as a power of two.
    static final int CHUNK_SHIFT = 15;
    /// Words of one chunk.
    static final int CHUNK_WORDS = 1 << (CHUNK_SHIFT - 6);
    /// Bytes that a chunk counts.
    static final long CHUNK_BYTES = (long) CHUNK_WORDS * Long.BYTES;

    private final long limitBytes;
    private final long[][] spares;
    private int spareCount;
    private long usedBytes;

    /// Memory of which nothing is kept that was given back.
    ///
    /// @param limitBytes bytes that may be used
    BlockMemory(long limitBytes) {
        this(limitBytes, 0);
    }

    /// @param limitBytes bytes that may be used
    /// @param mostSpares most chunks that are kept
    BlockMemory(long limitBytes, int mostSpares) {
        this.limitBytes = limitBytes;
        this.spares = new long[mostSpares][];
    }

    /// Whether it is used up. From then on only [BlockSet#setAround(long, long)] and [BlockSet#clearAround(long, long)] may
    /// be called; a call that began before may use a little more.
    boolean isExhausted() {
        return usedBytes > limitBytes;
    }

    /// Bytes that are used or kept.
    long usedBytes() {
        return usedBytes;
    }

    /// Counts memory that a set allocates.
    void charge(long bytes) {
        usedBytes += bytes;
    }

    /// Memory of a set is gone.
    void discharge(long bytes) {
        usedBytes -= bytes;
    }

    /// A chunk without a bit, one that was kept or a new one.
    long[] chunk() {
        if (spareCount > 0) {
            return spares[--spareCount];
        }
        usedBytes += CHUNK_BYTES;
        return new long[CHUNK_WORDS];
    }

    /// Takes a chunk that is in no set any more, with whatever bits.
    void giveBack(long[] chunk) {
        if (spareCount < spares.length) {
            Arrays.fill(chunk, 0);
            spares[spareCount++] = chunk;
        } else {
            usedBytes -= CHUNK_BYTES;
        }
    }
}
