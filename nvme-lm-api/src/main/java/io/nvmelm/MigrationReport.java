package io.nvmelm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What one side of a migration says at its end, also when it failed.
///
/// @param migrationId the same on both sides; what to ask the other side about. All zero when the two never spoke
/// @param role        which side
/// @param devices     names of the devices on this side, in the order of the migration
/// @param mayRun      who may run the guest now
/// @param runsHere    whether the guest runs on this side now, as far as this side can tell: a side that may run it can fail to
/// @param resetDevices names of devices that had to be reset to run again here; the guest's driver has to initialise them anew
/// @param stateBytes  bytes of device state moved
/// @param blackout    from before the guest was paused until it could run again, as this side saw it; zero where it
///                    never stopped
/// @param phases      phases in the order in which they were first begun, each once with all its time
/// @param warnings    what went wrong without changing the outcome, for instance a listener that threw after the right to run had
///                    been given away
/// @param failure     what ended the migration, or null when it succeeded
public record MigrationReport(
        UUID migrationId,
        MigrationRole role,
        List<String> devices,
        RunPermission mayRun,
        boolean runsHere,
        List<String> resetDevices,
        long stateBytes,
        Duration blackout,
        List<PhaseTime> phases,
        List<LiveMigrationException> warnings,
        @Nullable LiveMigrationException failure) {

    /// Time that one phase took.
    ///
    /// @param phase which one
    /// @param time  how long
    public record PhaseTime(MigrationPhase phase, Duration time) {}

    /// Copies the lists.
    public MigrationReport {
        devices = List.copyOf(devices);
        resetDevices = List.copyOf(resetDevices);
        phases = List.copyOf(phases);
        warnings = List.copyOf(warnings);
    }

    /// {@return the names of the devices in one line}
    public String device() {
        return String.join(", ", devices);
    }

    /// {@return whether the migration came to its end, so that the guest now runs at the destination}
    public boolean succeeded() {
        return failure == null;
    }

    /// {@return the time that one phase took, all its runs together; empty where it was not begun}
    ///
    /// @param phase which one
    public Optional<Duration> timeOf(MigrationPhase phase) {
        return phases.stream().filter(p -> p.phase() == phase).map(PhaseTime::time).reduce(Duration::plus);
    }

    /// Throws what ended the migration, if it failed.
    ///
    /// @return this
    /// @throws LiveMigrationException the failure, as it happened
    public MigrationReport throwIfFailed() {
        if (failure != null) {
            throw failure;
        }
        return this;
    }
}
