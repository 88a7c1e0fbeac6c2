package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Bytes that the library carries and does not interpret: vendor specific data, states of unknown versions, reserved
/// fields. Immutable and compared by content.
public final class OpaqueBytes {
    /// No bytes.
    public static final OpaqueBytes EMPTY = new OpaqueBytes(new byte[0]);

    private final byte[] content;

    private OpaqueBytes(byte[] content) {
        this.content = content;
    }

    /// {@return these bytes, copied: later changes of the array do not show}
    ///
    /// @param bytes what to copy; may be empty
    public static OpaqueBytes copyOf(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new OpaqueBytes(bytes.clone());
    }

    /// {@return the bytes of a part of a segment, copied}
    ///
    /// @param segment    where to copy from
    /// @param byteOffset first byte of the part
    /// @param byteSize   length of the part in bytes, 0 or more
    /// @throws InvalidValueException when the part is not inside the segment
    public static OpaqueBytes copyOf(MemorySegment segment, long byteOffset, int byteSize) {
        requireInside(segment, byteOffset, byteSize);
        return byteSize == 0
                ? EMPTY
                : new OpaqueBytes(segment.asSlice(byteOffset, byteSize).toArray(ValueLayout.JAVA_BYTE));
    }

    /// {@return zero bytes}
    ///
    /// @param byteSize how many, 0 or more
    /// @throws InvalidValueException when the number is negative
    public static OpaqueBytes zeros(int byteSize) {
        FieldBounds.require("byteSize", byteSize, Integer.MAX_VALUE);
        return byteSize == 0 ? EMPTY : new OpaqueBytes(new byte[byteSize]);
    }

    /// {@return the number of bytes}
    public int byteSize() {
        return content.length;
    }

    /// {@return whether every byte is zero}
    public boolean isZero() {
        for (byte b : content) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// {@return the bytes in a new array}
    public byte[] toByteArray() {
        return content.clone();
    }

    /// Copies all bytes into a segment.
    ///
    /// @param segment    where to copy to
    /// @param byteOffset where the first byte goes
    /// @throws InvalidValueException when the bytes do not fit there
    public void copyTo(MemorySegment segment, long byteOffset) {
        requireInside(segment, byteOffset, content.length);
        MemorySegment.copy(content, 0, segment, ValueLayout.JAVA_BYTE, byteOffset, content.length);
    }

    private static void requireInside(MemorySegment segment, long byteOffset, int byteSize) {
        FieldBounds.require("byteSize", byteSize, segment.byteSize());
        FieldBounds.require("byteOffset", byteOffset, segment.byteSize() - byteSize);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OpaqueBytes that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /// Number of bytes and a hash; never the content, which may be a guest's.
    @Override
    public String toString() {
        return content.length + " bytes (hash " + Integer.toHexString(hashCode()) + ")";
    }
}
