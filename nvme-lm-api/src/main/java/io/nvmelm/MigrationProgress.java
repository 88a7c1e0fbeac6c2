package io.nvmelm;

import java.time.Duration;

/// Snapshot of a migration under way.
///
/// @param role             which side says so
/// @param phase            phase that is under way
/// @param bytesTransferred bytes of device state moved so far
/// @param bytesTotal       bytes of device state that will be moved; an estimate until the state has been opened
/// @param elapsed          time since the migration began
public record MigrationProgress(
        MigrationRole role, MigrationPhase phase, long bytesTransferred, long bytesTotal, Duration elapsed) {}
