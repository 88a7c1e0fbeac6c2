package io.nvmelm;

/// The state that was read from a controller is not one state: the controller was not suspended all the time, or its
/// size changed while it was read. Nothing was changed; the bytes read so far are worthless.
public final class StateInconsistentException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param message what was seen, with the values
    public StateInconsistentException(String message) {
        super(
                FailureCategory.ABORT_MIGRATION,
                message,
                "Keep the controller suspended and let nobody reset it or touch its properties while its state is read",
                null);
    }
}
