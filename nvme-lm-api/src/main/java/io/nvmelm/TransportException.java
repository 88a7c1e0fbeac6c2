package io.nvmelm;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The way to the controller failed before the controller could answer.
public final class TransportException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// errno of the failed system call, or 0.
    private final int errno;

    /// Creates a failure of the transport.
    ///
    /// @param category what a caller can do
    /// @param message  what happened
    /// @param remedy   what to do about it
    /// @param errno    errno of the failed system call, 0 where there is none
    /// @param cause    what was caught, if anything
    public TransportException(
            FailureCategory category, String message, String remedy, int errno, @Nullable Throwable cause) {
        super(category, message, remedy, cause);
        this.errno = errno;
    }

    /// {@return the errno of the failed system call; empty where no system call was involved}
    public OptionalInt errno() {
        return errno == 0 ? OptionalInt.empty() : OptionalInt.of(errno);
    }
}
