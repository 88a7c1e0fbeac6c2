package io.nvmelm.core.fsm;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationData.Direction;
import java.util.List;
import java.util.Optional;

/// The arcs that take a device from one state to another, in order. Empty when it is there already.
///
/// A session can be handed to the caller at the end of a request only (`linux/vfio.h`, `data_fd`), so an arc that opens
/// one is always the last of its plan. To use the session of a state on the way, ask for that state first.
///
/// @param arcs the arcs, each starting where the one before ended
public record Plan(List<Arc> arcs) {

    /// No arc: the device is where it should be, and an open session stays as it is.
    public static final Plan NOTHING = new Plan(List.of());

    private static final Optional<Direction> SAVING = Optional.of(Direction.SAVING);
    private static final Optional<Direction> LOADING = Optional.of(Direction.LOADING);

    /// Copies the list and checks that the arcs fit together.
    ///
    /// @throws InvalidValueException when an arc does not start where the one before ended, or when an arc that opens a
    ///                               session is not the last
    public Plan {
        arcs = List.copyOf(arcs);
        for (int i = 1; i < arcs.size(); i++) {
            var before = arcs.get(i - 1);
            if (before.to() != arcs.get(i).from()) {
                throw new InvalidValueException("arcs", arcs.toString(), "each arc starts where the one before ended");
            }
            if (before.effect().opens()) {
                throw new InvalidValueException("arcs", arcs.toString(), "no arc behind one that opens a session");
            }
        }
    }

    /// {@return whether there is nothing to do}
    public boolean isEmpty() {
        return arcs.isEmpty();
    }

    /// {@return whether the last arc opens a session, which then is the result of the request}
    public boolean opensSession() {
        return !arcs.isEmpty() && arcs.getLast().effect().opens();
    }

    /// Says which session is open after the last arc. It is a new one if [#opensSession()], otherwise the one that was
    /// open before.
    ///
    /// @return direction of the session; empty when none is open then, and for the empty plan, which changes nothing
    ///         and does not know
    public Optional<Direction> sessionAtEnd() {
        if (arcs.isEmpty()) {
            return Optional.empty();
        }
        return switch (arcs.getLast().effect()) {
            case OPENS_SAVE, KEEPS -> SAVING;
            case OPENS_LOAD -> LOADING;
            case NONE, ENDS_SAVE, ENDS_LOAD -> Optional.empty();
        };
    }

    /// The states that the device passes, for instance `RUNNING to STOP to STOP_COPY`.
    @Override
    public String toString() {
        if (arcs.isEmpty()) {
            return "nothing";
        }
        var text = new StringBuilder(arcs.getFirst().from().name());
        for (var arc : arcs) {
            text.append(" to ").append(arc.to());
        }
        return text.toString();
    }
}
