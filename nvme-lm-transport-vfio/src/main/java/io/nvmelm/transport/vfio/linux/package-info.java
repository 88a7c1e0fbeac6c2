/// The Linux that a device is driven through: system calls and the files below `/sys`, behind two interfaces, with errno
/// captured by each call. Knows nothing of VFIO. The only package that makes native calls.
package io.nvmelm.transport.vfio.linux;
