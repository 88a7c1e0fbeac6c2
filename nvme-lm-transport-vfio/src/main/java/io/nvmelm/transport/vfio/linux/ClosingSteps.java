package io.nvmelm.transport.vfio.linux;

import io.nvmelm.LiveMigrationException;
import org.jspecify.annotations.Nullable;

/// Runs every step of a closing, whatever fails on the way, and keeps the first failure with the others as suppressed ones. Not
/// thread-safe.
public final class ClosingSteps {
    private @Nullable LiveMigrationException failure;

    /// Creates a closing without failure.
    public ClosingSteps() {}

    /// Runs a step.
    ///
    /// @param step what to do; a [LiveMigrationException] of it is kept
    public void run(Runnable step) {
        try {
            step.run();
        } catch (LiveMigrationException e) {
            add(e);
        }
    }

    /// Keeps a failure.
    ///
    /// @param e what failed
    @SuppressWarnings("ReferenceEquality") // one failure may come from two steps, and must not suppress itself
    public void add(LiveMigrationException e) {
        if (failure == null) {
            failure = e;
        } else if (failure != e) {
            failure.addSuppressed(e);
        }
    }

    /// {@return the first failure; null when there was none}
    @Nullable
    public LiveMigrationException failure() {
        return failure;
    }

    /// Ends the closing.
    ///
    /// @param device name of the device; null where it is not known
    /// @param step   what was closed; null where it is not known
    /// @throws LiveMigrationException the first failure, with the others as suppressed ones
    public void finish(@Nullable String device, @Nullable String step) {
        if (failure != null) {
            throw failure.at(device, step);
        }
    }
}
