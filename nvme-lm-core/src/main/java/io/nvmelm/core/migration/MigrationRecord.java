package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationProgress;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationReport.PhaseTime;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps what happened in one migration, tells the listener, and makes the report. Not thread-safe.
final class MigrationRecord {
    private final MigrationRole role;
    private final String device;
    private final MigrationListener listener;
    private final List<PhaseTime> phases = new ArrayList<>();
    private final List<LiveMigrationException> warnings = new ArrayList<>();
    private final long begun = System.nanoTime();
    private @Nullable MigrationPhase phase;
    private long phaseBegun;
    private long blackoutBegun;
    private long blackoutEnded;
    private boolean blackout;
    private boolean decided;
    private long bytesMoved;
    private long bytesExpected;

    MigrationRecord(MigrationRole role, String device, MigrationListener listener) {
        this.role = role;
        this.device = device;
        this.listener = listener;
    }

    /// Ends the phase under way and begins the next.
    void begin(MigrationPhase next) {
        endPhase();
        phase = next;
        phaseBegun = System.nanoTime();
        tell(next);
    }

    private void endPhase() {
        var ended = phase;
        if (ended != null) {
            phases.add(new PhaseTime(ended, Duration.ofNanos(System.nanoTime() - phaseBegun)));
            phase = null;
        }
    }

    void expect(long bytes) {
        bytesExpected = bytes;
    }

    void moved(long bytes) {
        bytesMoved = bytes;
        bytesExpected = Math.max(bytesExpected, bytes);
        var present = phase;
        if (present != null) {
            tell(present);
        }
    }

    private void tell(MigrationPhase present) {
        var elapsed = Duration.ofNanos(System.nanoTime() - begun);
        var progress = new MigrationProgress(role, present, bytesMoved, bytesExpected, elapsed);
        try {
            CallbackException.guard("the listener", () -> listener.onProgress(progress));
        } catch (RuntimeException | Error e) {
            if (!decided) {
                throw e;
            }
            warn(failureOf(e));
        }
    }

    void blackoutBegins() {
        blackout = true;
        blackoutBegun = System.nanoTime();
        blackoutEnded = 0;
    }

    void blackoutEnds() {
        if (blackout && blackoutEnded == 0) {
            blackoutEnded = System.nanoTime();
        }
    }

    /// From here on a listener that throws ends nothing any more.
    void decided() {
        decided = true;
    }

    /// Keeps what went wrong without changing the outcome.
    void warn(LiveMigrationException warning) {
        warnings.add(warning);
    }

    MigrationReport report(RunPermission mayRun, boolean runsHere, @Nullable LiveMigrationException failure) {
        endPhase();
        long end = blackoutEnded == 0 ? System.nanoTime() : blackoutEnded;
        var time = blackout ? Duration.ofNanos(end - blackoutBegun) : Duration.ZERO;
        return new MigrationReport(role, device, mayRun, runsHere, bytesMoved, time, phases, warnings, failure);
    }

    /// What is thrown through a migration, as one of this library's family.
    static LiveMigrationException failureOf(Throwable thrown) {
        return thrown instanceof LiveMigrationException known
                ? known
                : new CallbackException("code outside the library", thrown);
    }
}
