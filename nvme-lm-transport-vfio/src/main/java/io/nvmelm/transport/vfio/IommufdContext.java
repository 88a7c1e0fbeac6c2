package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.OpenFile;

/// An address space of iommufd, as far as others need it.
///
/// @param file   `/dev/iommu`
/// @param ioasId number of the address space
/// @param hwptId number of a page table with dirty tracking that the device is attached to; 0 when there is none
record IommufdContext(OpenFile file, int ioasId, int hwptId) {}
