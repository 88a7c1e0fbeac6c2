package io.nvmelm;

/// The embedder's own code failed when a migration called it: a [GuestControl], a [MigrationListener] or a
/// [ControlledFunction].
public final class CallbackException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param callback what was called
    /// @param cause    what it threw
    public CallbackException(String callback, RuntimeException cause) {
        super(
                FailureCategory.ABORT_MIGRATION,
                callback + " threw " + cause,
                "The cause is in the embedding program",
                cause);
    }
}
