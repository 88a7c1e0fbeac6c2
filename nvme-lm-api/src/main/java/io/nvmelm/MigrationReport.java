package io.nvmelm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one side of a migration says at its end, also when it failed.
///
/// @param role        which side
/// @param device      name of the device
/// @param mayRun      who may run the guest now
/// @param stateBytes  bytes of device state moved
/// @param blackout    from before the guest was paused until it could run again, as this side saw it; zero where it
///                    never stopped
/// @param phases      phases in the order they were begun, with the time each took
/// @param failure     what ended the migration, or null when it succeeded
public record MigrationReport(
        MigrationRole role,
        String device,
        RunPermission mayRun,
        long stateBytes,
        Duration blackout,
        List<PhaseTime> phases,
        @Nullable LiveMigrationException failure) {

    /// Time that one phase took.
    ///
    /// @param phase which one
    /// @param time  how long
    public record PhaseTime(MigrationPhase phase, Duration time) {}

    /// Copies the list.
    public MigrationReport {
        phases = List.copyOf(phases);
    }

    /// {@return whether the guest now runs at the destination}
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
