/// Tests of targets, guard and report.
package io.nvmelm.benchmarks.report;
