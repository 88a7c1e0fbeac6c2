package io.nvmelm.core.stream;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// The state of one device without any framing: exactly the bytes of Get Controller State (Base 2.3, clause 5.2.16.1.1), as the data file
/// descriptors of the Linux drivers deliver them. Nothing tells whether the bytes are whole, unchanged and of a fitting device but the
/// device itself; [StreamSaver] writes what can be verified.
///
/// Blocks for the device and the channel; keeps nothing.
public final class RawState {
    private static final int PIECE_BYTES = 1 << 20;

    private RawState() {}

    /// Writes the state of a session.
    ///
    /// @param session open session of a device in STOP_COPY; read to its end, left open
    /// @param out     where the bytes go, in blocking mode; left open
    /// @return bytes of the state
    /// @throws InvalidValueException  when the channel does not block
    /// @throws LiveMigrationException when the device or the channel failed
    public static long save(MigrationData session, WritableByteChannel out) {
        var sink = Channels.sink(out);
        var piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        long total = 0;
        int count = session.read(piece);
        while (count >= 0) {
            if (count == 0) {
                throw new InvalidValueException(
                        "bytes read from the session of a stopped device", "0", "1 or more, or -1 at the end");
            }
            total += count;
            sink.write(piece.flip());
            count = session.read(piece.clear());
        }
        return total;
    }

    /// Writes all bytes of a channel into a session. The device verifies them when it leaves RESUMING, which is the caller's to do.
    ///
    /// @param in      where the bytes come from, to its end, in blocking mode; left open
    /// @param session open session of a device in RESUMING; left open
    /// @return bytes of the state
    /// @throws InvalidValueException  when the channel does not block
    /// @throws LiveMigrationException when the device or the channel failed; the device needs a reset
    public static long load(ReadableByteChannel in, MigrationData session) {
        var source = Channels.source(in);
        var piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        long total = 0;
        int count = source.read(piece);
        while (count >= 0) {
            total += count;
            session.write(piece.flip());
            count = source.read(piece.clear());
        }
        return total;
    }
}
