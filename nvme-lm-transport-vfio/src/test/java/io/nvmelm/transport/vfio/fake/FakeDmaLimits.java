package io.nvmelm.transport.vfio.fake;

import java.util.List;

/// What a host allows for DMA.
///
/// @param ranges      valid bus addresses, in order
/// @param entries     most mappings of a container
/// @param lockedBytes most bytes of memory mapped at a time
/// @param granule     smallest page of the IOMMU, a power of two
public record FakeDmaLimits(List<FakeArea> ranges, int entries, long lockedBytes, int granule) {

    /// {@return 39-bit addresses without the window of the interrupts, 65535 mappings, no limit of memory}
    public static FakeDmaLimits usual() {
        return new FakeDmaLimits(
                List.of(new FakeArea(0, 0xFEE00000L), new FakeArea(0xFEF00000L, (1L << 39) - 0xFEF00000L)),
                65535,
                Long.MAX_VALUE,
                4096);
    }
}
