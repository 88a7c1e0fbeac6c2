package io.nvmelm;

/// Gets snapshots of a migration: one at the start of each phase and, while state is moved, one for each piece.
///
/// Called from the thread that runs the migration, also inside the blackout: return quickly. An exception ends the
/// migration, until the right to run has been given away or the migration has failed: from then on it is a warning of the report.
@FunctionalInterface
public interface MigrationListener {

    /// A listener that does nothing.
    MigrationListener SILENT = progress -> {};

    /// Takes a snapshot.
    ///
    /// @param progress where the migration is now; immutable, may be kept
    void onProgress(MigrationProgress progress);
}
