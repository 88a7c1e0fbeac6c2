/// What the benchmarks of the stream need of its package-private parts.
package io.nvmelm.core.stream;
