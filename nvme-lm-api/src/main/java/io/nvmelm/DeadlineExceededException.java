package io.nvmelm;

import java.time.Duration;

/// A phase of a migration took longer than it was allowed to, or the other side was silent for too long.
public final class DeadlineExceededException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param what     what took too long
    /// @param deadline how long it was allowed to take
    public DeadlineExceededException(String what, Duration deadline) {
        super(
                FailureCategory.ABORT_MIGRATION,
                what + " took longer than " + deadline,
                "Look at the other side and the network, or allow more time in the options",
                null);
    }
}
