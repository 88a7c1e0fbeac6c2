/// A guest's NVMe driver for tests and demonstrations: it brings a controller up through its registers, keeps I/O
/// queues busy with blocks whose content can be proved, and accounts for every command exactly once, also when the
/// controller below it is replaced by a migration.
package io.nvmelm.transport.mock.guest;
