/// An NVMe driver in user space over a VFIO device: controller bring-up, an admin queue as a transport, asynchronous events,
/// and I/O queue pairs for tests and tools.
package io.nvmelm.transport.vfio.nvme;
