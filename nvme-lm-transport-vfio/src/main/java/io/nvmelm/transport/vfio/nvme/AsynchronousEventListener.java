package io.nvmelm.transport.vfio.nvme;

/// Is told of asynchronous events of a controller.
@FunctionalInterface
public interface AsynchronousEventListener {

    /// An event happened. Called on the thread that polled, without any lock; it may submit commands. What it throws is logged.
    ///
    /// @param event what happened
    void happened(AsynchronousEvent event);
}
