/// What the benchmarks are for: the targets, their guard, the report of a full run, and measuring somebody else's codec or
/// transport.
package io.nvmelm.benchmarks.report;
