/// A Linux kernel made for tests: files below `/sys`, file descriptors, VFIO by group and by iommufd, DMA mappings,
/// interrupts and live migration version 2, with the kernel's own refusals. It states every number and structure on its
/// own, so that a mistake in the code under test is not repeated here. It drives functions
/// ([io.nvmelm.transport.vfio.fake.FakeFunction]) that tests bring along.
package io.nvmelm.transport.vfio.fake;
