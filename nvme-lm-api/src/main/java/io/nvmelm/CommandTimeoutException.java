package io.nvmelm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A command was not completed within its deadline. It may still be executed and may still write into its memory, which
/// stays reserved until the command completes or the controlling controller is reset.
public final class CommandTimeoutException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// The command in words.
    private final String command;
    /// Time that was allowed.
    private final Duration timeout;

    /// Creates the timeout of one command.
    ///
    /// @param command the command in words
    /// @param timeout time that was allowed
    public CommandTimeoutException(String command, Duration timeout) {
        this(
                command,
                timeout,
                "Whether it took effect is unknown: ask the device for its state, and reset it where that is ERROR",
                null);
    }

    private CommandTimeoutException(
            String command, Duration timeout, String remedy, @Nullable CommandTimeoutException cause) {
        super(
                FailureCategory.ABORT_MIGRATION,
                command + " was not completed within " + timeout.toMillis() + " ms",
                remedy,
                cause);
        this.command = command;
        this.timeout = timeout;
    }

    /// {@return the same timeout with another remedy, where an outer layer knows better} This one is its cause.
    ///
    /// @param remedy what a person can do about it; no full stop
    public CommandTimeoutException withRemedy(String remedy) {
        return new CommandTimeoutException(command, timeout, remedy, this);
    }

    /// {@return the time that was allowed}
    public Duration timeout() {
        return timeout;
    }
}
