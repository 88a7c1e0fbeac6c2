package io.nvmelm.transport.vfio.uapi;

/// VFIO files, devices, regions and interrupts (`linux/vfio.h`).
///
/// The numbers carry neither direction nor size, and what a number means depends on the kind of file it is sent to:
/// [#DEVICE_FEATURE] is [VfioType1#IOMMU_DIRTY_PAGES] on a container.
public final class Vfio {
    /// Container: the version of the interface, to be compared with [#API_VERSION].
    public static final long GET_API_VERSION = 0x3B64;
    /// Container: whether an extension exists; its number is the argument itself.
    public static final long CHECK_EXTENSION = 0x3B65;
    /// Container: chooses the kind of IOMMU; its number is the argument itself.
    public static final long SET_IOMMU = 0x3B66;
    /// Group: fills a [GroupStatus].
    public static final long GROUP_GET_STATUS = 0x3B67;
    /// Group: attaches the container whose descriptor the argument points to (s32).
    public static final long GROUP_SET_CONTAINER = 0x3B68;
    /// Group: detaches the container; no argument.
    public static final long GROUP_UNSET_CONTAINER = 0x3B69;
    /// Group: opens the device whose name the argument points to; the result is the descriptor.
    public static final long GROUP_GET_DEVICE_FD = 0x3B6A;
    /// Device: fills a [DeviceInfo].
    public static final long DEVICE_GET_INFO = 0x3B6B;
    /// Device: fills a [RegionInfo].
    public static final long DEVICE_GET_REGION_INFO = 0x3B6C;
    /// Device: fills an [IrqInfo].
    public static final long DEVICE_GET_IRQ_INFO = 0x3B6D;
    /// Device: acts on an [IrqSet].
    public static final long DEVICE_SET_IRQS = 0x3B6E;
    /// Device: resets the function; no argument.
    public static final long DEVICE_RESET = 0x3B6F;
    /// Device: lists what a hot reset touches (`struct vfio_pci_hot_reset_info`).
    public static final long DEVICE_GET_PCI_HOT_RESET_INFO = 0x3B70;
    /// Device: resets slot or bus (`struct vfio_pci_hot_reset`).
    public static final long DEVICE_PCI_HOT_RESET = 0x3B71;
    /// Device: gets, sets or probes a feature, see [VfioFeature].
    public static final long DEVICE_FEATURE = 0x3B75;
    /// Device file: binds to an iommufd ([DeviceBindIommufd]).
    public static final long DEVICE_BIND_IOMMUFD = 0x3B76;
    /// Device file: attaches a page table ([DeviceAttachIommufdPt]).
    public static final long DEVICE_ATTACH_IOMMUFD_PT = 0x3B77;
    /// Device file: detaches the page table ([DeviceDetachIommufdPt]).
    public static final long DEVICE_DETACH_IOMMUFD_PT = 0x3B78;
    /// Migration stream: fills a [VfioFeature.PrecopyInfo].
    public static final long MIG_GET_PRECOPY_INFO = 0x3B79;

    /// The version this interface has.
    public static final int API_VERSION = 0;
    /// IOMMU with loose unmapping.
    public static final int TYPE1_IOMMU = 1;
    /// IOMMU that unmaps exactly what was mapped (`VFIO_TYPE1v2_IOMMU`).
    public static final int TYPE1V2_IOMMU = 3;
    /// Extension: DMA is cache coherent.
    public static final int DMA_CC_IOMMU = 4;
    /// No translation and no protection.
    public static final int NOIOMMU_IOMMU = 8;
    /// Extension: everything can be unmapped at once.
    public static final int UNMAP_ALL = 9;
    /// Extension: process addresses of mappings can be changed.
    public static final int UPDATE_VADDR = 10;

    /// Region of BAR 0.
    public static final int PCI_BAR0_REGION_INDEX = 0;
    /// Region of BAR 1.
    public static final int PCI_BAR1_REGION_INDEX = 1;
    /// Region of BAR 2.
    public static final int PCI_BAR2_REGION_INDEX = 2;
    /// Region of BAR 3.
    public static final int PCI_BAR3_REGION_INDEX = 3;
    /// Region of BAR 4.
    public static final int PCI_BAR4_REGION_INDEX = 4;
    /// Region of BAR 5.
    public static final int PCI_BAR5_REGION_INDEX = 5;
    /// Region of the expansion ROM.
    public static final int PCI_ROM_REGION_INDEX = 6;
    /// Region of the configuration space.
    public static final int PCI_CONFIG_REGION_INDEX = 7;
    /// Region of the legacy VGA ranges.
    public static final int PCI_VGA_REGION_INDEX = 8;
    /// How many regions every PCI device has; device specific ones follow.
    public static final int PCI_NUM_REGIONS = 9;

    /// Interrupts by pin.
    public static final int PCI_INTX_IRQ_INDEX = 0;
    /// MSI.
    public static final int PCI_MSI_IRQ_INDEX = 1;
    /// MSI-X.
    public static final int PCI_MSIX_IRQ_INDEX = 2;
    /// Told when the device reports an uncorrected error.
    public static final int PCI_ERR_IRQ_INDEX = 3;
    /// Told when the host wants the device back.
    public static final int PCI_REQ_IRQ_INDEX = 4;
    /// How many interrupt indices a PCI device has.
    public static final int PCI_NUM_IRQS = 5;

    /// Region capability: only some areas can be mapped ([RegionInfoCapSparseMmap]).
    public static final int REGION_INFO_CAP_SPARSE_MMAP = 1;
    /// Region capability: what a device specific region is ([RegionInfoCapType]).
    public static final int REGION_INFO_CAP_TYPE = 2;
    /// Region capability: the page of the MSI-X table can be mapped; a header alone.
    public static final int REGION_INFO_CAP_MSIX_MAPPABLE = 3;

    private Vfio() {}

    /// `struct vfio_group_status`: whether a group can be used.
    public static final class GroupStatus {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Every device of the group is unbound or bound to a VFIO driver.
        public static final int FLAG_VIABLE = 1 << 0;
        /// The group has a container.
        public static final int FLAG_CONTAINER_SET = 1 << 1;

        private GroupStatus() {}
    }

    /// `struct vfio_device_bind_iommufd`: a device and its iommufd. Linux 6.12 knows the first [#MINIMUM_ARGSZ]
    /// bytes.
    public static final class DeviceBindIommufd {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// The least value of the first field.
        public static final int MINIMUM_ARGSZ = 16;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the s32 descriptor of the iommufd.
        public static final int IOMMUFD = 8;
        /// Offset of the u32 identifier of the device in the iommufd, a result.
        public static final int OUT_DEVID = 12;
        /// Offset of the u64 address of a VF token of 16 bytes.
        public static final int TOKEN_UUID_PTR = 16;
        /// A VF token is given.
        public static final int FLAG_TOKEN = 1 << 0;

        private DeviceBindIommufd() {}
    }

    /// `struct vfio_device_attach_iommufd_pt`: a page table for a device. Linux 6.12 knows the first
    /// [#MINIMUM_ARGSZ] bytes.
    public static final class DeviceAttachIommufdPt {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// The least value of the first field.
        public static final int MINIMUM_ARGSZ = 12;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 identifier of an address space or page table; the one really attached as a
        /// result.
        public static final int PT_ID = 8;
        /// Offset of the u32 process address space identifier.
        public static final int PASID = 12;
        /// A process address space identifier is given.
        public static final int FLAG_PASID = 1 << 0;

        private DeviceAttachIommufdPt() {}
    }

    /// `struct vfio_device_detach_iommufd_pt`: the end of an attachment. Linux 6.12 knows the first
    /// [#MINIMUM_ARGSZ] bytes.
    public static final class DeviceDetachIommufdPt {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 12;
        /// The least value of the first field.
        public static final int MINIMUM_ARGSZ = 8;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 process address space identifier.
        public static final int PASID = 8;
        /// A process address space identifier is given.
        public static final int FLAG_PASID = 1 << 0;

        private DeviceDetachIommufdPt() {}
    }

    /// `struct vfio_device_info`: what a device is and has.
    public static final class DeviceInfo {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// The least value of the first field.
        public static final int MINIMUM_ARGSZ = 16;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 highest region index plus 1.
        public static final int NUM_REGIONS = 8;
        /// Offset of the u32 highest interrupt index plus 1.
        public static final int NUM_IRQS = 12;
        /// Offset of the u32 that says where the first capability starts, counted from here; 0 for none.
        public static final int CAP_OFFSET = 16;
        /// The device can be reset.
        public static final int FLAG_RESET = 1 << 0;
        /// The device is a PCI function.
        public static final int FLAG_PCI = 1 << 1;
        /// Capabilities follow or would follow, were there room.
        public static final int FLAG_CAPS = 1 << 7;

        private DeviceInfo() {}
    }

    /// `struct vfio_region_info`: size, place and nature of a region.
    public static final class RegionInfo {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 32;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 index of the region asked for.
        public static final int INDEX = 8;
        /// Offset of the u32 that says where the first capability starts, counted from here; 0 for none.
        public static final int CAP_OFFSET = 12;
        /// Offset of the u64 bytes of the region; 0 when the device has none.
        public static final int SIZE = 16;
        /// Offset of the u64 offset of the region in the device file.
        public static final int OFFSET = 24;
        /// The region can be read.
        public static final int FLAG_READ = 1 << 0;
        /// The region can be written.
        public static final int FLAG_WRITE = 1 << 1;
        /// The region can be mapped.
        public static final int FLAG_MMAP = 1 << 2;
        /// Capabilities follow or would follow, were there room.
        public static final int FLAG_CAPS = 1 << 3;

        private RegionInfo() {}
    }

    /// `struct vfio_info_cap_header`: the start of every capability.
    public static final class InfoCapHeader {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u16 capability identifier, whose meaning is that of the structure before the
        /// chain.
        public static final int ID = 0;
        /// Offset of the u16 version of the layout.
        public static final int VERSION = 2;
        /// Offset of the u32 that says where the next capability starts, counted from the start of the
        /// information; 0 at the end.
        public static final int NEXT = 4;

        private InfoCapHeader() {}
    }

    /// `struct vfio_region_info_cap_sparse_mmap`: which areas of a region can be mapped.
    public static final class RegionInfoCapSparseMmap {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the capability header, see [InfoCapHeader].
        public static final int HEADER = 0;
        /// Offset of the u32 number of areas.
        public static final int NR_AREAS = 8;
        /// Offset of the areas, see [SparseMmapArea].
        public static final int AREAS = 16;

        private RegionInfoCapSparseMmap() {}
    }

    /// `struct vfio_region_sparse_mmap_area`: an area that can be mapped.
    public static final class SparseMmapArea {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u64 offset in the region.
        public static final int OFFSET = 0;
        /// Offset of the u64 bytes.
        public static final int SIZE = 8;

        private SparseMmapArea() {}
    }

    /// `struct vfio_region_info_cap_type`: what a device specific region is.
    public static final class RegionInfoCapType {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the capability header, see [InfoCapHeader].
        public static final int HEADER = 0;
        /// Offset of the u32 type.
        public static final int TYPE = 8;
        /// Offset of the u32 subtype.
        public static final int SUBTYPE = 12;

        private RegionInfoCapType() {}
    }

    /// `struct vfio_irq_info`: how many interrupts of a kind there are.
    public static final class IrqInfo {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 interrupt index asked for.
        public static final int INDEX = 8;
        /// Offset of the u32 number of vectors.
        public static final int COUNT = 12;
        /// Vectors can signal event descriptors.
        public static final int FLAG_EVENTFD = 1 << 0;
        /// Vectors can be masked.
        public static final int FLAG_MASKABLE = 1 << 1;
        /// A vector masks itself when it fires.
        public static final int FLAG_AUTOMASKED = 1 << 2;
        /// The number of enabled vectors cannot be changed without disabling all.
        public static final int FLAG_NORESIZE = 1 << 3;

        private IrqInfo() {}
    }

    /// `struct vfio_irq_set`: an action on interrupts: one `DATA` bit and one `ACTION` bit.
    public static final class IrqSet {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 20;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u32 interrupt index.
        public static final int INDEX = 8;
        /// Offset of the u32 first vector.
        public static final int START = 12;
        /// Offset of the u32 number of vectors.
        public static final int COUNT = 16;
        /// Offset of the data: nothing, u8 truth values or s32 event descriptors.
        public static final int DATA = 20;
        /// No data follow.
        public static final int FLAG_DATA_NONE = 1 << 0;
        /// A u8 truth value per vector follows.
        public static final int FLAG_DATA_BOOL = 1 << 1;
        /// An s32 event descriptor per vector follows, -1 for none.
        public static final int FLAG_DATA_EVENTFD = 1 << 2;
        /// Mask.
        public static final int FLAG_ACTION_MASK = 1 << 3;
        /// Unmask.
        public static final int FLAG_ACTION_UNMASK = 1 << 4;
        /// Enable, disable or signal.
        public static final int FLAG_ACTION_TRIGGER = 1 << 5;

        private IrqSet() {}
    }
}
