package io.nvmelm.transport.vfio;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.transport.vfio.linux.ClosingSteps;
import java.util.ArrayDeque;
import java.util.Deque;

/// What an opening has acquired so far: given back in reverse order when a later step fails, kept when all succeed.
final class OpenResources implements AutoCloseable {
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /// Adds what is to be done should a later step fail.
    ///
    /// @param step done last of those added so far, first of those to come
    void onFailure(Runnable step) {
        undo.push(step);
    }

    /// Keeps everything.
    void keep() {
        undo.clear();
    }

    /// Gives back what was not kept. A step that fails does not keep the others from being done.
    ///
    /// @throws LiveMigrationException the first failure
    @Override
    public void close() {
        var steps = new ClosingSteps();
        while (!undo.isEmpty()) {
            steps.run(undo.pop());
        }
        steps.finish(null, null);
    }
}
