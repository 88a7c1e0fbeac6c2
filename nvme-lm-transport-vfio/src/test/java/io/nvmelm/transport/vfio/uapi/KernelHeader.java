package io.nvmelm.transport.vfio.uapi;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The headers, the classes that hold their constants, and how a constant is called in C: `struct` for a size,
/// `struct.field` for an offset, `struct:minimum_argsz` for a least size, and the macro or enumerator for all else.
enum KernelHeader {
    VFIO("linux/vfio.h", List.of(Vfio.class, VfioType1.class, VfioFeature.class), "vfio.csv"), IOMMUFD(
            "linux/iommufd.h", List.of(Iommufd.class), "iommufd.csv"), NVME_IOCTL("linux/nvme_ioctl.h", List.of(
                    NvmeIoctl.class), "nvme_ioctl.csv"), PCI_REGS("linux/pci_regs.h", List.of(PciRegs.class),
                            "pci_regs.csv");

    /// Macros whose spelling is not that of a Java constant.
    private static final Map<String, String> IRREGULAR = Map.of(
            "VFIO_TYPE1V2_IOMMU", "VFIO_TYPE1v2_IOMMU",
            "VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFO_V2", "VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2");

    private static final Map<Class<?>, String> MACROS = Map.of(
            Vfio.class, "VFIO_",
            VfioType1.class, "VFIO_",
            VfioFeature.class, "VFIO_DEVICE_FEATURE_",
            Iommufd.class, "IOMMU_",
            NvmeIoctl.class, "NVME_IOCTL_",
            PciRegs.class, "PCI_");

    private static final Map<Class<?>, Structure> STRUCTURES = Map.ofEntries(
            struct(Vfio.GroupStatus.class, "vfio_group_status", "VFIO_GROUP_FLAGS_"),
            struct(Vfio.DeviceBindIommufd.class, "vfio_device_bind_iommufd", "VFIO_DEVICE_BIND_FLAG_"),
            struct(Vfio.DeviceAttachIommufdPt.class, "vfio_device_attach_iommufd_pt", "VFIO_DEVICE_ATTACH_"),
            struct(Vfio.DeviceDetachIommufdPt.class, "vfio_device_detach_iommufd_pt", "VFIO_DEVICE_DETACH_"),
            struct(Vfio.DeviceInfo.class, "vfio_device_info", "VFIO_DEVICE_FLAGS_"),
            struct(Vfio.RegionInfo.class, "vfio_region_info", "VFIO_REGION_INFO_FLAG_"),
            struct(Vfio.InfoCapHeader.class, "vfio_info_cap_header", ""),
            struct(Vfio.RegionInfoCapSparseMmap.class, "vfio_region_info_cap_sparse_mmap", ""),
            struct(Vfio.SparseMmapArea.class, "vfio_region_sparse_mmap_area", ""),
            struct(Vfio.RegionInfoCapType.class, "vfio_region_info_cap_type", ""),
            struct(Vfio.IrqInfo.class, "vfio_irq_info", "VFIO_IRQ_INFO_"),
            struct(Vfio.IrqSet.class, "vfio_irq_set", "VFIO_IRQ_SET_"),
            struct(VfioType1.Type1Info.class, "vfio_iommu_type1_info", "VFIO_IOMMU_INFO_"),
            struct(VfioType1.Type1InfoCapIovaRange.class, "vfio_iommu_type1_info_cap_iova_range", ""),
            struct(VfioType1.IovaRange.class, "vfio_iova_range", ""),
            struct(VfioType1.Type1InfoCapMigration.class, "vfio_iommu_type1_info_cap_migration", ""),
            struct(VfioType1.Type1InfoDmaAvail.class, "vfio_iommu_type1_info_dma_avail", ""),
            struct(VfioType1.DmaMap.class, "vfio_iommu_type1_dma_map", "VFIO_DMA_MAP_FLAG_"),
            struct(VfioType1.DmaUnmap.class, "vfio_iommu_type1_dma_unmap", "VFIO_DMA_UNMAP_FLAG_"),
            struct(VfioType1.Bitmap.class, "vfio_bitmap", ""),
            struct(VfioType1.DirtyBitmap.class, "vfio_iommu_type1_dirty_bitmap", "VFIO_IOMMU_DIRTY_PAGES_FLAG_"),
            struct(VfioType1.DirtyBitmapGet.class, "vfio_iommu_type1_dirty_bitmap_get", ""),
            struct(VfioFeature.Feature.class, "vfio_device_feature", ""),
            struct(VfioFeature.MigrationFlags.class, "vfio_device_feature_migration", "VFIO_MIGRATION_"),
            struct(VfioFeature.MigState.class, "vfio_device_feature_mig_state", ""),
            struct(VfioFeature.DataSize.class, "vfio_device_feature_mig_data_size", ""),
            struct(VfioFeature.DmaLoggingControl.class, "vfio_device_feature_dma_logging_control", ""),
            struct(VfioFeature.DmaLoggingRange.class, "vfio_device_feature_dma_logging_range", ""),
            struct(VfioFeature.DmaLoggingReport.class, "vfio_device_feature_dma_logging_report", ""),
            struct(VfioFeature.PrecopyInfo.class, "vfio_precopy_info", "VFIO_PRECOPY_INFO_"),
            struct(Iommufd.Destroy.class, "iommu_destroy", ""),
            struct(Iommufd.IoasAlloc.class, "iommu_ioas_alloc", ""),
            struct(Iommufd.IoasMap.class, "iommu_ioas_map", "IOMMU_IOAS_MAP_"),
            struct(Iommufd.IoasUnmap.class, "iommu_ioas_unmap", ""),
            struct(Iommufd.IoasIovaRanges.class, "iommu_ioas_iova_ranges", ""),
            struct(Iommufd.IovaRange.class, "iommu_iova_range", ""),
            struct(Iommufd.HwptAlloc.class, "iommu_hwpt_alloc", "IOMMU_HWPT_ALLOC_"),
            struct(Iommufd.HwptSetDirtyTracking.class, "iommu_hwpt_set_dirty_tracking", "IOMMU_HWPT_DIRTY_TRACKING_"),
            struct(Iommufd.HwptGetDirtyBitmap.class, "iommu_hwpt_get_dirty_bitmap", "IOMMU_HWPT_GET_DIRTY_BITMAP_"),
            struct(NvmeIoctl.PassthruCmd.class, "nvme_passthru_cmd", ""),
            struct(NvmeIoctl.PassthruCmd64.class, "nvme_passthru_cmd64", ""));

    private final String path;
    private final List<Class<?>> classes;
    private final String resource;

    KernelHeader(String path, List<Class<?>> classes, String resource) {
        this.path = path;
        this.classes = classes;
        this.resource = resource;
    }

    /// {@return what a C program includes}
    String path() {
        return path;
    }

    /// {@return name of the recorded table}
    String resource() {
        return resource;
    }

    /// {@return all constants of the classes by their names in C}
    Map<String, Long> constants() {
        var constants = new TreeMap<String, Long>();
        classes.stream()
                .flatMap(type -> Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredClasses())))
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .filter(field -> Modifier.isPublic(field.getModifiers()))
                .forEach(field -> {
                    var before = constants.put(nameInC(field), value(field));
                    if (before != null) {
                        throw new AssertionError("two constants are called " + nameInC(field));
                    }
                });
        return constants;
    }

    private static String nameInC(Field field) {
        var name = field.getName();
        var type = field.getDeclaringClass();
        if (!type.isMemberClass()) {
            var prefix = name.startsWith("DEVICE_STATE_") ? "VFIO_" : MACROS.get(type);
            return IRREGULAR.getOrDefault(prefix + name, prefix + name);
        }
        var structure = STRUCTURES.get(type);
        if (structure == null) {
            throw new AssertionError("no name in C is known for " + type);
        }
        if (name.equals("BYTE_SIZE")) {
            return structure.name();
        } else if (name.equals("MINIMUM_ARGSZ")) {
            return structure.name() + ":minimum_argsz";
        } else if (name.startsWith("FLAG_")) {
            return structure.flags() + name.substring("FLAG_".length());
        }
        return structure.name() + "." + name.toLowerCase(Locale.ROOT);
    }

    private static long value(Field field) {
        try {
            return field.getLong(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " is not a public number", e);
        }
    }

    private static Map.Entry<Class<?>, Structure> struct(Class<?> type, String name, String flags) {
        return Map.entry(type, new Structure(name, flags));
    }

    /// A structure's name in C and what the names of its flags start with.
    private record Structure(String name, String flags) {}
}
