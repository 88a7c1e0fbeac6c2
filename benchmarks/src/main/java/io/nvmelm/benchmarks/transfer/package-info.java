/// How fast state moves from a device to a channel and back, beside bare copies and bare loops that move the same bytes.
package io.nvmelm.benchmarks.transfer;
