/// NVMe admin commands through the driver of the kernel, for a controller that the kernel keeps: finding the controller's node,
/// the command structure of `linux/nvme_ioctl.h`, several blocking calls under way on an embedder's threads, and what the
/// kernel's answers mean.
package io.nvmelm.transport.vfio.passthrough;
