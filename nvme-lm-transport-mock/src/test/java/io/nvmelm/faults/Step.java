package io.nvmelm.faults;

import io.nvmelm.MigrationRole;

/// One thing that a side does to the world, or that its embedder is called for.
///
/// @param side   which side
/// @param number number of the step on that side, from 0
/// @param kind   what is done
/// @param what   which one
record Step(MigrationRole side, int number, Kind kind, String what) {

    /// What is done.
    enum Kind {
        /// A call of the channel.
        CHANNEL,
        /// An admin command.
        COMMAND,
        /// An arc of a device.
        ARC,
        /// Any other call of a device.
        DEVICE,
        /// A device is asked for its state.
        STATE,
        /// A call of the data of a session.
        SESSION,
        /// A session is closed.
        CLOSE,
        /// The guest is paused or resumed.
        GUEST,
        /// A listener is told.
        LISTENER,
        /// A supplement is called.
        SUPPLEMENT,
        /// A stage of pre-copy is called.
        STAGE
    }

    @Override
    public String toString() {
        return side + "@" + number + " " + kind + " " + what;
    }
}
