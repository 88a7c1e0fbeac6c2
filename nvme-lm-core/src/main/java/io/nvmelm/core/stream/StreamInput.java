package io.nvmelm.core.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Bytes of a stream as they are taken from its source, never one more than asked for. The buffer grows to what has arrived, whatever
/// lengths the stream claims. Nothing is lost when the source throws: the same call continues.
final class StreamInput {
    private static final int FIRST_CAPACITY = 4096;

    private final ByteSource source;
    private ByteBuffer buffer =
            ByteBuffer.allocateDirect(FIRST_CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private ByteBuffer view = buffer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    private int filled;
    private long taken;

    StreamInput(ByteSource source) {
        this.source = source;
    }

    /// Bytes that were taken from the source so far.
    long taken() {
        return taken;
    }

    /// Bytes in the buffer.
    int filled() {
        return filled;
    }

    /// Keeps so many bytes of the buffer, and forgets those behind.
    void keep(int bytes) {
        filled = bytes;
    }

    /// Fills the buffer up to so many bytes.
    ///
    /// @return whether it could; false when the source ended before
    boolean fill(int bytes) {
        while (filled < bytes) {
            if (filled == buffer.capacity()) {
                grow(bytes);
            }
            int count = source.read(buffer.limit(Math.min(bytes, buffer.capacity())).position(filled));
            if (count < 0) {
                return false;
            }
            filled += count;
            taken += count;
        }
        return true;
    }

    private void grow(int bytes) {
        var larger = ByteBuffer.allocateDirect(Math.min(bytes, 2 * buffer.capacity()))
                .order(ByteOrder.LITTLE_ENDIAN);
        larger.put(0, buffer.clear(), 0, filled);
        buffer = larger;
        view = larger.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The buffer, to be read at absolute positions.
    ByteBuffer buffer() {
        return buffer;
    }

    /// A part of the buffer to be read only; valid until the next call.
    ByteBuffer view(int offset, int length) {
        return view.limit(offset + length).position(offset);
    }
}
