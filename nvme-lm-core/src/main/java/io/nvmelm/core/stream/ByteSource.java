package io.nvmelm.core.stream;

import io.nvmelm.LiveMigrationException;
import java.nio.ByteBuffer;

/// Where the bytes of a stream come from. Called by the thread that reads the stream.
@FunctionalInterface
public interface ByteSource {

    /// Reads what is there; waits until at least 1 byte is.
    ///
    /// @param target where the bytes go; has room
    /// @return bytes read, 1 or more; -1 when no more will come
    /// @throws LiveMigrationException when waiting ended otherwise; the reader then has lost nothing and can be called again
    int read(ByteBuffer target);
}
