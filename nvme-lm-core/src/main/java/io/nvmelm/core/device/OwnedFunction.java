package io.nvmelm.core.device;

import io.nvmelm.CallbackException;
import io.nvmelm.ControlledFunction;
import io.nvmelm.ControllerRegisters;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The function of a controller as far as the embedder gave it away: its reset, its properties, and the guest's access to it. Not
/// thread-safe.
final class OwnedFunction {
    private final @Nullable ControlledFunction function;
    private boolean blocked;

    /// What the embedder owns.
    ///
    /// @param function null where it keeps all of that to itself
    OwnedFunction(@Nullable ControlledFunction function) {
        this.function = function;
    }

    boolean isGiven() {
        return function != null;
    }

    /// {@return the properties of the controller; empty where they cannot be read}
    Optional<ControllerRegisters> registers() {
        var controlled = function;
        return controlled == null
                ? Optional.empty()
                : CallbackException.ask("reading the properties of the function", controlled::registers);
    }

    /// Takes the guest's access away.
    void block() {
        if (function != null) {
            CallbackException.guard("blocking access to the function", function::blockAccess);
        }
        blocked = true;
    }

    /// Gives the guest's access back.
    void restore() {
        if (function != null) {
            CallbackException.guard("restoring access to the function", function::restoreAccess);
        }
        blocked = false;
    }

    /// Gives the guest's access back where it was taken away.
    void restoreIfBlocked() {
        if (blocked) {
            restore();
        }
    }

    /// Resets the function where it was given, and tells the command set so, whatever became of it.
    void reset(MigrationCommandSet commands) {
        if (function != null) {
            try {
                CallbackException.guard("resetting the function", function::reset);
            } finally {
                commands.functionWasReset();
            }
        }
    }
}
