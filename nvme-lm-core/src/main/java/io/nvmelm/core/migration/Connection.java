package io.nvmelm.core.migration;

import io.nvmelm.MigrationChannel;
import io.nvmelm.PeerException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectableChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The channel of one side, and for how long it is used. Thread-safe.
final class Connection {
    private static final System.Logger LOGGER = System.getLogger(Connection.class.getName());

    /// Opens a channel that is given back; null where the caller made one.
    private final @Nullable Opening opening;
    private @Nullable MigrationChannel channel;
    private boolean awake;

    /// Makes a channel that waits on one of the caller's.
    private interface Opening {
        MigrationChannel open() throws IOException;
    }

    private Connection(@Nullable Opening opening, @Nullable MigrationChannel channel) {
        this.opening = opening;
        this.channel = channel;
    }

    /// A channel that the caller made for this.
    static Connection of(MigrationChannel channel) {
        return new Connection(null, channel);
    }

    /// A channel of any kind: waiting on one that can be waited on, a socket for instance, ends on time, on another one between its
    /// calls.
    static Connection of(ByteChannel channel) {
        return channel instanceof SelectableChannel
                ? lent((SelectableChannel & ByteChannel) channel)
                : of(MigrationChannels.blocking(channel, channel));
    }

    private static <C extends SelectableChannel & ByteChannel> Connection lent(C channel) {
        return new Connection(() -> MigrationChannels.lent(channel), null);
    }

    /// {@return the channel, for the time of the migration}
    ///
    /// @throws PeerException when it cannot be waited on
    synchronized MigrationChannel open() {
        var present = channel;
        if (present == null && opening != null) {
            try {
                present = opening.open();
            } catch (IOException e) {
                throw new PeerException("the channel cannot be used: " + e, "Give the migration a connected one", e);
            }
            channel = present;
            if (awake) {
                present.wakeUp();
            }
        }
        return Objects.requireNonNull(present);
    }

    /// Gives the caller's channel back in the mode that it was in.
    synchronized void release() {
        var present = channel;
        if (opening != null && present != null) {
            try {
                present.close();
            } catch (PeerException e) {
                // The migration is over; its report is not to be lost for this.
                LOGGER.log(Level.WARNING, "the channel could not be given back: " + e.getMessage());
            }
        }
    }

    /// Ends a wait.
    synchronized void wakeUp() {
        awake = true;
        var present = channel;
        if (present != null) {
            present.wakeUp();
        }
    }
}
