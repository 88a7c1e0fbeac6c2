/// Tests of sender and receiver over pipes, with devices that hold their state in an array.
package io.nvmelm.core.migration;
