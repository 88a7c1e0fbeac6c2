package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.StateFormat;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/// What a source offers: its device, the expected size of its state, and the formats it can deliver.
///
/// ```
///   8: expected bytes | 2: formats | 2: name bytes | formats of 20 bytes | name in UTF-8
///   format: 1: bit 0 has version, bit 1 has UUID | 1: 0 | 2: version | 16: UUID, most significant byte first
/// ```
///
/// @param device        name of the device at the source
/// @param expectedBytes expected size of its state
/// @param formats       formats, best first; empty where there is no choice
record Offer(String device, long expectedBytes, List<StateFormat> formats) {
    /// Answer of a destination where there is no choice of formats.
    static final int NO_FORMAT = 0xFFFF;

    private static final int FORMAT_BYTES = 20;
    private static final int MAXIMUM_FORMATS = 1024;

    ByteBuffer encode() {
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        int nameBytes = Math.min(name.length, 1024);
        int count = Math.min(formats.size(), MAXIMUM_FORMATS);
        var buffer = ByteBuffer.allocate(12 + count * FORMAT_BYTES + nameBytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(expectedBytes).putShort((short) count).putShort((short) nameBytes);
        for (var format : formats.subList(0, count)) {
            int present = (format.version().isPresent() ? 1 : 0) | (format.vendorUuid().isPresent() ? 2 : 0);
            var uuid = format.vendorUuid().orElse(new UUID(0, 0));
            buffer.put((byte) present).put((byte) 0).putShort((short) format.version().orElse(0));
            buffer.order(ByteOrder.BIG_ENDIAN)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.put(name, 0, nameBytes).flip();
    }

    static Offer decode(ByteBuffer payload) {
        try {
            long expectedBytes = payload.getLong();
            if (expectedBytes < 0) {
                throw new InvalidValueException("expected bytes", Long.toUnsignedString(expectedBytes), "0 to 2^63 - 1",
                        0);
            }
            int count = Short.toUnsignedInt(payload.getShort());
            int nameBytes = Short.toUnsignedInt(payload.getShort());
            if (payload.remaining() != count * FORMAT_BYTES + nameBytes) {
                throw new InvalidValueException(
                        "length of the offer",
                        Integer.toString(payload.limit()),
                        12 + count * FORMAT_BYTES + nameBytes + " for " + count + " formats and a name of " + nameBytes,
                        8);
            }
            var formats = new ArrayList<StateFormat>(count);
            for (int i = 0; i < count; i++) {
                formats.add(decodeFormat(payload));
            }
            return new Offer(StandardCharsets.UTF_8.decode(payload).toString(), expectedBytes, List.copyOf(formats));
        } catch (BufferUnderflowException e) {
            throw new InvalidValueException("length of the offer", Integer.toString(payload.limit()), "12 or more", 0);
        }
    }

    private static StateFormat decodeFormat(ByteBuffer payload) {
        int at = payload.position();
        int present = payload.get();
        payload.get();
        int version = Short.toUnsignedInt(payload.getShort());
        long high = payload.order(ByteOrder.BIG_ENDIAN).getLong();
        long low = payload.getLong();
        payload.order(ByteOrder.LITTLE_ENDIAN);
        if (present < 1 || present > 3) {
            throw new InvalidValueException("parts of a format", Integer.toString(present), "1 to 3", at);
        }
        return new StateFormat(
                (present & 1) != 0 ? OptionalInt.of(version) : OptionalInt.empty(),
                (present & 2) != 0 ? Optional.of(new UUID(high, low)) : Optional.empty());
    }
}
