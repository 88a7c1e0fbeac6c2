/// Fills rings for benchmarks: reaches what is not public, by sharing the package.
package io.nvmelm.core.controller;
