/// Tests of what measures codecs, transports and devices of others.
package io.nvmelm.benchmarks.own;
