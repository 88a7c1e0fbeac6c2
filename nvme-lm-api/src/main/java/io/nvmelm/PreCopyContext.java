package io.nvmelm;

/// What a [PreCopyStage] is told while it copies. Usable only during the call it was passed to, by the thread of that call.
public interface PreCopyContext {

    /// Tells that the stage goes on: keeps the connection alive, and shows the progress. To be called at least once a second.
    ///
    /// @param copiedBytes bytes copied by this stage so far
    /// @param remainingBytes bytes known to be left
    /// @throws LiveMigrationException when the migration was cancelled, or the connection failed; the stage lets it pass
    void progress(long copiedBytes, long remainingBytes);

    /// {@return how many bytes per second this stage may send now, [Long#MAX_VALUE] for no limit}
    long bytesPerSecond();
}
