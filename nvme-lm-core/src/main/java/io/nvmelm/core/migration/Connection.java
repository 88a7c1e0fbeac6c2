package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.PeerException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
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

    /// A channel that can be waited on, a socket for instance.
    ///
    /// @throws InvalidValueException for any other: a call of it that blocks for ever would hold up a guest that is paused
    static Connection of(ByteChannel channel) {
        return of("channel", channel, channel);
    }

    /// Two channels that can be waited on, pipes for instance.
    ///
    /// @throws InvalidValueException for any other, as above
    static Connection of(ReadableByteChannel in, WritableByteChannel out) {
        return of("in or out", in, out);
    }

    private static Connection of(String field, ReadableByteChannel in, WritableByteChannel out) {
        if (in instanceof SelectableChannel readable && out instanceof SelectableChannel writable) {
            return new Connection(() -> {
                requireConnected(in);
                return SelectorMigrationChannel.open(readable, in, writable, out, false);
            }, null);
        }
        throw new InvalidValueException(
                field, "a channel whose waits do not end",
                "a socket or pipe, or what MigrationChannels makes of another: of() with an executor, or blocking()");
    }

    /// Reads nothing, which a channel that is not connected refuses.
    private static void requireConnected(ReadableByteChannel channel) throws IOException {
        try {
            channel.read(ByteBuffer.allocate(0));
        } catch (NotYetConnectedException e) {
            throw new PeerException("the socket is not connected", "Connect it first", e);
        }
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
