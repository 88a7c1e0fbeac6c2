/// Numbers, flags and structures of the Linux kernel, one class per header and kept by hand: constants alone, no
/// calls and no allocation. `linux/vfio.h` is split in three by theme, [Vfio], [VfioType1] and [VfioFeature]; the
/// others are [Iommufd], [NvmeIoctl] and [PciRegs]. Names are those of the header without their common prefix. A
/// nested class is a structure in host byte order: `BYTE_SIZE`, one offset per field and `FLAG_…` bits. Reserved
/// and padding fields have no constant, because they stay zero. Where a structure grew, `BYTE_SIZE` is the newest
/// size, and a `MINIMUM_ARGSZ` beside it is the least size the kernel takes.
package io.nvmelm.transport.vfio.uapi;
