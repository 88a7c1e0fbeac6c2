/// What an embedder opens on a Linux host: a device through VFIO, by its group or by cdev and iommufd, with its regions,
/// memory and interrupts; the device as the kernel migrates it; and the ways to an NVMe controller's admin queue, in user
/// space or through the kernel's driver.
package io.nvmelm.transport.vfio;
