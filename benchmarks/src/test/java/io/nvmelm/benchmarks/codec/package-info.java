/// The codec benchmarks and their baselines do the same work.
package io.nvmelm.benchmarks.codec;
