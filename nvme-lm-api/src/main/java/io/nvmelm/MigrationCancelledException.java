package io.nvmelm;

/// Somebody cancelled the migration. The guest goes on at the source.
public final class MigrationCancelledException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param message who cancelled, or when
    public MigrationCancelledException(String message) {
        super(FailureCategory.RETRY, message, "Start the migration again when it is wanted", null);
    }
}
