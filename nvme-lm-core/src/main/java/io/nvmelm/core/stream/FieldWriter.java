package io.nvmelm.core.stream;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Writes fields of tag, length and value, little endian.
///
/// ```
///   0     2      4        8
///   | tag | rsvd | length | value ...
/// ```
final class FieldWriter {
    static final int HEADER_BYTES = 8;
    /// Most bytes of a text.
    static final int MAXIMUM_TEXT_BYTES = 4096;

    private final int maximumBytes;
    private ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    FieldWriter(int maximumBytes) {
        this.maximumBytes = maximumBytes;
    }

    /// What was written.
    ByteBuffer finish() {
        return bytes.flip();
    }

    int byteSize() {
        return bytes.position();
    }

    /// Takes back what was written behind so many bytes.
    void cut(int byteSize) {
        bytes.position(byteSize);
    }

    private ByteBuffer room(int count) {
        if (count > maximumBytes - bytes.position()) {
            throw new InvalidValueException(
                    "bytes of the payload", "more than " + maximumBytes, "0 to " + maximumBytes);
        }
        if (bytes.remaining() < count) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + count);
            bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(bytes.flip());
        }
        return bytes;
    }

    private ByteBuffer header(int tag, int length) {
        return room(HEADER_BYTES + length).putShort((short) tag).putShort((short) 0).putInt(length);
    }

    FieldWriter unsigned8(int tag, int value) {
        header(tag, 1).put((byte) value);
        return this;
    }

    FieldWriter unsigned16(int tag, int value) {
        header(tag, 2).putShort((short) value);
        return this;
    }

    FieldWriter unsigned32(int tag, int value) {
        header(tag, 4).putInt(value);
        return this;
    }

    FieldWriter unsigned64(int tag, long value) {
        header(tag, 8).putLong(value);
        return this;
    }

    FieldWriter opaque(int tag, OpaqueBytes value) {
        header(tag, value.byteSize()).put(value.toByteArray());
        return this;
    }

    /// Writes a text of at most [#MAXIMUM_TEXT_BYTES] in UTF-8.
    FieldWriter text(int tag, String field, String value) {
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            var refusal = new InvalidValueException(field, "a text with half a character",
                    "a text of whole characters");
            refusal.addSuppressed(e);
            throw refusal;
        }
        if (encoded.remaining() > MAXIMUM_TEXT_BYTES) {
            throw new InvalidValueException(
                    field, encoded.remaining() + " bytes in UTF-8", "0 to " + MAXIMUM_TEXT_BYTES);
        }
        header(tag, encoded.remaining()).put(encoded);
        return this;
    }

    /// Writes a field whose value is laid out by the caller.
    FieldWriter value(int tag, int length, Consumer<ByteBuffer> content) {
        content.accept(header(tag, length));
        return this;
    }

    /// Writes a field that holds fields.
    FieldWriter nested(int tag, Consumer<FieldWriter> content) {
        int at = header(tag, 0).position();
        content.accept(this);
        bytes.putInt(at - Integer.BYTES, bytes.position() - at);
        return this;
    }
}
