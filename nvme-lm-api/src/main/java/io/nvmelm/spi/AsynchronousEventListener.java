package io.nvmelm.spi;

import io.nvmelm.nvme.AsynchronousEvent;

/// Is told of asynchronous events of a controller.
@FunctionalInterface
public interface AsynchronousEventListener {

    /// An event happened. Called on the thread that completes commands, without any lock; it may submit commands and must not wait
    /// for them. What it throws is logged.
    ///
    /// @param event what happened
    void happened(AsynchronousEvent event);
}
