/// Whole migrations, what they cost while the guest stands still, and how that grows with their number.
package io.nvmelm.benchmarks.migration;
