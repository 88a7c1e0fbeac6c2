package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The bytes that a [GuestMemory] is a view of. Bounds are the caller's matter, by [#isAddressable(long, long)].
sealed interface MemoryBytes permits SparseBytes, TranslatedBytes {

    /// {@return one more than the highest address there may be}
    long byteSize();

    /// {@return whether the range is there} The address is unsigned, the size is not negative.
    boolean contains(long address, long size);

    /// {@return whether the range may be accessed} What has holes answers for its bounds only here, and throws when an
    /// access meets a hole.
    boolean isAddressable(long address, long size);

    void read(long address, MemorySegment target, long targetOffset, long size);

    void write(long address, MemorySegment source, long sourceOffset, long size);

    void zero(long address, long size);

    /// {@return memory that holds the naturally aligned word at an address, to be read at [#offsetInChunk(long)]; null
    /// when nothing was written there, which reads as zero}
    @Nullable
    MemorySegment chunkOrNull(long address, int wordBytes);

    /// {@return memory that holds the naturally aligned word at an address, to be written at [#offsetInChunk(long)]}
    MemorySegment chunk(long address, int wordBytes);

    /// {@return where in its chunk an address is}
    long offsetInChunk(long address);
}
