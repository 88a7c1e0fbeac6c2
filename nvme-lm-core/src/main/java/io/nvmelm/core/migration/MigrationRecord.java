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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Keeps what happened in one migration, tells the listener, and makes the report. Not thread-safe.
final class MigrationRecord {
    /// The migration of sides that never spoke.
    static final UUID NOBODY = new UUID(0, 0);

    private final MigrationRole role;
    private final List<String> devices;
    private final MigrationSetup setup;
    /// Nanoseconds of each phase, in the order in which they were first begun.
    private final Map<MigrationPhase, Long> phases = new LinkedHashMap<>();
    private final List<LiveMigrationException> warnings = new ArrayList<>();
    private final List<String> resetDevices = new ArrayList<>();
    private final long begun;
    private UUID migrationId = NOBODY;
    private @Nullable MigrationPhase phase;
    private @Nullable PhaseEvent event;
    private long phaseBegun;
    private long phaseBytes;
    private long toldAt;
    private long blackoutBegun;
    private long blackoutEnded;
    private boolean blackout;
    private boolean blackoutOver;
    private boolean decided;
    private long bytesMoved;
    private long bytesExpected;
    private Duration estimate = Duration.ZERO;

    MigrationRecord(MigrationRole role, List<String> devices, MigrationSetup setup) {
        this.role = role;
        this.devices = devices;
        this.setup = setup;
        this.begun = now();
        this.toldAt = begun;
    }

    /// {@return the name of the device, where there is one}
    @Nullable
    String onlyDevice() {
        return devices.size() == 1 ? devices.getFirst() : null;
    }

    private long now() {
        return setup.clock().nanoTime();
    }

    /// Says which migration this is.
    void identify(UUID id) {
        migrationId = id;
    }

    /// Ends the phase under way and begins the next.
    void begin(MigrationPhase next) {
        endPhase(null);
        phase = next;
        phaseBegun = now();
        phaseBytes = 0;
        event = PhaseEvent.start(role, next, devices);
        tell(next, "", bytesExpected - bytesMoved, 0);
    }

    /// The phase under way ends by a failure.
    void fail(LiveMigrationException failure) {
        endPhase(failure);
    }

    private void endPhase(@Nullable LiveMigrationException failure) {
        var ended = phase;
        if (ended != null) {
            phases.merge(ended, now() - phaseBegun, Long::sum);
            phase = null;
        }
        PhaseEvent.end(event, migrationId, failure);
        event = null;
    }

    /// Sets how many bytes of state there will be.
    void expect(long bytes) {
        bytesExpected = bytes;
    }

    /// Sets how long the guest would stand still.
    void estimate(Duration blackoutTime) {
        estimate = blackoutTime;
    }

    /// Counts bytes of state, of one device.
    void moved(String device, long bytes) {
        bytesMoved += bytes;
        phaseBytes += bytes;
        bytesExpected = Math.max(bytesExpected, bytesMoved);
        long nanos = now() - phaseBegun;
        progress(device, bytesExpected - bytesMoved, nanos <= 0 ? 0 : (long) (phaseBytes * 1e9 / nanos));
    }

    /// Tells how an activity of the phase goes, unless the listener was told a moment ago.
    void progress(String activity, long bytesRemaining, long bytesPerSecond) {
        var present = phase;
        if (present != null && now() - toldAt >= Peer.nanos(setup.options().progressInterval())) {
            tell(present, activity, bytesRemaining, bytesPerSecond);
        }
    }

    private void tell(MigrationPhase present, String activity, long remaining, long rate) {
        toldAt = now();
        if (MigrationListener.SILENT.equals(setup.listener())) {
            return;
        }
        var progress = new MigrationProgress(
                role,
                present,
                activity,
                bytesMoved,
                bytesExpected,
                remaining,
                rate,
                estimate,
                Duration.ofNanos(toldAt - begun));
        try {
            CallbackException.guard("the listener", () -> setup.listener().onProgress(progress));
        } catch (Throwable e) {
            if (!decided) {
                throw e;
            }
            warn(failureOf(e));
        }
    }

    void blackoutBegins() {
        blackout = true;
        blackoutBegun = now();
    }

    /// The guest runs.
    void blackoutEnds() {
        if (!blackoutOver) {
            blackoutOver = true;
            blackoutEnded = now();
        }
    }

    boolean isIn(MigrationPhase candidate) {
        return phase == candidate;
    }

    /// From here on a listener that throws ends nothing any more.
    void decided() {
        decided = true;
    }

    /// Keeps what went wrong without changing the outcome.
    void warn(LiveMigrationException warning) {
        warnings.add(warning);
    }

    /// Keeps that a device was reset to run again.
    void wasReset(String name) {
        resetDevices.add(name);
    }

    /// {@return what there is to say at the end} The phase under way ended well, unless [#fail(LiveMigrationException)] said otherwise.
    ///
    /// @param failure what ended the migration
    MigrationReport report(RunPermission mayRun, boolean runsHere, @Nullable LiveMigrationException failure) {
        endPhase(null);
        long end = blackoutOver ? blackoutEnded : now();
        var time = blackout ? Duration.ofNanos(end - blackoutBegun) : Duration.ZERO;
        var report = new MigrationReport(
                migrationId,
                role,
                devices,
                mayRun,
                runsHere,
                resetDevices,
                bytesMoved,
                time,
                phases.entrySet().stream()
                        .map(entry -> new PhaseTime(entry.getKey(), Duration.ofNanos(entry.getValue())))
                        .toList(),
                warnings,
                failure);
        setup.history().ifPresent(history -> history.add(report));
        return report;
    }

    /// What is thrown through a migration, as one of this library's family.
    static LiveMigrationException failureOf(Throwable thrown) {
        return thrown instanceof LiveMigrationException known
                ? known
                : new CallbackException("code outside the library", thrown);
    }

    /// Does a step that is tried whatever became of the others.
    ///
    /// @param failure takes what it throws, as suppressed
    /// @return whether it threw nothing
    static boolean attempt(Throwable failure, Runnable step) {
        try {
            step.run();
            return true;
        } catch (Throwable e) {
            suppress(failure, e);
            return false;
        }
    }

    /// Keeps a failure with the one that it came after.
    static void suppress(Throwable first, Throwable later) {
        if (!first.equals(later)) {
            first.addSuppressed(later);
        }
    }
}
