package io.nvmelm;

import java.util.function.Supplier;

/// The embedder's own code failed when a migration called it: a [GuestControl], a [MigrationListener] or a
/// [ControlledFunction].
public final class CallbackException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Creates the failure.
    ///
    /// @param callback what was called
    /// @param cause    what it threw
    public CallbackException(String callback, Throwable cause) {
        super(
                FailureCategory.ABORT_MIGRATION,
                callback + " threw " + cause,
                "The cause is in the embedding program",
                cause);
    }

    /// Calls the embedder's code. What it throws of this library's family passes; any other exception becomes one of these.
    ///
    /// @param callback what is called, for the message
    /// @param code     the call
    /// @throws LiveMigrationException when the code threw
    public static void guard(String callback, Runnable code) {
        try {
            code.run();
        } catch (LiveMigrationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CallbackException(callback, e);
        }
    }

    /// Asks the embedder's code. What it throws of this library's family passes; any other exception becomes one of these.
    ///
    /// @param callback what is called, for the message
    /// @param code     the call
    /// @param <T>      what it answers
    /// @return what it answered
    /// @throws LiveMigrationException when the code threw
    public static <T> T ask(String callback, Supplier<T> code) {
        try {
            return code.get();
        } catch (LiveMigrationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CallbackException(callback, e);
        }
    }
}
