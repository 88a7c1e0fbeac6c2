package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.uapi.Vfio;
import java.util.ArrayList;
import java.util.List;

/// Where a region of a device is and which parts of it can be mapped (`struct vfio_region_info`).
///
/// @param index        index of the region
/// @param byteSize     size in bytes; 0 when the device does not have it
/// @param filePosition where it starts in the file of the device
/// @param mappable     parts that can be mapped, aligned to pages
record RegionLayout(int index, long byteSize, long filePosition, List<Part> mappable) {
    private static final int PAGE_BYTES = 4096;

    /// A part of a region.
    ///
    /// @param byteOffset offset in the region
    /// @param byteSize   size in bytes
    record Part(long byteOffset, long byteSize) {}

    /// Reads an answer of the kernel, capabilities included.
    ///
    /// @throws io.nvmelm.InvalidValueException when the capabilities do not fit in the answer
    static RegionLayout of(IoctlBuffer info, int index) {
        int flags = info.get32(Vfio.RegionInfo.FLAGS);
        long byteSize = info.get64(Vfio.RegionInfo.SIZE);
        var parts = new ArrayList<Part>();
        if ((flags & Vfio.RegionInfo.FLAG_MMAP) != 0) {
            long sparse = (flags & Vfio.RegionInfo.FLAG_CAPS) == 0
                    ? CapabilityChain.NONE
                    : CapabilityChain.find(
                            info,
                            info.get32(Vfio.RegionInfo.CAP_OFFSET),
                            Vfio.REGION_INFO_CAP_SPARSE_MMAP,
                            Vfio.RegionInfoCapSparseMmap.BYTE_SIZE);
            if (sparse == CapabilityChain.NONE) {
                add(parts, 0, byteSize, byteSize);
            } else {
                addSparse(parts, info, sparse, byteSize);
            }
        }
        return new RegionLayout(index, byteSize, info.get64(Vfio.RegionInfo.OFFSET), List.copyOf(parts));
    }

    private static void addSparse(List<Part> parts, IoctlBuffer info, long sparse, long regionBytes) {
        long count = Integer.toUnsignedLong(info.get32(sparse + Vfio.RegionInfoCapSparseMmap.NR_AREAS));
        for (long i = 0; i < count; i++) {
            long area = sparse + Vfio.RegionInfoCapSparseMmap.AREAS + i * Vfio.SparseMmapArea.BYTE_SIZE;
            CapabilityChain.require(info, area, Vfio.SparseMmapArea.BYTE_SIZE);
            add(
                    parts,
                    info.get64(area + Vfio.SparseMmapArea.OFFSET),
                    info.get64(area + Vfio.SparseMmapArea.SIZE),
                    regionBytes);
        }
    }

    /// A part that is not aligned, or not inside the region, is accessed by calls.
    private static void add(List<Part> parts, long byteOffset, long byteSize, long regionBytes) {
        boolean aligned = byteOffset % PAGE_BYTES == 0 && byteSize % PAGE_BYTES == 0;
        if (aligned && byteSize > 0 && byteOffset >= 0 && byteOffset <= regionBytes
                && byteSize <= regionBytes - byteOffset) {
            parts.add(new Part(byteOffset, byteSize));
        }
    }
}
