package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.OpenFile;

/// A device that was opened by one of the two paths.
///
/// @param file  file of the device
/// @param space its address space
/// @param path  how it was opened
record OpenedDevice(OpenFile file, DmaSpace space, AccessPath path) {}
