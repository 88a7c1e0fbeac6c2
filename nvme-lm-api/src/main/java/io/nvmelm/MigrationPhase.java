package io.nvmelm;

/// Phase of a migration, in order. The blackout begins with [#SUSPEND] and ends with [#RESUME].
public enum MigrationPhase {
    /// Both sides say who they are and whether they fit; the guest runs.
    NEGOTIATE,
    /// The destination gets ready to load, the source announces the suspension; the guest runs.
    PREPARE,
    /// The guest is paused and the source's controller suspended.
    SUSPEND,
    /// State is read at the source and written at the destination.
    TRANSFER,
    /// The destination verifies and commits the state it was given.
    LOAD,
    /// The right to run goes from source to destination.
    COMMIT,
    /// The destination's controller resumes.
    RESUME,
    /// The source takes the guest back after a failure.
    ROLL_BACK
}
