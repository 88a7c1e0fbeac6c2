package io.nvmelm;

import org.jspecify.annotations.Nullable;

/// The other side of a migration refused, failed, or can no longer be reached.
public final class PeerException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param message what the peer said or what happened to the connection
    /// @param remedy  what to do about it
    /// @param cause   what was caught, if anything
    public PeerException(String message, String remedy, @Nullable Throwable cause) {
        super(FailureCategory.ABORT_MIGRATION, message, remedy, cause);
    }
}
