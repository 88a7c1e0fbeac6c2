package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Finds the memory behind the addresses of a controller's DMA, as an IOMMU does. With it a [GuestMemory] can lie over
/// memory of any kind, see [GuestMemory#translated(AddressTranslation)].
///
/// Called by whoever moves the clock, under the lock of the world: must neither block nor throw, and must not call the
/// model.
@FunctionalInterface
public interface AddressTranslation {

    /// Finds memory. A range need not lie in one piece: the rest is asked for afterwards.
    ///
    /// @param address  first byte, unsigned
    /// @param byteSize bytes that are wanted, 1 or more
    /// @param access   what the controller is about to do there
    /// @return 1 to `byteSize` bytes that stay there until the controller has used them; all of them where the range
    ///         does not cross a multiple of 4096, and aligned as the address is, to 8 at most; null where an access is
    ///         refused
    @Nullable
    MemorySegment piece(long address, long byteSize, Access access);

    /// What a controller does with memory.
    enum Access {
        /// It only looks whether it may go on. What is not refused now should not be refused to the access itself.
        PROBE,
        /// It reads.
        READ,
        /// It writes.
        WRITE
    }
}
