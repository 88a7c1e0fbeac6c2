package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The way of a function to the memory of the process. An access that is not allowed (nothing mapped, mapped for the
/// other direction, bus master off, device stopped for migration) is not done: it is recorded as a DMA fault of the
/// host ([FakeHost#dmaFaults()]). Writes are marked dirty for DMA logging and for dirty tracking.
public interface FakeIommu {

    /// {@return the process memory behind bus addresses; empty after a fault, also when they are not one piece there}
    ///
    /// @param write whether the function will write there
    Optional<MemorySegment> translate(long iova, long byteCount, boolean write);

    /// Reads memory, over any number of mappings.
    ///
    /// @return false after a fault
    boolean read(long iova, byte[] target);

    /// Writes memory, over any number of mappings.
    ///
    /// @return false after a fault; nothing was written then
    boolean write(long iova, byte[] source);
}
