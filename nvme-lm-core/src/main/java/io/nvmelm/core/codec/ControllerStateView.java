package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;

/// Header of a Controller State, 48 bytes (Base 2.3 fig. 374), as a view: reads and writes memory in place.
///
/// ```
///   0     2        3      16             32         48       48+4*NVMECSS
///   | VER | CSATTR | rsvd | NVMECSS (16) | VSS (16) | NVMECS | VSD |
///
///   CSATTR:  7:1    0
///            rsvd | CP
/// ```
///
/// Both sizes count dwords and have 128 bits, low half first. Read them after [#validate(long, long)]: before, they are
/// whatever somebody sent. Setters store the low bits of what they are given. Not thread-safe.
public final class ControllerStateView extends StructureView {
    /// Bytes of the header.
    public static final int HEADER_BYTES = 48;
    /// Offset of the version.
    public static final int VER_OFFSET = 0;
    /// Offset of the attributes.
    public static final int CSATTR_OFFSET = 2;
    /// Offset of the reserved bytes.
    public static final int RESERVED_OFFSET = 3;
    /// Offset of the size of the NVMe Controller State, low half.
    public static final int NVMECSS_OFFSET = 16;
    /// Offset of the size of the NVMe Controller State, high half.
    public static final int NVMECSS_HIGH_OFFSET = 24;
    /// Offset of the size of the vendor specific data, low half.
    public static final int VSS_OFFSET = 32;
    /// Offset of the size of the vendor specific data, high half.
    public static final int VSS_HIGH_OFFSET = 40;
    /// Bit of CSATTR that says that the controller was suspended all the while (CP).
    public static final int SUSPENDED_MASK = 1;

    private static final long MAXIMUM_DWORDS = (Long.MAX_VALUE - HEADER_BYTES) / 4;

    /// Creates a view that has yet to be wrapped around a structure.
    public ControllerStateView() {}

    /// Moves this view to a structure, of which only the header has to be there.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the header does not fit there
    public ControllerStateView wrap(MemorySegment segment, long byteOffset) {
        place("Controller State header", segment, byteOffset, HEADER_BYTES);
        return this;
    }

    /// {@return version of the structure (VER), 0 in every published revision}
    public int version() {
        return unsigned16(VER_OFFSET);
    }

    /// Sets the version of the structure (VER).
    ///
    /// @param value 16 bits
    /// @return this
    public ControllerStateView version(int value) {
        set16(VER_OFFSET, value);
        return this;
    }

    /// {@return attributes (CSATTR)}
    public int attributes() {
        return unsigned8(CSATTR_OFFSET);
    }

    /// Sets the attributes (CSATTR).
    ///
    /// @param value 8 bits
    /// @return this
    public ControllerStateView attributes(int value) {
        set8(CSATTR_OFFSET, value);
        return this;
    }

    /// {@return whether the controller was suspended during the whole command that read this (CSATTR bit 0, CP)}
    public boolean suspended() {
        return (attributes() & SUSPENDED_MASK) != 0;
    }

    /// Sets CSATTR bit 0 (CP).
    ///
    /// @param value whether the controller was suspended
    /// @return this
    public ControllerStateView suspended(boolean value) {
        return attributes((attributes() & ~SUSPENDED_MASK) | (value ? SUSPENDED_MASK : 0));
    }

    /// {@return size of the NVMe Controller State in dwords (NVMECSS), low 64 bits, unsigned}
    public long nvmeStateDwords() {
        return quadword(NVMECSS_OFFSET);
    }

    /// Sets the size of the NVMe Controller State (NVMECSS), low half, and leaves the high half.
    ///
    /// @param value dwords, 64 bits
    /// @return this
    public ControllerStateView nvmeStateDwords(long value) {
        setQuadword(NVMECSS_OFFSET, value);
        return this;
    }

    /// {@return size of the NVMe Controller State (NVMECSS), high 64 bits: 0 in every state that can be}
    public long nvmeStateDwordsHigh() {
        return quadword(NVMECSS_HIGH_OFFSET);
    }

    /// Sets the size of the NVMe Controller State (NVMECSS), high half.
    ///
    /// @param value 64 bits
    /// @return this
    public ControllerStateView nvmeStateDwordsHigh(long value) {
        setQuadword(NVMECSS_HIGH_OFFSET, value);
        return this;
    }

    /// {@return size of the vendor specific data in dwords (VSS), low 64 bits, unsigned}
    public long vendorDwords() {
        return quadword(VSS_OFFSET);
    }

    /// Sets the size of the vendor specific data (VSS), low half, and leaves the high half.
    ///
    /// @param value dwords, 64 bits
    /// @return this
    public ControllerStateView vendorDwords(long value) {
        setQuadword(VSS_OFFSET, value);
        return this;
    }

    /// {@return size of the vendor specific data (VSS), high 64 bits: 0 in every state that can be}
    public long vendorDwordsHigh() {
        return quadword(VSS_HIGH_OFFSET);
    }

    /// Sets the size of the vendor specific data (VSS), high half.
    ///
    /// @param value 64 bits
    /// @return this
    public ControllerStateView vendorDwordsHigh(long value) {
        setQuadword(VSS_HIGH_OFFSET, value);
        return this;
    }

    /// Sets every byte of the header to 0, reserved ones included: what whoever builds a state starts with.
    ///
    /// @return this
    public ControllerStateView clear() {
        fill(0, HEADER_BYTES, (byte) 0);
        return this;
    }

    /// {@return where the NVMe Controller State starts, counted in the wrapped segment}
    public long nvmeStateOffset() {
        return base() + HEADER_BYTES;
    }

    /// {@return where the vendor specific data start, counted in the wrapped segment}
    ///
    /// @throws InvalidValueException when the size in front of them cannot be
    public long vendorDataOffset() {
        requireSize("NVMECSS", NVMECSS_OFFSET, MAXIMUM_DWORDS);
        return nvmeStateOffset() + 4 * nvmeStateDwords();
    }

    /// {@return bytes of the whole structure: 48 + 4 * (NVMECSS + VSS)}
    ///
    /// @throws InvalidValueException when the sizes cannot be
    public long totalBytes() {
        requireSizes(MAXIMUM_DWORDS);
        return HEADER_BYTES + 4 * (nvmeStateDwords() + vendorDwords());
    }

    /// Checks version and sizes.
    ///
    /// @param availableBytes    bytes there are of the structure from its start on; those after its end do not matter
    /// @param maximumStateBytes most bytes that the structure may have, 48 or more
    /// @return this
    /// @throws InvalidValueException naming VER, NVMECSS or VSS, the value, its bound and the byte of the structure at
    ///                               which it stands
    public ControllerStateView validate(long availableBytes, long maximumStateBytes) {
        requireHeader("maximumStateBytes", maximumStateBytes);
        requireHeader("Controller State size", availableBytes);
        if (version() != 0) {
            throw new InvalidValueException("VER", Integer.toString(version()), "0", VER_OFFSET);
        }
        requireSizes((Math.min(availableBytes, maximumStateBytes) - HEADER_BYTES) / 4);
        return this;
    }

    static void requireHeader(String field, long byteSize) {
        if (byteSize < HEADER_BYTES) {
            throw new InvalidValueException(field, Long.toString(byteSize), HEADER_BYTES + " or more");
        }
    }

    private void requireSizes(long maximumDwords) {
        requireSize("NVMECSS", NVMECSS_OFFSET, maximumDwords);
        requireSize("VSS", VSS_OFFSET, maximumDwords - nvmeStateDwords());
    }

    private void requireSize(String field, int offset, long maximumDwords) {
        if (quadword(offset + 8) != 0) {
            throw badSize(field, offset, offset + 8, maximumDwords);
        }
        if (Long.compareUnsigned(quadword(offset), maximumDwords) > 0) {
            throw badSize(field, offset, offset, maximumDwords);
        }
    }

    private InvalidValueException badSize(String field, int offset, int faultyHalf, long maximumDwords) {
        var value = new BigInteger(Long.toUnsignedString(quadword(offset + 8)))
                .shiftLeft(Long.SIZE)
                .add(new BigInteger(Long.toUnsignedString(quadword(offset))));
        return new InvalidValueException(field, value.toString(), "0 to " + maximumDwords, faultyHalf);
    }
}
