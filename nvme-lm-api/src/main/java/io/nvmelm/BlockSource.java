package io.nvmelm;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where the blocks of namespaces are read from, for instance an I/O queue of the host that the controllers' medium is reachable
/// through. Called by one thread at a time.
public interface BlockSource {

    /// Reads blocks.
    ///
    /// @param namespaceId namespace
    /// @param firstBlock  first logical block address
    /// @param target      takes as many blocks as its remaining bytes are; is full afterwards
    /// @throws IOException when they cannot be read; the copy ends with it, and nothing is lost
    void read(long namespaceId, long firstBlock, ByteBuffer target) throws IOException;

    /// {@return the first block from `firstBlock` on that may hold data, `limit` when there is none before it} What lies between
    /// reads as it did when it was never written, and is not copied in the first round. A source that does not know returns
    /// `firstBlock`.
    ///
    /// @param namespaceId namespace
    /// @param firstBlock  where to begin
    /// @param limit       where to end, exclusive
    /// @throws IOException when it cannot be found out
    default long nextAllocated(long namespaceId, long firstBlock, long limit) throws IOException {
        return firstBlock;
    }
}
