package io.nvmelm.core.migration;

import io.nvmelm.PreCopyListener;

/// What a [UserDataPreCopy] was told to do.
final class PreCopySettings {
    MigrationClock clock = MigrationClock.SYSTEM;
    PreCopyListener listener = PreCopyListener.SILENT;
    /// Shortest time between two snapshots.
    long listenerNanos = 100_000_000;
    /// Bytes that may be left, unless there is a budget of time.
    long budgetBytes = 32L << 20;
    /// Time that what is left may take, 0 without such a budget.
    double budgetSeconds;
    /// Most bytes copied in a second, 0 without a limit.
    long limit;
    int pieceBytes = 1 << 20;
    int maximumRounds = 30;
    int maximumRestarts = 3;
    /// Whether everything may be copied in the blackout.
    boolean everythingInBlackout;
    /// Whether the target is not fresh.
    boolean targetHoldsData;
}
