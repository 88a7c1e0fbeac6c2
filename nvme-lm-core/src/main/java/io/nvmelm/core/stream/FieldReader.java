package io.nvmelm.core.stream;

import io.nvmelm.InvalidValueException;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.preflight.ForeignText;
import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads fields of tag, length and value (see [FieldWriter]) in a part of a payload. Every length is checked against what is there,
/// before anything is made of it; whatever is wrong is a [StreamFormatException] with record and byte.
final class FieldReader {
    /// Bit of a tag: a reader that does not know the tag has to stop.
    static final int CRITICAL = 0x8000;
    private static final int MOST_UNKNOWN_SHOWN = 64;
    private static final String REMEDY =
            "The writer is defective or of an incompatible version; nothing of it was used";

    private final ByteBuffer bytes;
    private final long recordNumber;
    private final long origin;
    private final String place;
    private final @Nullable List<String> unknown;
    private final int limit;
    private int next;
    private int at;
    private int tag;
    private int length;
    private long seen;

    /// Reads all that remains in a payload.
    ///
    /// @param payloadOffset where the payload starts in the stream
    /// @param place         name of the structure for messages
    /// @param unknown       gets one line for each unknown field; null to drop them
    FieldReader(
            ByteBuffer payload, long recordNumber, long payloadOffset, String place, @Nullable List<String> unknown) {
        this(
                payload.duplicate().order(ByteOrder.LITTLE_ENDIAN),
                recordNumber,
                payloadOffset - payload.position(),
                place,
                unknown,
                payload.position(),
                payload.limit());
    }

    private FieldReader(
            ByteBuffer bytes,
            long recordNumber,
            long origin,
            String place,
            @Nullable List<String> unknown,
            int start,
            int limit) {
        this.bytes = bytes;
        this.recordNumber = recordNumber;
        this.origin = origin;
        this.place = place;
        this.unknown = unknown;
        this.next = start;
        this.at = start;
        this.limit = limit;
    }

    /// Goes to the next field.
    ///
    /// @return whether there is one
    boolean next() {
        at = next;
        if (at == limit) {
            return false;
        }
        if (limit - at < FieldWriter.HEADER_BYTES) {
            throw refusal("the header of a field is cut off after " + (limit - at) + " bytes");
        }
        tag = Short.toUnsignedInt(bytes.getShort(at)) & ~CRITICAL;
        long claimed = Integer.toUnsignedLong(bytes.getInt(at + 4));
        int most = limit - at - FieldWriter.HEADER_BYTES;
        if (claimed > most) {
            throw refusal("length of field " + tag + " is " + claimed + ", allowed: 0 to " + most);
        }
        length = (int) claimed;
        next = at + FieldWriter.HEADER_BYTES + length;
        return true;
    }

    /// The tag without its critical bit.
    int tag() {
        return tag;
    }

    int length() {
        return length;
    }

    /// Bytes of the payload, to be read at absolute positions from [#valueStart()] on.
    ByteBuffer bytes() {
        return bytes;
    }

    int valueStart() {
        return at + FieldWriter.HEADER_BYTES;
    }

    /// Says that this field stands at most once. For tags below 64.
    FieldReader once() {
        if ((seen & 1L << tag) != 0) {
            throw refusal("field " + tag + " stands there twice");
        }
        seen |= 1L << tag;
        return this;
    }

    /// Passes over a field of an unknown tag.
    void skip() {
        if ((bytes.getShort(at) & CRITICAL) != 0) {
            throw new StreamFormatException(
                    recordNumber,
                    origin + at,
                    place + ": field " + tag + " is unknown to this version and may not be skipped",
                    "Read the stream with a newer version of the library");
        }
        if (unknown != null && unknown.size() < MOST_UNKNOWN_SHOWN) {
            unknown.add(place + ": field " + tag + ", " + length + " bytes");
        }
    }

    int unsigned8() {
        requireLength(1, 1);
        return Byte.toUnsignedInt(bytes.get(valueStart()));
    }

    int unsigned16() {
        requireLength(2, 2);
        return Short.toUnsignedInt(bytes.getShort(valueStart()));
    }

    int signed32() {
        requireLength(4, 4);
        return bytes.getInt(valueStart());
    }

    long signed64() {
        requireLength(8, 8);
        return bytes.getLong(valueStart());
    }

    /// A text to be shown to people, in place of the characters that a terminal would obey their codes.
    String shownText() {
        return ForeignText.shown(text());
    }

    String text() {
        requireLength(0, FieldWriter.MAXIMUM_TEXT_BYTES);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(valueStart(), length)).toString();
        } catch (CharacterCodingException e) {
            var refusal = refusal("field " + tag + " is not UTF-8");
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    OpaqueBytes opaque(int most) {
        requireLength(0, most);
        return opaque(valueStart(), length);
    }

    /// A copy of bytes of the value.
    OpaqueBytes opaque(int start, int count) {
        byte[] copy = new byte[count];
        bytes.get(start, copy);
        return OpaqueBytes.copyOf(copy);
    }

    /// The fields inside this one.
    FieldReader nested(String name) {
        return new FieldReader(bytes, recordNumber, origin, name, unknown, valueStart(), next);
    }

    void requireLength(int least, int most) {
        if (length < least || length > most) {
            throw refusal("length of field " + tag + " is " + length + ", allowed: " + least + " to " + most);
        }
    }

    void requireCount(int already, int most) {
        if (already >= most) {
            throw refusal("field " + tag + " stands there more than " + most + " times");
        }
    }

    /// What a field must have given.
    <T> T required(int requiredTag, @Nullable T value) {
        if (value == null) {
            throw refusal("field " + requiredTag + " is missing");
        }
        return value;
    }

    /// Where the present field starts, for [#requireAt].
    int place() {
        return at;
    }

    /// Checks a field that was read before, and refuses it there as the stream's own checks do.
    void requireAt(int place, Runnable check) {
        at = place;
        made(() -> {
            check.run();
            return Boolean.TRUE;
        });
    }

    /// Makes a value, whose own checks refuse as the stream's do.
    <T> T made(Supplier<T> maker) {
        try {
            return maker.get();
        } catch (InvalidValueException e) {
            var refusal = refusal(e.field() + " is " + e.value() + ", allowed: " + e.bound());
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    StreamFormatException refusal(String reason) {
        return new StreamFormatException(
                recordNumber, origin + at, ForeignText.shown(place + ": " + reason), REMEDY);
    }
}
