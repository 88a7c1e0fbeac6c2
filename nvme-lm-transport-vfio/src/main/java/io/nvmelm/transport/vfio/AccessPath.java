package io.nvmelm.transport.vfio;

/// How a device is opened.
public enum AccessPath {
    /// By cdev where the kernel has it and no VF token is needed, else by group.
    AUTOMATIC,
    /// Through its IOMMU group and a container of type 1, version 2 (`/dev/vfio/N`).
    GROUP,
    /// Through its own character device and iommufd (`/dev/vfio/devices/vfioN`, `/dev/iommu`).
    CDEV
}
