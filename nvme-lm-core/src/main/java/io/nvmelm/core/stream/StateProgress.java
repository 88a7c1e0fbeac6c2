package io.nvmelm.core.stream;

/// Told how far the state of a device has been moved. Called by the thread that moves it, between two records.
@FunctionalInterface
public interface StateProgress {
    /// Tells nobody.
    StateProgress SILENT = bytes -> {};

    /// Some more was moved.
    ///
    /// @param bytes bytes of the state that were moved so far
    void moved(long bytes);
}
