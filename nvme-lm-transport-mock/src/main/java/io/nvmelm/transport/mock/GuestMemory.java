package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Memory of a guest or host, addressed from 0 as its controllers address it by DMA. Sparse: only what was written
/// takes memory, the rest reads as zero; or a view of other memory through an [AddressTranslation]. Values are little
/// endian.
///
/// A view throws when an access meets a hole; what lies before it may have been moved then.
///
/// Thread-safe for disjoint accesses. A phase tag is published by [#setIntRelease] and seen by [#getIntAcquire].
public final class GuestMemory {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_ACCESS = INT.varHandle();
    private static final long MAXIMUM_BYTES = 1L << 48;

    private final MemoryBytes bytes;

    /// Creates memory that holds zeros.
    ///
    /// @param byteSize size in bytes, 1 to 2^48
    /// @throws InvalidValueException when the size is out of that range
    public GuestMemory(long byteSize) {
        if (byteSize < 1 || byteSize > MAXIMUM_BYTES) {
            throw new InvalidValueException("byteSize", Long.toString(byteSize), "1 to " + MAXIMUM_BYTES);
        }
        this.bytes = new SparseBytes(byteSize);
    }

    private GuestMemory(MemoryBytes bytes) {
        this.bytes = bytes;
    }

    /// Creates a view of memory that lies elsewhere. An address where the translation has nothing is not inside of the
    /// view.
    ///
    /// @param translation finds the memory, at each access anew
    /// @return the view, addressed from 0 to 2^63 - 1
    public static GuestMemory translated(AddressTranslation translation) {
        return new GuestMemory(new TranslatedBytes(translation));
    }

    /// {@return size in bytes, also of what is not mapped}
    public long byteSize() {
        return bytes.byteSize();
    }

    /// {@return whether a range lies inside this memory}
    ///
    /// @param address  first byte, unsigned
    /// @param byteSize number of bytes, 0 or more
    public boolean contains(long address, long byteSize) {
        return byteSize >= 0 && bytes.contains(address, byteSize);
    }

    /// Copies bytes out of this memory.
    ///
    /// @param address      first byte to read
    /// @param target       where they go
    /// @param targetOffset first byte written in `target`
    /// @param byteSize     number of bytes
    /// @throws InvalidValueException when a range is not inside its memory
    public void read(long address, MemorySegment target, long targetOffset, long byteSize) {
        requireInside(address, byteSize);
        requireInside("target", target, targetOffset, byteSize);
        bytes.read(address, target, targetOffset, byteSize);
    }

    /// Copies bytes into this memory.
    ///
    /// @param address      first byte to write
    /// @param source       where they come from
    /// @param sourceOffset first byte read in `source`
    /// @param byteSize     number of bytes
    /// @throws InvalidValueException when a range is not inside its memory
    public void write(long address, MemorySegment source, long sourceOffset, long byteSize) {
        requireInside(address, byteSize);
        requireInside("source", source, sourceOffset, byteSize);
        bytes.write(address, source, sourceOffset, byteSize);
    }

    /// Sets bytes to zero.
    ///
    /// @param address  first byte
    /// @param byteSize number of bytes
    /// @throws InvalidValueException when the range is not inside this memory
    public void zero(long address, long byteSize) {
        requireInside(address, byteSize);
        bytes.zero(address, byteSize);
    }

    /// {@return the 16 bits at an address}
    ///
    /// @param address multiple of 2
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public short getShort(long address) {
        requireAligned(address, 2);
        var chunk = bytes.chunkOrNull(address, 2);
        return chunk == null ? 0 : chunk.get(SHORT, bytes.offsetInChunk(address));
    }

    /// Writes 16 bits.
    ///
    /// @param address multiple of 2
    /// @param value   value to write
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public void setShort(long address, short value) {
        requireAligned(address, 2);
        bytes.chunk(address, 2).set(SHORT, bytes.offsetInChunk(address), value);
    }

    /// {@return the 32 bits at an address}
    ///
    /// @param address multiple of 4
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public int getInt(long address) {
        requireAligned(address, 4);
        var chunk = bytes.chunkOrNull(address, 4);
        return chunk == null ? 0 : chunk.get(INT, bytes.offsetInChunk(address));
    }

    /// Writes 32 bits.
    ///
    /// @param address multiple of 4
    /// @param value   value to write
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public void setInt(long address, int value) {
        requireAligned(address, 4);
        bytes.chunk(address, 4).set(INT, bytes.offsetInChunk(address), value);
    }

    /// {@return the 32 bits at an address, read before everything that is read afterwards}
    ///
    /// @param address multiple of 4
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public int getIntAcquire(long address) {
        requireAligned(address, 4);
        var chunk = bytes.chunkOrNull(address, 4);
        return chunk == null ? 0 : (int) INT_ACCESS.getAcquire(chunk, bytes.offsetInChunk(address));
    }

    /// Writes 32 bits after everything that was written before.
    ///
    /// @param address multiple of 4
    /// @param value   value to write
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public void setIntRelease(long address, int value) {
        requireAligned(address, 4);
        INT_ACCESS.setRelease(bytes.chunk(address, 4), bytes.offsetInChunk(address), value);
    }

    /// {@return the 64 bits at an address}
    ///
    /// @param address multiple of 8
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public long getLong(long address) {
        requireAligned(address, 8);
        var chunk = bytes.chunkOrNull(address, 8);
        return chunk == null ? 0 : chunk.get(LONG, bytes.offsetInChunk(address));
    }

    /// Writes 64 bits.
    ///
    /// @param address multiple of 8
    /// @param value   value to write
    /// @throws InvalidValueException when the address is not inside this memory or not aligned
    public void setLong(long address, long value) {
        requireAligned(address, 8);
        bytes.chunk(address, 8).set(LONG, bytes.offsetInChunk(address), value);
    }

    private void requireAligned(long address, int byteSize) {
        requireInside(address, byteSize);
        if ((address & byteSize - 1) != 0) {
            throw new InvalidValueException(
                    "address", Long.toHexString(address) + "h", "a multiple of " + byteSize);
        }
    }

    private void requireInside(long address, long byteSize) {
        if (byteSize < 0 || !bytes.isAddressable(address, byteSize)) {
            throw new InvalidValueException(
                    "address",
                    Long.toHexString(address) + "h with " + byteSize + " bytes",
                    "inside of " + bytes.byteSize() + " bytes");
        }
    }

    private static void requireInside(String name, MemorySegment segment, long offset, long byteSize) {
        if (offset < 0 || offset > segment.byteSize() - byteSize) {
            throw new InvalidValueException(
                    name + "Offset", offset + " with " + byteSize + " bytes", "inside of " + segment.byteSize()
                            + " bytes");
        }
    }
}
