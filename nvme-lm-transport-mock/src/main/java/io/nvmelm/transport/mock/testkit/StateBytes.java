package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationData;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Bytes of a state out of a session and into one, in pieces of any size.
final class StateBytes {
    /// A piece that is larger than most states.
    static final int ALL = 1 << 20;

    private StateBytes() {}

    /// Reads to the end, by buffers on the heap for odd sizes and off it for even ones, and checks what each read says.
    static byte[] read(MigrationData session, int pieceBytes) {
        var bytes = new ByteArrayOutputStream();
        var piece = (pieceBytes & 1) == 0 ? ByteBuffer.allocateDirect(pieceBytes) : ByteBuffer.allocate(pieceBytes);
        while (readSome(session, piece)) {
            byte[] copy = new byte[piece.flip().remaining()];
            piece.get(copy);
            bytes.writeBytes(copy);
            piece.clear();
        }
        return bytes.toByteArray();
    }

    /// Reads once from a stopped device into a buffer with room, and checks what the read says.
    ///
    /// @return false at the end of the state
    static boolean readSome(MigrationData session, ByteBuffer piece) {
        int start = piece.position();
        int count = session.read(piece);
        if (count < 0) {
            assertThat(count).isEqualTo(-1);
            assertThat(piece.position()).as("position after the end").isEqualTo(start);
            return false;
        }
        assertThat(count).as("bytes of a read with room").isPositive();
        assertThat(piece.position()).as("position after a read of %d", count).isEqualTo(start + count);
        return true;
    }

    /// Writes everything, by read-only buffers that are larger than the piece, and checks what each write says.
    static void write(MigrationData session, byte[] bytes, int pieceBytes) {
        write(session, bytes, 0, bytes.length, pieceBytes);
    }

    static void write(MigrationData session, byte[] bytes, int from, int to, int pieceBytes) {
        var source = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        int position = from;
        while (position < to) {
            int count = Math.min(pieceBytes, to - position);
            source.limit(position + count).position(position);
            assertThat(session.write(source)).as("bytes written at byte %d", position).isEqualTo(count);
            position += count;
            assertThat(source.position()).isEqualTo(position);
        }
    }

    /// Reads what there is at the moment and no more than `most` bytes; for states in which the device runs.
    static byte[] readAvailable(MigrationData session, int most) {
        var piece = ByteBuffer.allocate(most);
        while (piece.hasRemaining()) {
            int count = session.read(piece);
            assertThat(count).as("bytes of a read while the device runs").isNotNegative();
            if (count == 0) {
                break;
            }
        }
        byte[] copy = new byte[piece.flip().remaining()];
        piece.get(copy);
        return copy;
    }
}
