package io.nvmelm;

import java.time.Duration;

/// The guest would have to stand still for longer than the budget, and copying on does not make it less. The guest was not paused.
public final class BlackoutBudgetException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// The estimate.
    private final Duration estimate;
    /// The budget.
    private final Duration budget;

    /// Creates the failure.
    ///
    /// @param estimate how long the guest would stand still
    /// @param budget   how long it may
    /// @param largest  what takes most of it
    public BlackoutBudgetException(Duration estimate, Duration budget, String largest) {
        super(
                FailureCategory.RETRY,
                "the estimated blackout is " + estimate + ", the budget " + budget + "; most of it is " + largest,
                "Try when the guest writes less, or allow a longer blackout",
                null);
        this.estimate = estimate;
        this.budget = budget;
    }

    /// {@return how long the guest would stand still}
    public Duration estimate() {
        return estimate;
    }

    /// {@return how long it may}
    public Duration budget() {
        return budget;
    }
}
