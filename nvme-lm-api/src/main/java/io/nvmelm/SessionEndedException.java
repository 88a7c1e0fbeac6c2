package io.nvmelm;

/// The session of this data has ended: by a reset, by an arc of the state machine, or because it was closed.
public final class SessionEndedException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the answer of an ended session.
    ///
    /// @param reason what ended it
    public SessionEndedException(String reason) {
        super(
                FailureCategory.ABORT_MIGRATION,
                "the session has ended: " + reason,
                "Ask the device for its state and open a new session",
                null);
    }
}
