/// Measuring a codec, a transport or a device of somebody else, by the side of those of the library.
package io.nvmelm.benchmarks.own;
