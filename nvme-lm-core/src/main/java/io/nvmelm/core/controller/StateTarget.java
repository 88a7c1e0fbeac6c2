package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// State being written to a suspended controller as a stream. Nothing takes effect before [#commit()]. Not thread-safe.
public interface StateTarget extends AutoCloseable {

    /// {@return bytes of the whole state; empty until its header has been written}
    OptionalLong totalBytes();

    /// {@return bytes that one command moves; a write of that many or fewer waits for at most one command}
    int pieceBytes();

    /// Takes all remaining bytes of `source`. Blocks for the commands that carry full pieces.
    ///
    /// @param source the next bytes of the state; its position moves to the limit
    /// @return bytes taken
    /// @throws InvalidValueException  when the bytes are not a valid state, with field and byte offset
    /// @throws LiveMigrationException when a command failed. After either the target is of no further use
    int write(ByteBuffer source);

    /// Checks that the state is complete, sends what is left, and has the controller verify and commit it.
    ///
    /// @throws InvalidValueException  when the state is not complete or not valid; nothing was committed
    /// @throws LiveMigrationException when the command failed
    void commit();

    /// {@return whether the controller holds a part of a state that was not committed} Such a controller cannot resume; only a
    /// complete new state or a reset helps.
    boolean isPartlySent();

    /// Waits for a command under way, at most its deadline, and gives the memory back. Idempotent, throws nothing.
    @Override
    void close();
}
