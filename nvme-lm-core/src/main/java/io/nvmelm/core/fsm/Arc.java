package io.nvmelm.core.fsm;

import io.nvmelm.DeviceState;
import io.nvmelm.InvalidValueException;

/// One step of the state machine, which a device executes as a whole: it ends in `to`, or it failed.
///
/// @param from   state before
/// @param to     state afterwards, another one
/// @param effect what happens to the session
public record Arc(DeviceState from, DeviceState to, SessionEffect effect) {

    /// Checks that the arc leads somewhere and that the effect is that of its states.
    ///
    /// @throws InvalidValueException when both states are the same, one of them is [DeviceState#ERROR], or the effect
    ///                               is not that of the states
    public Arc {
        if (from == to) {
            throw new InvalidValueException("to", to.name(), "another state than `from`");
        }
        if (from == DeviceState.ERROR || to == DeviceState.ERROR) {
            throw new InvalidValueException(from == DeviceState.ERROR ? "from" : "to", "ERROR", "any state but ERROR");
        }
        var due = SessionEffect.between(from, to);
        if (effect != due) {
            throw new InvalidValueException("effect", effect.name(), due.name() + " from " + from + " to " + to);
        }
    }

    /// {@return the arc between two states, with the effect that it has}
    ///
    /// @param from state before, not [DeviceState#ERROR]
    /// @param to   state afterwards, another one and not [DeviceState#ERROR]
    /// @throws InvalidValueException when both states are the same or one of them is [DeviceState#ERROR]
    public static Arc between(DeviceState from, DeviceState to) {
        return new Arc(from, to, SessionEffect.between(from, to));
    }

    /// The arc as messages name it, for instance `RUNNING to STOP`.
    @Override
    public String toString() {
        return from + " to " + to;
    }
}
