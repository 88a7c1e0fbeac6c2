package io.nvmelm.core.migration;

import io.nvmelm.MigrationCancelledException;
import java.util.concurrent.atomic.AtomicReference;

/// Whether this side can still be cancelled. A cancellation and the decision exclude each other, so that whoever cancels learns for sure
/// whether it came in time. Thread-safe.
final class Decision {
    private enum State {
        OPEN, CANCELLED, DECIDED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    /// Asks for the end.
    ///
    /// @return false when it comes too late
    boolean cancel() {
        return state.compareAndSet(State.OPEN, State.CANCELLED) || state.get() == State.CANCELLED;
    }

    /// Shuts the door for cancellations.
    ///
    /// @throws MigrationCancelledException when one came before
    void decide() {
        if (!state.compareAndSet(State.OPEN, State.DECIDED)) {
            requireGoing();
        }
    }

    /// Shuts the door for cancellations at the end, whatever came before.
    void end() {
        state.set(State.DECIDED);
    }

    /// Refuses to go on once cancelled.
    void requireGoing() {
        if (state.get() == State.CANCELLED) {
            throw new MigrationCancelledException("the migration was cancelled on this side");
        }
    }
}
