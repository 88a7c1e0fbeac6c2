/// NVMe protocol values as immutable records and enums: commands, status, identify data, controller state. The
/// standard's terms, spelled out; encoding and decoding are not here but in the core module.
package io.nvmelm.nvme;
