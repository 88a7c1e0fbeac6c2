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
    private final long begun = System.nanoTime();
    private @Nullable MigrationPhase phase;
    private long phaseBegun;
    private long blackoutBegun;
    private long blackoutEnded;
    private boolean blackout;
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
        call("the listener", () -> listener.onProgress(
                new MigrationProgress(role, present, bytesMoved, bytesExpected, elapsed)));
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

    MigrationReport report(RunPermission mayRun, @Nullable LiveMigrationException failure) {
        endPhase();
        long end = blackoutEnded == 0 ? System.nanoTime() : blackoutEnded;
        var time = blackout ? Duration.ofNanos(end - blackoutBegun) : Duration.ZERO;
        return new MigrationReport(role, device, mayRun, bytesMoved, time, phases, failure);
    }

    /// Calls the embedder's code; what it throws becomes a failure of this migration.
    static void call(String callback, Runnable code) {
        try {
            code.run();
        } catch (LiveMigrationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CallbackException(callback, e);
        }
    }
}
