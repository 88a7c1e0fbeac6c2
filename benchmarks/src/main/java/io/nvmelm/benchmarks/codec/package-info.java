/// What commands, completions and controller states cost to write and to read, each beside the same work by hand and by
/// the tools that one would take otherwise: ByteBuffer, agrona's UnsafeBuffer, SBE, protobuf, Java's serialisation, C.
/// The ratio of two numbers of one run is the result. `-prof gc` shows what is allocated.
package io.nvmelm.benchmarks.codec;
