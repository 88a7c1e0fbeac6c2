/// Migratable devices that this library migrates itself: the VFIO migration interface over the commands of an NVMe controller. Each
/// command set is one implementation of [io.nvmelm.core.device.MigrationCommandSet].
package io.nvmelm.core.device;
