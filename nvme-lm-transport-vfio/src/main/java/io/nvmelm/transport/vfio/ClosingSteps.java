package io.nvmelm.transport.vfio;

import io.nvmelm.LiveMigrationException;
import org.jspecify.annotations.Nullable;

/// Runs every step of a closing, whatever fails on the way, and reports at the end.
final class ClosingSteps {
    private @Nullable LiveMigrationException failure;

    void run(Runnable step) {
        try {
            step.run();
        } catch (LiveMigrationException e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
    }

    /// @throws LiveMigrationException the first failure, with the others as suppressed ones
    void finish(@Nullable String device, @Nullable String step) {
        if (failure != null) {
            throw failure.at(device, step);
        }
    }
}
