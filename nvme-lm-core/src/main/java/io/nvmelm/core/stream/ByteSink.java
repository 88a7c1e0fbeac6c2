package io.nvmelm.core.stream;

import io.nvmelm.LiveMigrationException;
import java.nio.ByteBuffer;

/// Where the bytes of a stream go. Called by the thread that writes the stream.
@FunctionalInterface
public interface ByteSink {

    /// Takes all remaining bytes; waits until it has.
    ///
    /// @param source what to take; not used after the return
    /// @throws LiveMigrationException when it could not take all; the stream is of no further use
    void write(ByteBuffer source);
}
