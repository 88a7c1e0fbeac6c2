package io.nvmelm.nvme;

/// A range of host memory, in units of a granularity that stands beside the list (Base 2.3 figs. 490 and 498).
///
/// @param startAddress SADDR, unsigned, a multiple of the unit
/// @param unitCount    LEN, number of units, 0 to 2^32 - 1
public record MemoryRangeDescriptor(long startAddress, long unitCount) {

    /// Checks the length.
    public MemoryRangeDescriptor {
        FieldBounds.requireUnsigned32("LEN", unitCount);
    }
}
