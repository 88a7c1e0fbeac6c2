package io.nvmelm;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The connection between the two sides of a migration: ordered bytes in both directions, and waiting that ends.
///
/// One thread reads and writes; [#wakeUp()] and [#close()] may be called from any other. `MigrationChannels` of core makes one of a
/// socket channel or of a pair of blocking channels.
public interface MigrationChannel extends AutoCloseable {

    /// Reads what is there, or waits until something is.
    ///
    /// @param target  where the bytes go; has room
    /// @param nanos   how long to wait at most, 0 or more; 0 only looks
    /// @return bytes read; 0 when the time was over or somebody called [#wakeUp()]; -1 when the peer will send no more
    /// @throws IOException when the connection failed
    int read(ByteBuffer target, long nanos) throws IOException;

    /// Writes what fits, or waits until something does. What was taken will be sent without further calls.
    ///
    /// @param source  what to send; has bytes
    /// @param nanos   how long to wait at most, 0 or more
    /// @return bytes taken; 0 when the time was over or somebody called [#wakeUp()]
    /// @throws IOException when the connection failed
    int write(ByteBuffer source, long nanos) throws IOException;

    /// Ends the present call of [#read(ByteBuffer, long)] or [#write(ByteBuffer, long)], or the next one when there is none.
    void wakeUp();

    /// Ends the connection; a call in progress ends with an [IOException]. Idempotent.
    @Override
    void close();
}
