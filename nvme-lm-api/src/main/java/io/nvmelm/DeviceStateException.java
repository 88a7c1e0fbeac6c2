package io.nvmelm;

/// What was asked does not fit the state that the device or session is in. Nothing was changed.
public final class DeviceStateException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// State of the device when it refused.
    private final DeviceState state;

    /// Creates the refusal.
    ///
    /// @param state   state the device is in
    /// @param message what was asked and why it does not fit
    /// @param remedy  what would fit
    public DeviceStateException(DeviceState state, String message, String remedy) {
        super(
                state == DeviceState.ERROR ? FailureCategory.RESET_DEVICE : FailureCategory.ABORT_MIGRATION,
                message,
                remedy,
                null);
        this.state = state;
    }

    /// {@return the state the device was in when it refused}
    public DeviceState state() {
        return state;
    }
}
