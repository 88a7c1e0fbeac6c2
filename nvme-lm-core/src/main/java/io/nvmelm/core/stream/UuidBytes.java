package io.nvmelm.core.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/// A UUID as 16 bytes, most significant first (RFC 9562), in buffers of either byte order.
final class UuidBytes {
    static final int BYTES = 16;
    /// All bytes zero: no UUID.
    static final UUID ZERO = new UUID(0, 0);

    private UuidBytes() {}

    static void put(ByteBuffer bytes, UUID uuid) {
        var order = bytes.order();
        bytes.order(ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .order(order);
    }

    static UUID get(ByteBuffer bytes, int offset) {
        var part = bytes.slice(offset, BYTES);
        return new UUID(part.getLong(0), part.getLong(8));
    }
}
