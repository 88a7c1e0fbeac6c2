package io.nvmelm.spi;

/// An [AsynchronousEventListener] that is told of events until this is closed.
public interface EventSubscription extends AutoCloseable {

    /// Ends it: no call begins after this returned. Idempotent, does not block.
    @Override
    void close();
}
