package io.nvmelm.transport.vfio.uapi;

/// The IOMMU of a VFIO container, type 1 (`linux/vfio.h`). All numbers are for the container file.
public final class VfioType1 {
    /// Fills a [Type1Info].
    public static final long IOMMU_GET_INFO = 0x3B70;
    /// Maps memory of the process ([DmaMap]).
    public static final long IOMMU_MAP_DMA = 0x3B71;
    /// Unmaps ([DmaUnmap]).
    public static final long IOMMU_UNMAP_DMA = 0x3B72;
    /// Starts, stops or reads the tracking of written pages ([DirtyBitmap]).
    public static final long IOMMU_DIRTY_PAGES = 0x3B75;

    /// Capability: which bus addresses are valid ([Type1InfoCapIovaRange]).
    public static final int IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;
    /// Capability: tracking of written pages ([Type1InfoCapMigration]).
    public static final int IOMMU_TYPE1_INFO_CAP_MIGRATION = 2;
    /// Capability: how many mappings are left ([Type1InfoDmaAvail]).
    public static final int IOMMU_TYPE1_INFO_DMA_AVAIL = 3;

    private VfioType1() {}

    /// `struct vfio_iommu_type1_info`: what the IOMMU can do.
    public static final class Type1Info {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u64 bitmap of page sizes; its lowest bit is the granule of mappings.
        public static final int IOVA_PGSIZES = 8;
        /// Offset of the u32 that says where the first capability starts, counted from here; 0 for none.
        public static final int CAP_OFFSET = 16;
        /// The page sizes are valid.
        public static final int FLAG_PGSIZES = 1 << 0;
        /// Capabilities follow or would follow, were there room.
        public static final int FLAG_CAPS = 1 << 1;

        private Type1Info() {}
    }

    /// `struct vfio_iommu_type1_info_cap_iova_range`: the valid bus addresses.
    public static final class Type1InfoCapIovaRange {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the capability header, see [Vfio.InfoCapHeader].
        public static final int HEADER = 0;
        /// Offset of the u32 number of ranges.
        public static final int NR_IOVAS = 8;
        /// Offset of the ranges, see [IovaRange].
        public static final int IOVA_RANGES = 16;

        private Type1InfoCapIovaRange() {}
    }

    /// `struct vfio_iova_range`: a range of valid bus addresses.
    public static final class IovaRange {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u64 first address.
        public static final int START = 0;
        /// Offset of the u64 last address, inclusive.
        public static final int END = 8;

        private IovaRange() {}
    }

    /// `struct vfio_iommu_type1_info_cap_migration`: tracking of written pages.
    public static final class Type1InfoCapMigration {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 32;
        /// Offset of the capability header, see [Vfio.InfoCapHeader].
        public static final int HEADER = 0;
        /// Offset of the u32 flags, none defined.
        public static final int FLAGS = 8;
        /// Offset of the u64 bitmap of granules.
        public static final int PGSIZE_BITMAP = 16;
        /// Offset of the u64 most bytes of a bitmap.
        public static final int MAX_DIRTY_BITMAP_SIZE = 24;

        private Type1InfoCapMigration() {}
    }

    /// `struct vfio_iommu_type1_info_dma_avail`: how many mappings are left.
    public static final class Type1InfoDmaAvail {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 12;
        /// Offset of the capability header, see [Vfio.InfoCapHeader].
        public static final int HEADER = 0;
        /// Offset of the u32 number of mappings.
        public static final int AVAIL = 8;

        private Type1InfoDmaAvail() {}
    }

    /// `struct vfio_iommu_type1_dma_map`: a mapping to make.
    public static final class DmaMap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 32;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u64 process address.
        public static final int VADDR = 8;
        /// Offset of the u64 bus address.
        public static final int IOVA = 16;
        /// Offset of the u64 bytes.
        public static final int SIZE = 24;
        /// The device may read.
        public static final int FLAG_READ = 1 << 0;
        /// The device may write.
        public static final int FLAG_WRITE = 1 << 1;
        /// Change the process address of a mapping.
        public static final int FLAG_VADDR = 1 << 2;

        private DmaMap() {}
    }

    /// `struct vfio_iommu_type1_dma_unmap`: a range to unmap.
    public static final class DmaUnmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u64 bus address.
        public static final int IOVA = 8;
        /// Offset of the u64 bytes; the bytes really unmapped as a result.
        public static final int SIZE = 16;
        /// Offset of the [Bitmap] that follows when asked for.
        public static final int DATA = 24;
        /// Read which pages were written.
        public static final int FLAG_GET_DIRTY_BITMAP = 1 << 0;
        /// Unmap everything; address and size are 0.
        public static final int FLAG_ALL = 1 << 1;
        /// Forget the process addresses alone.
        public static final int FLAG_VADDR = 1 << 2;

        private DmaUnmap() {}
    }

    /// `struct vfio_bitmap`: a bitmap of pages.
    public static final class Bitmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u64 bytes of a page.
        public static final int PGSIZE = 0;
        /// Offset of the u64 bytes of the bitmap.
        public static final int SIZE = 8;
        /// Offset of the u64 address of the bitmap.
        public static final int DATA = 16;

        private Bitmap() {}
    }

    /// `struct vfio_iommu_type1_dirty_bitmap`: a request about written pages.
    public static final class DirtyBitmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the [DirtyBitmapGet] that follows when the bitmap is read.
        public static final int DATA = 8;
        /// Start tracking.
        public static final int FLAG_START = 1 << 0;
        /// Stop tracking.
        public static final int FLAG_STOP = 1 << 1;
        /// Read the bitmap.
        public static final int FLAG_GET_BITMAP = 1 << 2;

        private DirtyBitmap() {}
    }

    /// `struct vfio_iommu_type1_dirty_bitmap_get`: the range whose bitmap is read.
    public static final class DirtyBitmapGet {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 40;
        /// Offset of the u64 bus address.
        public static final int IOVA = 0;
        /// Offset of the u64 bytes.
        public static final int SIZE = 8;
        /// Offset of the [Bitmap].
        public static final int BITMAP = 16;

        private DirtyBitmapGet() {}
    }
}
