package io.nvmelm;

import java.time.Duration;

/// Snapshot of a migration under way.
///
/// @param role              which side says so
/// @param phase             phase that is under way
/// @param activity          what is copied or done in it, for instance the name of a device or of a [PreCopyStage]; empty at its start
/// @param bytesTransferred  bytes of device state moved so far
/// @param bytesTotal        bytes of device state that will be moved; an estimate until the state has been opened
/// @param bytesRemaining    bytes of this activity known to be left
/// @param bytesPerSecond    rate of this activity so far, 0 when not known
/// @param estimatedBlackout how long the guest would stand still, or will have; zero before there is an estimate
/// @param elapsed           time since the migration began
public record MigrationProgress(
        MigrationRole role,
        MigrationPhase phase,
        String activity,
        long bytesTransferred,
        long bytesTotal,
        long bytesRemaining,
        long bytesPerSecond,
        Duration estimatedBlackout,
        Duration elapsed) {}
