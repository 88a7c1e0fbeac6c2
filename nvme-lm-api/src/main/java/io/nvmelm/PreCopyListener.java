package io.nvmelm;

/// Gets snapshots of a copy of user data: one at the start of each round, and others not more often than asked for.
///
/// Called from the thread that copies, also in the blackout: return quickly. An exception ends the copy; nothing is lost.
@FunctionalInterface
public interface PreCopyListener {

    /// A listener that does nothing.
    PreCopyListener SILENT = progress -> {};

    /// Takes a snapshot.
    ///
    /// @param progress where the copy is now; immutable, may be kept
    void onProgress(PreCopyProgress progress);
}
