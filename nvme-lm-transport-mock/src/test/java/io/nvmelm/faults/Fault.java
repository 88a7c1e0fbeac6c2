package io.nvmelm.faults;

import io.nvmelm.MigrationRole;
import java.io.IOException;
import java.util.Set;

/// One thing that goes wrong, in one line: `SOURCE@12 STATUS INTERNAL_ERROR`.
///
/// @param side     the side that it happens to; of bytes, the side that wrote them
/// @param position the step of that side, or the byte, from 0
/// @param kind     what happens
/// @param argument what else is to be said; empty where there is nothing
record Fault(MigrationRole side, int position, Kind kind, String argument) {
    /// Late by less than every timeout and deadline.
    static final int SLOW_MILLIS = 4_000;
    /// The argument of a fault that throws an error.
    static final String ERROR = "ERROR";
    /// The argument of a fault that throws a checked exception that nobody declared, as code in other languages does.
    static final String CHECKED = "CHECKED";

    /// What goes wrong.
    enum Kind {
        /// A command is answered with this status.
        STATUS,
        /// A command is neither executed nor answered.
        TIMES_OUT,
        /// A command is executed and never answered.
        LOSES_COMPLETION,
        /// A command is executed and answered so many milliseconds late.
        LATE,
        /// The transport fails before the controller gets a command.
        TRANSPORT_ERROR,
        /// The migratable controllers of this side have a fatal status from this step on.
        CONTROLLER_FATAL,
        /// The controlling controller of this side has a fatal status from this step on.
        CONTROLLING_FATAL,
        /// The guest disables its controllers, where it runs.
        GUEST_RESET,
        /// Somebody resets the functions of this side.
        FUNCTION_RESET,
        /// Somebody resets the controlling controller of this side.
        CONTROLLING_RESET,
        /// The step fails before it has an effect. With `ERROR` it is an error, with `CHECKED` a checked exception.
        THROWS,
        /// An arc is executed, or a session closed, and then that fails. With `ERROR` it is an error, with `CHECKED` a checked exception.
        THROWS_AFTER,
        /// An arc is not executed, and the device is in ERROR until it is reset.
        ENDS_IN_ERROR,
        /// Somebody cancels the source's migration.
        CANCELS_SOURCE,
        /// Somebody cancels the destination's migration.
        CANCELS_DESTINATION,
        /// The process of this side ends, and its connection with it.
        DIES,
        /// The process of this side ends, and nobody is told.
        VANISHES,
        /// The connection breaks.
        CUT,
        /// The connection breaks at a byte.
        BREAKS_AT,
        /// Nothing arrives from a byte on.
        STALLS_AT,
        /// Everything from a byte on arrives so many milliseconds later, once.
        PAUSES_AT,
        /// Everything from a byte on takes so many milliseconds longer.
        DELAYS_FROM,
        /// Bits of a byte are inverted.
        CORRUPTS,
        /// The direction ends before a byte.
        CLOSES_AT,
        /// So many bytes vanish.
        DROPS,
        /// So many bytes arrive twice.
        DUPLICATES;

        private static final Set<Kind> OF_BYTES =
                Set.of(BREAKS_AT, STALLS_AT, PAUSES_AT, DELAYS_FROM, CORRUPTS, CLOSES_AT, DROPS, DUPLICATES);
        private static final Set<Kind> OF_COMMANDS =
                Set.of(STATUS, TIMES_OUT, LOSES_COMPLETION, LATE, TRANSPORT_ERROR);

        /// {@return whether a device of the guest may be reset because of this, or is no longer what the guest knows}
        boolean explainsReset() {
            return switch (this) {
                case CONTROLLER_FATAL, CONTROLLING_FATAL, GUEST_RESET, FUNCTION_RESET, CONTROLLING_RESET,
                        ENDS_IN_ERROR ->
                    true;
                default -> false;
            };
        }

        /// {@return whether one call fails, and nothing else}
        boolean isOfOneCall() {
            return this == THROWS || this == THROWS_AFTER || this == ENDS_IN_ERROR;
        }

        boolean isOfBytes() {
            return OF_BYTES.contains(this);
        }

        boolean isOfCommands() {
            return OF_COMMANDS.contains(this);
        }
    }

    Fault(MigrationRole side, int position, Kind kind) {
        this(side, position, kind, "");
    }

    Fault(MigrationRole side, int position, Kind kind, long argument) {
        this(side, position, kind, Long.toString(argument));
    }

    int number() {
        return Integer.parseInt(argument);
    }

    /// {@return whether nothing may fail because of this} The estimate of the blackout may still no longer fit.
    boolean isHarmless() {
        return (kind == Kind.LATE || kind == Kind.PAUSES_AT) && number() <= SLOW_MILLIS;
    }

    boolean isError() {
        return argument.equals(ERROR);
    }

    /// Throws an [InjectedError], or a [java.io.IOException] that is not declared, if that is what is to be thrown.
    void throwIfUnusual() {
        if (isError()) {
            throw new InjectedError();
        }
        if (argument.equals(CHECKED)) {
            Fault.<RuntimeException>throwUndeclared(new IOException("The fault of the test"));
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwUndeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }

    static Fault parse(String text) {
        var words = text.trim().split("[ @]", 4);
        return new Fault(
                MigrationRole.valueOf(words[0]),
                Integer.parseInt(words[1]),
                Kind.valueOf(words[2]),
                words.length == 4 ? words[3] : "");
    }

    @Override
    public String toString() {
        return side + "@" + position + " " + kind + (argument.isEmpty() ? "" : " " + argument);
    }
}
