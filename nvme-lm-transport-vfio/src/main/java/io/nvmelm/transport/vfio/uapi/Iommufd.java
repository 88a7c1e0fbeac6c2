package io.nvmelm.transport.vfio.uapi;

/// The IOMMU as a file of its own, `/dev/iommu` (`linux/iommufd.h`). Every structure starts with its size.
public final class Iommufd {
    /// Destroys an object ([Destroy]).
    public static final long DESTROY = 0x3B80;
    /// Makes an address space ([IoasAlloc]).
    public static final long IOAS_ALLOC = 0x3B81;
    /// Lists the valid bus addresses ([IoasIovaRanges]).
    public static final long IOAS_IOVA_RANGES = 0x3B84;
    /// Maps memory of the process ([IoasMap]).
    public static final long IOAS_MAP = 0x3B85;
    /// Unmaps ([IoasUnmap]).
    public static final long IOAS_UNMAP = 0x3B86;
    /// Makes a page table ([HwptAlloc]).
    public static final long HWPT_ALLOC = 0x3B89;
    /// Starts or stops tracking of written pages ([HwptSetDirtyTracking]).
    public static final long HWPT_SET_DIRTY_TRACKING = 0x3B8B;
    /// Reads written pages ([HwptGetDirtyBitmap]).
    public static final long HWPT_GET_DIRTY_BITMAP = 0x3B8C;

    private Iommufd() {}

    /// `struct iommu_destroy`: an object to destroy.
    public static final class Destroy {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 identifier.
        public static final int ID = 4;

        private Destroy() {}
    }

    /// `struct iommu_ioas_alloc`: a new address space.
    public static final class IoasAlloc {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 12;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 flags, none defined.
        public static final int FLAGS = 4;
        /// Offset of the u32 identifier, a result.
        public static final int OUT_IOAS_ID = 8;

        private IoasAlloc() {}
    }

    /// `struct iommu_ioas_map`: a mapping to make.
    public static final class IoasMap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 40;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 address space.
        public static final int IOAS_ID = 8;
        /// Offset of the u64 process address.
        public static final int USER_VA = 16;
        /// Offset of the u64 bytes.
        public static final int LENGTH = 24;
        /// Offset of the u64 bus address, a result unless it is fixed.
        public static final int IOVA = 32;
        /// The bus address is given.
        public static final int FLAG_FIXED_IOVA = 1 << 0;
        /// The device may write.
        public static final int FLAG_WRITEABLE = 1 << 1;
        /// The device may read.
        public static final int FLAG_READABLE = 1 << 2;

        private IoasMap() {}
    }

    /// `struct iommu_ioas_unmap`: a range to unmap.
    public static final class IoasUnmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 address space.
        public static final int IOAS_ID = 4;
        /// Offset of the u64 bus address.
        public static final int IOVA = 8;
        /// Offset of the u64 bytes; the bytes really unmapped as a result.
        public static final int LENGTH = 16;

        private IoasUnmap() {}
    }

    /// `struct iommu_ioas_iova_ranges`: the valid bus addresses.
    public static final class IoasIovaRanges {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 32;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 address space.
        public static final int IOAS_ID = 4;
        /// Offset of the u32 room in ranges; their number as a result.
        public static final int NUM_IOVAS = 8;
        /// Offset of the u64 address of an array of [IovaRange].
        public static final int ALLOWED_IOVAS = 16;
        /// Offset of the u64 alignment that mappings need, a result.
        public static final int OUT_IOVA_ALIGNMENT = 24;

        private IoasIovaRanges() {}
    }

    /// `struct iommu_iova_range`: a range of valid bus addresses.
    public static final class IovaRange {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u64 first address.
        public static final int START = 0;
        /// Offset of the u64 last address, inclusive.
        public static final int LAST = 8;

        private IovaRange() {}
    }

    /// `struct iommu_hwpt_alloc`: a new page table.
    public static final class HwptAlloc {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 48;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 device.
        public static final int DEV_ID = 8;
        /// Offset of the u32 address space.
        public static final int PT_ID = 12;
        /// Offset of the u32 identifier, a result.
        public static final int OUT_HWPT_ID = 16;
        /// Offset of the u32 kind of data.
        public static final int DATA_TYPE = 24;
        /// Offset of the u32 bytes of data.
        public static final int DATA_LEN = 28;
        /// Offset of the u64 address of the data.
        public static final int DATA_UPTR = 32;
        /// The page table can track written pages.
        public static final int FLAG_DIRTY_TRACKING = 1 << 1;

        private HwptAlloc() {}
    }

    /// `struct iommu_hwpt_set_dirty_tracking`: a switch of tracking.
    public static final class HwptSetDirtyTracking {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 page table.
        public static final int HWPT_ID = 8;
        /// Track; without it, stop.
        public static final int FLAG_ENABLE = 1;

        private HwptSetDirtyTracking() {}
    }

    /// `struct iommu_hwpt_get_dirty_bitmap`: a question for written pages.
    public static final class HwptGetDirtyBitmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 48;
        /// Offset of the u32 with the bytes of the structure.
        public static final int SIZE = 0;
        /// Offset of the u32 page table.
        public static final int HWPT_ID = 4;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 8;
        /// Offset of the u64 bus address.
        public static final int IOVA = 16;
        /// Offset of the u64 bytes.
        public static final int LENGTH = 24;
        /// Offset of the u64 granule of the bitmap.
        public static final int PAGE_SIZE = 32;
        /// Offset of the u64 address of the bitmap of u64 words.
        public static final int DATA = 40;
        /// Leave the pages marked.
        public static final int FLAG_NO_CLEAR = 1 << 0;

        private HwptGetDirtyBitmap() {}
    }
}
