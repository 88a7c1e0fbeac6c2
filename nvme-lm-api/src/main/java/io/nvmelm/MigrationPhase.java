package io.nvmelm;

/// Phase of a migration, in order. The blackout begins with [#SUSPEND] and ends with [#RESUME].
public enum MigrationPhase {
    /// Both sides say who they are and whether they fit; the guest runs.
    NEGOTIATE,
    /// The destination gets ready to load, the source announces the suspension; the guest runs.
    PREPARE,
    /// What can be copied while the guest runs is copied, until the estimated blackout fits the budget.
    PRE_COPY,
    /// The guest is paused and the source's controllers suspended.
    SUSPEND,
    /// The rest is copied, state is read at the source and written at the destination.
    TRANSFER,
    /// The destination verifies and commits the state it was given.
    LOAD,
    /// The right to run goes from source to destination.
    COMMIT,
    /// The destination's controllers resume.
    RESUME,
    /// The source takes the guest back after a failure.
    ROLL_BACK
}
