package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.PeerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;

/// Makes a [MigrationChannel] of what an embedder has: a socket, a pair of pipes, or any two blocking channels.
///
/// What is given belongs to the result from then on, and [MigrationChannel#close()] closes it; [#lent(SelectableChannel)] alone gives it
/// back. No threads are started. A waiting call is not ended by an interrupt, except in
/// [#blocking(ReadableByteChannel, WritableByteChannel)]; the interrupt is kept for the caller.
public final class MigrationChannels {

    private MigrationChannels() {}

    /// Makes one of a channel that goes both ways, for instance a connected [java.nio.channels.SocketChannel]. Waits to the
    /// millisecond, by a [java.nio.channels.Selector]. Somebody who closes the given channel itself ends a waiting call as well, within
    /// a tenth of a second.
    ///
    /// @param channel the connection; put into non-blocking mode, closed with the result
    /// @param <C>     its type
    /// @return the connection
    /// @throws IOException when no selector could be opened, or the channel is closed; it is then left as it was
    public static <C extends SelectableChannel & ByteChannel> MigrationChannel of(C channel) throws IOException {
        return SelectorMigrationChannel.open(channel, channel, channel, channel, true);
    }

    /// Makes one of a channel that goes both ways, and gives the channel back: [MigrationChannel#close()] ends calls and releases what
    /// waits, then puts the channel into the blocking mode in which it was given, and leaves it open. Bytes that the migration did not
    /// read are still in it. Otherwise as [#of(SelectableChannel)].
    ///
    /// @param channel the connection; in non-blocking mode until the result is closed
    /// @param <C>     its type
    /// @return the connection
    /// @throws IOException when no selector could be opened, or the channel is closed; it is then left as it was
    public static <C extends SelectableChannel & ByteChannel> MigrationChannel lent(C channel) throws IOException {
        return SelectorMigrationChannel.open(channel, channel, channel, channel, false);
    }

    /// Makes one of two channels that go one way each, for instance two [java.nio.channels.Pipe]s. Otherwise as
    /// [#of(SelectableChannel)].
    ///
    /// @param in  what the other side sends; put into non-blocking mode, closed with the result
    /// @param out what the other side gets; put into non-blocking mode, closed with the result
    /// @param <R> type of the first
    /// @param <W> type of the second
    /// @return the connection
    /// @throws IOException when no selector could be opened, or a channel is closed; both are then left as they were
    public static <R extends SelectableChannel & ReadableByteChannel, W extends SelectableChannel & WritableByteChannel> MigrationChannel of(
            R in, W out) throws IOException {
        return SelectorMigrationChannel.open(in, in, out, out, true);
    }

    /// Makes one of any two channels in blocking mode, for instance of streams or of a TLS library. Reads and writes run on the
    /// embedder's executor, at most one of each at a time, so that waiting for them ends on time. Bytes go through two buffers of
    /// 256 KiB.
    ///
    /// A write counts as taken once the executor has it, and the call still waits for its end while there is time: a failure is then
    /// thrown by this call, else by the next. A read that was begun goes on after the call that began it. Closing the result closes both
    /// channels, which has to end what the executor still does with them: channels that are
    /// [java.nio.channels.InterruptibleChannel] do.
    ///
    /// @param in       what the other side sends, in blocking mode; closed with the result
    /// @param out      what the other side gets, in blocking mode; closed with the result
    /// @param executor runs two tasks at the same time, each of which may block
    /// @return the connection
    /// @throws InvalidValueException when a channel is in non-blocking mode
    public static MigrationChannel of(ReadableByteChannel in, WritableByteChannel out, Executor executor) {
        requireBlocking("in", in);
        requireBlocking("out", out);
        return new ExecutorMigrationChannel(in, out, executor, false);
    }

    /// Makes one of any two channels in blocking mode, whose calls block the caller until something arrived or was sent: waiting does
    /// not end early. Deadlines and cancellation are looked at between calls alone, a peer that is silent is never given up, and no sign
    /// of life is sent while this side waits, so the other side needs a long
    /// [io.nvmelm.MigrationOptions#peerTimeout()]. A call of [MigrationChannel#read(java.nio.ByteBuffer, long)] with no time to wait reads nothing.
    /// To end a waiting call, close the result.
    ///
    /// @param in  what the other side sends, in blocking mode; closed with the result
    /// @param out what the other side gets, in blocking mode; closed with the result
    /// @return the connection
    /// @throws InvalidValueException when a channel is in non-blocking mode
    public static MigrationChannel blocking(ReadableByteChannel in, WritableByteChannel out) {
        requireBlocking("in", in);
        requireBlocking("out", out);
        return new ExecutorMigrationChannel(in, out, Runnable::run, true);
    }

    /// Closes all of them, whatever becomes of each.
    ///
    /// @throws PeerException when one could not be closed
    static void closeAll(Closeable... parts) {
        PeerException failure = null;
        for (var part : parts) {
            try {
                part.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = new PeerException(
                            "closing the connection failed: " + e, "Look at the network and the peer", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void requireBlocking(String field, Channel channel) {
        if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
            throw new InvalidValueException(field, "a channel in non-blocking mode", "a channel in blocking mode");
        }
    }
}
