/// What encoding, decoding and planning cost, each beside code that does the same by hand: the ratio of the two is the
/// result, the numbers alone say more of the machine. `-prof gc` shows what is allocated.
package io.nvmelm.benchmarks;
