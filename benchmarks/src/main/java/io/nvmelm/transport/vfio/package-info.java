/// Opens devices of the library on a kernel that is not there, for benchmarks: reaches what is not public, by sharing the
/// package.
package io.nvmelm.transport.vfio;
