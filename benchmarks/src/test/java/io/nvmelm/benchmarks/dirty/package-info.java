/// That candidates and baselines of the benchmarks do the same.
package io.nvmelm.benchmarks.dirty;
