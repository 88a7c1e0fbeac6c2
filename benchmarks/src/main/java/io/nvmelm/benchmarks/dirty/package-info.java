/// Changes on their way from a device's reports into the sets and bitmaps of the caller.
package io.nvmelm.benchmarks.dirty;
