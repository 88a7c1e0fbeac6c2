package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;

/// Host memory of a Controller Data Queue, as its producer sees it: resolved when the queue is created, written until
/// it is deleted. Guarded by the lock of the world.
sealed interface RingMemory permits HostRing, LentRing {

    /// Writes an entry so that whoever sees its last byte sees all of it.
    ///
    /// @param byteOffset where in the ring
    /// @param entry      the entry
    /// @return false when the memory is no longer there
    boolean write(long byteOffset, MemorySegment entry);

    /// The queue is gone: nothing is written from now on.
    void release();

    /// {@return whether the memory was lent by this transport}
    boolean belongsTo(InMemoryAdminTransport transport);
}
