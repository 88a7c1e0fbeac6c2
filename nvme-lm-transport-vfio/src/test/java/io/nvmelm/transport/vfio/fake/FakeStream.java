package io.nvmelm.transport.vfio.fake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/// The state format of the fake's devices: records of a header (magic, kind, length, check sum, 4 bytes each) and a
/// payload. Any number of early records come first, one final record with the whole state ends it.
final class FakeStream {
    static final int HEADER = 16;
    static final int EARLY = 1;
    static final int FINAL = 2;
    private static final int MAGIC = 0x464B4D53;

    private FakeStream() {}

    static byte[] record(int kind, byte[] payload) {
        var sum = new CRC32();
        sum.update(payload);
        return ByteBuffer.allocate(HEADER + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(kind)
                .putInt(payload.length)
                .putInt((int) sum.getValue())
                .put(payload)
                .array();
    }

    /// {@return the state of a whole stream; null when it is none}
    static byte[] parse(byte[] bytes) {
        var stream = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (stream.remaining() >= HEADER) {
            int magic = stream.getInt();
            int kind = stream.getInt();
            int length = stream.getInt();
            int expected = stream.getInt();
            if (magic != MAGIC || length < 0 || length > stream.remaining() || kind != EARLY && kind != FINAL) {
                return null;
            }
            var payload = new byte[length];
            stream.get(payload);
            var sum = new CRC32();
            sum.update(payload);
            if ((int) sum.getValue() != expected) {
                return null;
            }
            if (kind == FINAL) {
                return stream.hasRemaining() ? null : payload;
            }
        }
        return null;
    }

    /// Bytes that arrived so far.
    static final class Received {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void add(byte[] more) {
            bytes.writeBytes(more);
        }

        int size() {
            return bytes.size();
        }

        byte[] all() {
            return bytes.toByteArray();
        }
    }
}
