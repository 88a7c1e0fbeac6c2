package io.nvmelm;

/// What a caller can do about a failure.
public enum FailureCategory {
    /// Nothing is broken; the same call may succeed later.
    RETRY,
    /// This migration cannot succeed; the device is usable as it is.
    ABORT_MIGRATION,
    /// The device is in a state that only [MigratableDevice#reset()] ends.
    RESET_DEVICE,
    /// The way to the device, or the device itself, is gone.
    FATAL
}
