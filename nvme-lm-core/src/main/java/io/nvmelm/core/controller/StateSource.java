package io.nvmelm.core.controller;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.SessionEndedException;
import java.nio.ByteBuffer;

/// State of a suspended controller, read as a stream. Not thread-safe.
public interface StateSource extends AutoCloseable {

    /// {@return bytes of the whole state; known from the start}
    long totalBytes();

    /// Reads up to the remaining bytes of `destination`, at most to the end of a piece. Blocks for at most one command.
    ///
    /// @param destination where the bytes go; its position moves
    /// @return bytes read, 0 only when `destination` has no room; -1 at the end
    /// @throws SessionEndedException  after [#close()] and after a read that failed
    /// @throws LiveMigrationException when a command failed or the state turned out inconsistent; the source is of no further use
    int read(ByteBuffer destination);

    /// Waits for commands under way, each at most its deadline, and gives the memory back. Idempotent, throws nothing.
    @Override
    void close();
}
