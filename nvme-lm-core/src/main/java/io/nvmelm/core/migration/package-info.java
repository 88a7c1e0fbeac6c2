/// Moving one device from a source to a destination over a pair of channels: sender and receiver, the order of their steps, and the rule
/// that after any failure at most one side runs. Knows devices by [io.nvmelm.MigratableDevice] alone and no word of NVMe.
///
/// The framing on the channels is a first, plain one of version 0; nothing outside this package depends on it.
package io.nvmelm.core.migration;
