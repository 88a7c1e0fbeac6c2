package io.nvmelm.core.fsm;

import io.nvmelm.DeviceState;

/// What an arc does with the session through which the state of the device is read or written.
public enum SessionEffect {
    /// No session is open before or after.
    NONE,
    /// Opens a session for saving.
    OPENS_SAVE,
    /// Opens a session for loading.
    OPENS_LOAD,
    /// The session for saving that is open goes on.
    KEEPS,
    /// Ends the session for saving.
    ENDS_SAVE,
    /// Ends the session for loading: the data is complete, and the device verifies and applies it.
    ENDS_LOAD;

    /// {@return whether the arc opens a session}
    public boolean opens() {
        return this == OPENS_SAVE || this == OPENS_LOAD;
    }

    /// {@return whether the arc ends a session}
    public boolean ends() {
        return this == ENDS_SAVE || this == ENDS_LOAD;
    }

    /// {@return what going from one state to another does, of which no more than one may be [DeviceState#RESUMING]}
    static SessionEffect between(DeviceState from, DeviceState to) {
        if (from == DeviceState.RESUMING) {
            return ENDS_LOAD;
        }
        if (to == DeviceState.RESUMING) {
            return OPENS_LOAD;
        }
        if (from.isSaving()) {
            return to.isSaving() ? KEEPS : ENDS_SAVE;
        }
        return to.isSaving() ? OPENS_SAVE : NONE;
    }
}
