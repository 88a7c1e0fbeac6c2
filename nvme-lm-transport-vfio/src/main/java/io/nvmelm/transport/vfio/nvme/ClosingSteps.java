package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.LiveMigrationException;
import org.jspecify.annotations.Nullable;

/// Runs every step of a closing, whatever fails on the way, and keeps the first failure with the others as suppressed ones.
final class ClosingSteps {
    private @Nullable LiveMigrationException failure;

    void run(Runnable step) {
        try {
            step.run();
        } catch (LiveMigrationException e) {
            add(e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // one failure may come from two steps, and must not suppress itself
    void add(LiveMigrationException e) {
        if (failure == null) {
            failure = e;
        } else if (failure != e) {
            failure.addSuppressed(e);
        }
    }

    @Nullable
    LiveMigrationException failure() {
        return failure;
    }
}
