package io.nvmelm;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where the blocks of namespaces are written to: another host's medium, a file, a connection. Never written blocks are
/// expected to be deallocated there. Called by one thread at a time.
public interface BlockTarget {

    /// Writes blocks.
    ///
    /// @param namespaceId namespace
    /// @param firstBlock  first logical block address
    /// @param source      whole blocks; is empty afterwards
    /// @throws IOException when they cannot be written; the copy ends with it, and nothing is lost
    void write(long namespaceId, long firstBlock, ByteBuffer source) throws IOException;

    /// Deallocates blocks; they read as such blocks do at the source.
    ///
    /// @param namespaceId namespace
    /// @param firstBlock  first logical block address
    /// @param blockCount  number of blocks, 1 or more
    /// @throws IOException when it cannot be done; the copy ends with it, and nothing is lost
    void deallocate(long namespaceId, long firstBlock, long blockCount) throws IOException;

    /// Makes sure that everything written is there to stay. Called once, at the end.
    ///
    /// @throws IOException when it is not
    default void flush() throws IOException {}
}
