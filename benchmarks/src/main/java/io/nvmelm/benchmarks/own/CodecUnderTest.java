package io.nvmelm.benchmarks.own;

import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.MemorySegment;

/// A codec that [OwnCodecBenchmark] measures: yours, or that of the library, which is named `nvme-lm`.
///
/// Found by `ServiceLoader`, so registered in `META-INF/services/io.nvmelm.benchmarks.own.CodecUnderTest`, or by the name of its class.
/// An implementation has a public constructor without parameters. Each thread that measures has an instance of its own, which may keep
/// what it uses again. Everything is little endian.
public interface CodecUnderTest {

    /// {@return the name by which it is chosen (`-p codec=...`); unique}
    String name();

    /// Writes a Get Controller State command: all 64 bytes of a submission entry, with command identifier and data pointer 0 (Base 2.3
    /// fig. 92 and 361).
    ///
    /// @param command what to write
    /// @param entry   64 bytes that still have what was written before
    void encode(GetControllerStateCommand command, MemorySegment entry);

    /// Polls a completion queue entry (Base 2.3 fig. 98): the phase tag is read before everything else.
    ///
    /// @param entry 16 bytes, at an even address
    /// @param phase phase tag of a new entry
    /// @return -1 when the entry is not a new one; otherwise the sum, as unsigned values, of dword 0, dword 1, the command identifier and
    ///         the 15 bits of the status
    long decode(MemorySegment entry, boolean phase);

    /// Goes through all queues of a Controller State of version 0 (Base 2.3 fig. 374 to 377).
    ///
    /// @param state the whole structure
    /// @return the sum, modulo 2^64, of PRP1, identifier, identifier of the completion queue, head and tail of each submission queue and
    ///         PRP1, identifier, head and tail of each completion queue
    long walk(MemorySegment state);

    /// Writes a Controller State of version 0 that was read from a suspended controller and has no vendor specific data, with as many
    /// submission queues as completion queues, identifiers from 1 on and the values of [QueueValues].
    ///
    /// @param queuePairs how many of each kind, 1 to 65 535
    /// @param state      memory for exactly that structure, which still has what was written before
    void build(int queuePairs, MemorySegment state);
}
