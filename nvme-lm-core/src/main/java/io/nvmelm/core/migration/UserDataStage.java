package io.nvmelm.core.migration;

import io.nvmelm.MigrationCancelledException;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyListener;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyStage;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.UserDataTracking;
import java.time.Duration;
import java.util.function.Supplier;

/// The user data of a private medium as a stage of a migration: a [UserDataPreCopy] that is run while the guest runs and finished in the
/// blackout. Logging is stopped when the right to run has been given away. After a migration that failed it goes on, so that the next one
/// with the same copy goes on where this one was; who does not want that stops the tracking.
public final class UserDataStage implements PreCopyStage {
    private final String name;
    private final UserDataPreCopy copy;
    private final UserDataTracking tracking;
    private final Duration drainTimeout;

    /// Makes a stage of a copy.
    ///
    /// @param name         short name for progress and reports
    /// @param copy         the copy; its listener and rate limit are set by the migration
    /// @param tracking     the tracking that the copy was made with
    /// @param drainTimeout longest time to wait in the blackout until the suspended device has said that no more changes will come, longer
    ///                     than zero
    public UserDataStage(String name, UserDataPreCopy copy, UserDataTracking tracking, Duration drainTimeout) {
        this.name = name;
        this.copy = copy;
        this.tracking = tracking;
        this.drainTimeout = drainTimeout;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Remainder copy(PreCopyContext context) {
        if (context.bytesPerSecond() != Long.MAX_VALUE) {
            copy.rateLimit(context.bytesPerSecond());
        }
        var outcome = told(context, copy::run);
        return new Remainder(
                outcome.remainingBytes(),
                outcome.copyBytesPerSecond(),
                outcome.verdict() == PreCopyVerdict.CONVERGED && outcome.remainingBytes() > 0);
    }

    /// As fast as it goes: the copy knows no limit in the blackout.
    @Override
    public void finish(PreCopyContext context) {
        told(context, () -> copy.finish(drainTimeout));
    }

    /// Has the copy tell the migration how it goes, for this call: the copy may be used without a migration afterwards.
    private PreCopyOutcome told(PreCopyContext context, Supplier<PreCopyOutcome> call) {
        copy.listener(progress -> context.progress(progress.copiedBytes(), progress.remainingBytes()));
        try {
            var outcome = call.get();
            refuseCancelled(outcome);
            return outcome;
        } finally {
            copy.listener(PreCopyListener.SILENT);
        }
    }

    private static void refuseCancelled(PreCopyOutcome outcome) {
        if (outcome.verdict() == PreCopyVerdict.CANCELLED) {
            throw new MigrationCancelledException("the copy of the user data was cancelled: " + outcome.reason());
        }
    }

    @Override
    public void complete() {
        tracking.stop();
    }
}
