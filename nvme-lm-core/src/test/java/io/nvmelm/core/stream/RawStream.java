package io.nvmelm.core.stream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/// Puts streams together by the numbers of the format's page alone, so that what no writer writes can be read.
final class RawStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int number;

    /// A preamble of 48 bytes and what a later version may have behind.
    RawStream preamble(
            int version, int least, int kind, int features, int maximumPayload, UUID id, int manifestBytes,
            byte[] more) {
        int preambleBytes = 48 + more.length;
        var preamble = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        preamble.put(new byte[] {(byte) 0x89, 0x4E, 0x56, 0x4D, 0x45, 0x4C, 0x4D, 0x0A});
        preamble.putShort((short) version).putShort((short) least).putInt(preambleBytes + 24 + manifestBytes);
        preamble.putShort((short) preambleBytes).putShort((short) kind).putInt(features).putInt(maximumPayload);
        preamble.order(ByteOrder.BIG_ENDIAN)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .order(ByteOrder.LITTLE_ENDIAN);
        preamble.putInt(crc(preamble.array(), 44));
        bytes.writeBytes(preamble.array());
        bytes.writeBytes(more);
        return this;
    }

    /// A preamble as version 1 writes it for a file.
    RawStream preamble(int manifestBytes) {
        return preamble(1, 1, 0, 2, 4 << 20, Samples.STREAM_ID, manifestBytes, new byte[0]);
    }

    static int crc(byte[] content, int length) {
        var crc = new CRC32C();
        crc.update(content, 0, length);
        return (int) crc.getValue();
    }

    /// A record of the next number with right checksums.
    RawStream record(int type, int flags, int device, byte[] payload) {
        return record(type, flags, device, payload, payload.length, number++);
    }

    /// A record that claims a length.
    RawStream record(int type, int flags, int device, byte[] payload, int claimedBytes, int claimedNumber) {
        var header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.putShort((short) type).putShort((short) flags).putShort((short) device).putShort((short) 0);
        header.putInt(claimedBytes).putInt(claimedNumber);
        header.putInt((flags & 2) != 0 ? crc(payload, payload.length) : 0);
        header.putInt(crc(header.array(), 20));
        bytes.writeBytes(header.array());
        bytes.writeBytes(payload);
        return this;
    }

    /// The rest of the payload of the record before.
    RawStream more(byte[] payload) {
        bytes.writeBytes(payload);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    /// Where the records of a stream start, in their order; last where it ends.
    ///
    /// @param tagBytes bytes of the HMAC behind every record
    static List<Integer> bounds(byte[] stream, int tagBytes) {
        var fields = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
        var bounds = new ArrayList<Integer>();
        int at = Short.toUnsignedInt(fields.getShort(16));
        while (at < stream.length) {
            bounds.add(at);
            at += 24 + fields.getInt(at + 8) + tagBytes;
        }
        bounds.add(at);
        return bounds;
    }

    /// A field of tag, length and value.
    static byte[] field(int tag, byte[]... values) {
        var value = concat(values);
        return concat(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(tag)
                        .putInt(value.length)
                        .array(),
                value);
    }

    /// A number of so many bytes.
    static byte[] number(int byteCount, long value) {
        byte[] number = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return Arrays.copyOf(number, byteCount);
    }

    static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
