package io.nvmelm;

/// Something was asked for that has to wait for the end of a call: another migration has the device, or a call of the same sender or
/// receiver has not returned. Nothing was done.
public final class MigrationInProgressException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the refusal.
    ///
    /// @param message what was asked for, and what is under way
    public MigrationInProgressException(String message) {
        super(FailureCategory.RETRY, message, "Ask again when that has returned", null);
    }
}
