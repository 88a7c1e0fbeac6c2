package io.nvmelm.spi;

import java.lang.foreign.MemorySegment;

/// Memory that a controller can reach, lent by an [AdminTransport]. The owner is whoever allocated it; usable from any
/// thread, by one at a time.
public interface TransferMemory extends AutoCloseable {

    /// {@return the bytes of this memory} Valid until [#close()]; while a command uses them, they change under the
    /// reader's eyes.
    MemorySegment segment();

    /// {@return whether a command that timed out may still write here} Such memory must not be read or given to another
    /// command; closing it is right, and the transport keeps it until that command can no longer write.
    boolean isQuarantined();

    /// Gives the memory back. While a command still uses it, the transport keeps it until that command can no longer write.
    /// Idempotent.
    @Override
    void close();
}
