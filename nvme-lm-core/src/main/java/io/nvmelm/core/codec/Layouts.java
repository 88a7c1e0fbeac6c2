package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Layouts of the fields of every structure: little endian and unaligned, which is what the standard's structures need
/// and what compiles to plain loads and stores.
final class Layouts {
    /// One byte.
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    /// 16 bits.
    static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// 32 bits.
    static final ValueLayout.OfInt DWORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// 64 bits.
    static final ValueLayout.OfLong QUADWORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /// 64 bits in network order, as in a UUID (RFC 9562).
    static final ValueLayout.OfLong NETWORK_QUADWORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Layouts() {}

    /// Refuses a range that is not inside a segment.
    static void requireInside(String structure, MemorySegment segment, long byteOffset, long byteSize) {
        if (byteSize < 0) {
            throw outside(structure, segment, byteOffset, byteSize);
        }
        try {
            Objects.checkIndex(byteOffset, segment.byteSize() - byteSize + 1);
        } catch (IndexOutOfBoundsException _) {
            throw outside(structure, segment, byteOffset, byteSize);
        }
    }

    private static InvalidValueException outside(
            String structure, MemorySegment segment, long byteOffset, long byteSize) {
        if (byteOffset < 0 || byteSize < 0) {
            return new InvalidValueException(
                    structure + " place", "offset " + byteOffset + ", size " + byteSize, "neither below 0");
        }
        long available = Math.max(0, segment.byteSize() - byteOffset);
        return new InvalidValueException(structure + " size", available + " bytes", byteSize + " bytes or more");
    }
}
