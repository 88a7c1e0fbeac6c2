/// What tests of the benchmarks share.
package io.nvmelm.benchmarks;
