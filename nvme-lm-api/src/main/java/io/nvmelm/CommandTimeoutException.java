package io.nvmelm;

import java.time.Duration;

/// A command was not completed within its deadline. It may still be executed and may still write into its memory, which
/// stays reserved until the command completes or the controlling controller is reset.
public final class CommandTimeoutException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Time that was allowed.
    private final Duration timeout;

    /// Creates the timeout of one command.
    ///
    /// @param command the command in words
    /// @param timeout time that was allowed
    public CommandTimeoutException(String command, Duration timeout) {
        super(
                FailureCategory.ABORT_MIGRATION,
                command + " was not completed within " + timeout.toMillis() + " ms",
                "Whether it took effect is unknown: ask the device for its state, and reset it where that is ERROR",
                null);
        this.timeout = timeout;
    }

    /// {@return the time that was allowed}
    public Duration timeout() {
        return timeout;
    }
}
