package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Chooses device addresses inside the ranges that the IOMMU allows, lowest first. Not thread-safe.
final class IovaAllocator {
    /// Addresses below are not given out: address 0 and its neighbours are what a device uses by mistake.
    private static final long LOWEST = 0x10000;

    private final List<DmaSpace.AddressRange> ranges;
    private final long granule;
    /// First address to byte size, disjoint.
    private final TreeMap<Long, Long> used = new TreeMap<>(Long::compareUnsigned);

    IovaAllocator(List<DmaSpace.AddressRange> ranges, long granule) {
        this.ranges = ranges;
        this.granule = granule;
    }

    /// {@return the first address of as many free bytes, a multiple of the granule}
    ///
    /// @param byteSize a multiple of the granule, more than 0
    /// @throws TransportException when there is no such range left
    long allocate(long byteSize) {
        for (var range : ranges) {
            long candidate = alignUp(Long.compareUnsigned(range.first(), LOWEST) < 0 ? LOWEST : range.first());
            while (fits(candidate, byteSize, range)) {
                var conflict = conflict(candidate, byteSize);
                if (conflict == null) {
                    used.put(candidate, byteSize);
                    return candidate;
                }
                long next = alignUp(conflict.getKey() + conflict.getValue());
                if (Long.compareUnsigned(next, candidate) <= 0) {
                    break;
                }
                candidate = next;
            }
        }
        throw new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "no " + byteSize + " bytes of device addresses are free in " + this,
                "Close memory that is no longer used",
                0,
                null);
    }

    void free(long first) {
        used.remove(first);
    }

    private long alignUp(long address) {
        return (address + granule - 1) & -granule;
    }

    private static boolean fits(long first, long byteSize, DmaSpace.AddressRange range) {
        return Long.compareUnsigned(first, range.first()) >= 0
                && Long.compareUnsigned(first, range.last()) <= 0
                && Long.compareUnsigned(byteSize - 1, range.last() - first) <= 0;
    }

    private Map.@Nullable Entry<Long, Long> conflict(long first, long byteSize) {
        var below = used.floorEntry(first + (byteSize - 1));
        return below != null && Long.compareUnsigned(below.getKey() + (below.getValue() - 1), first) >= 0
                ? below
                : null;
    }

    /// The ranges, as a message shows them.
    @Override
    public String toString() {
        return ranges.stream()
                .map(range -> Long.toHexString(range.first()) + "h-" + Long.toHexString(range.last()) + "h")
                .toList()
                .toString();
    }
}
