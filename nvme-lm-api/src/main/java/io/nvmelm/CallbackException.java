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

    /// Calls the embedder's code. What it throws of this library's family passes, and an [Error] does; anything else becomes one of these,
    /// also a checked exception, which code in another language throws where none is declared.
    ///
    /// @param callback what is called, for the message
    /// @param code     the call
    /// @throws LiveMigrationException when the code threw
    public static void guard(String callback, Runnable code) {
        try {
            code.run();
        } catch (LiveMigrationException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CallbackException(callback, e);
        }
    }

    /// Asks the embedder's code. What it throws is treated as by [#guard(String, Runnable)], and so is an answer of null.
    ///
    /// @param callback what is called, for the message
    /// @param code     the call
    /// @param <T>      what it answers
    /// @return what it answered, never null
    /// @throws LiveMigrationException when the code threw, or answered null
    public static <T> T ask(String callback, Supplier<T> code) {
        T answer;
        try {
            answer = code.get();
        } catch (LiveMigrationException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new CallbackException(callback, e);
        }
        if (answer == null) {
            throw new CallbackException(callback, new NullPointerException("it answered null"));
        }
        return answer;
    }
}
