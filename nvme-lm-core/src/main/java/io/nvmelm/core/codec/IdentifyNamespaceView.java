package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Identify Namespace data of 4096 bytes (CNS 00h, NVM Command Set 1.2 fig. 114), as a view: reads and writes memory in
/// place. It has the fields that tell how large a namespace is and which one it is.
///
/// ```
///   0      8      16     24       25      26      27     104     120     128            132
///   | NSZE | NCAP | NUSE | NSFEAT | NLBAF | FLBAS | ...  | NGUID | EUI64 | LBA format 0 | LBA format 1 | ... 63
///
///   FLBAS:  6:5 index, high bits   4 metadata at the end of data   3:0 index, low bits
///   LBA format:  31:26 rsvd   25:24 RP   23:16 LBADS   15:0 MS
/// ```
///
/// NLBAF is 0's based. The high bits of the index count when there are more than 16 formats. Setters store the low bits
/// of what they are given. Not thread-safe.
public final class IdentifyNamespaceView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Most LBA formats that the structure can hold.
    public static final int MAXIMUM_FORMATS = 64;
    /// Offset of the namespace size.
    public static final int NSZE_OFFSET = 0;
    /// Offset of the namespace capacity.
    public static final int NCAP_OFFSET = 8;
    /// Offset of the namespace utilization.
    public static final int NUSE_OFFSET = 16;
    /// Offset of the namespace features.
    public static final int NSFEAT_OFFSET = 24;
    /// Offset of the number of LBA formats, 0's based.
    public static final int NLBAF_OFFSET = 25;
    /// Offset of the formatted LBA size.
    public static final int FLBAS_OFFSET = 26;
    /// Offset of end-to-end data protection type settings (DPS).
    public static final int DPS_OFFSET = 29;
    /// Offset of the namespace globally unique identifier, 16 bytes, most significant byte first.
    public static final int NGUID_OFFSET = 104;
    /// Offset of the IEEE extended unique identifier, 8 bytes, most significant byte first.
    public static final int EUI64_OFFSET = 120;
    /// Offset of the first LBA format.
    public static final int FORMATS_OFFSET = 128;
    /// Bytes of an LBA format.
    public static final int FORMAT_BYTES = 4;
    /// Offset of the metadata size in an LBA format.
    public static final int MS_OFFSET = 0;
    /// Offset of the data size in an LBA format.
    public static final int LBADS_OFFSET = 2;

    private static final int LOW_INDEX_MASK = 0xF;
    private static final int EXTENDED_BLOCKS_BIT = 0x10;
    private static final int PROTECTION_MASK = 0xF;
    private static final int HIGH_INDEX_MASK = 0x60;
    private static final int HIGH_INDEX_SHIFT = 1;
    private static final int LOW_INDEX_FORMATS = 16;
    private static final int MINIMUM_LBADS = 9;
    private static final int MAXIMUM_LBADS = 30;

    /// Creates a view that has yet to be wrapped around a structure.
    public IdentifyNamespaceView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public IdentifyNamespaceView wrap(MemorySegment segment, long byteOffset) {
        place("Identify Namespace data", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return size in blocks (NSZE), unsigned; 0 when the namespace is not active}
    public long size() {
        return quadword(NSZE_OFFSET);
    }

    /// Sets the size in blocks (NSZE).
    ///
    /// @param value 64 bits
    /// @return this
    public IdentifyNamespaceView size(long value) {
        setQuadword(NSZE_OFFSET, value);
        return this;
    }

    /// {@return most blocks that may be allocated (NCAP), unsigned}
    public long capacity() {
        return quadword(NCAP_OFFSET);
    }

    /// Sets the most blocks that may be allocated (NCAP).
    ///
    /// @param value 64 bits
    /// @return this
    public IdentifyNamespaceView capacity(long value) {
        setQuadword(NCAP_OFFSET, value);
        return this;
    }

    /// {@return blocks that are allocated (NUSE), unsigned}
    public long utilization() {
        return quadword(NUSE_OFFSET);
    }

    /// Sets the blocks that are allocated (NUSE).
    ///
    /// @param value 64 bits
    /// @return this
    public IdentifyNamespaceView utilization(long value) {
        setQuadword(NUSE_OFFSET, value);
        return this;
    }

    /// {@return features (NSFEAT); bit 0 says that NCAP may be less than NSZE}
    public int features() {
        return unsigned8(NSFEAT_OFFSET);
    }

    /// Sets the features (NSFEAT).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyNamespaceView features(int value) {
        set8(NSFEAT_OFFSET, value);
        return this;
    }

    /// {@return number of LBA formats (NLBAF and one more), 1 to 256, which may claim more than [#MAXIMUM_FORMATS]}
    public int formatCount() {
        return unsigned8(NLBAF_OFFSET) + 1;
    }

    /// Sets the number of LBA formats (NLBAF).
    ///
    /// @param value 1 to 256; the low 8 bits of one less are stored
    /// @return this
    public IdentifyNamespaceView formatCount(int value) {
        set8(NLBAF_OFFSET, value - 1);
        return this;
    }

    /// {@return formatted LBA size (FLBAS)}
    public int formattedSize() {
        return unsigned8(FLBAS_OFFSET);
    }

    /// Sets the formatted LBA size (FLBAS).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyNamespaceView formattedSize(int value) {
        set8(FLBAS_OFFSET, value);
        return this;
    }

    /// {@return whether the metadata of a block follow its data in one buffer (FLBAS bit 4)}
    public boolean hasExtendedBlocks() {
        return (formattedSize() & EXTENDED_BLOCKS_BIT) != 0;
    }

    /// {@return end-to-end data protection type settings (DPS), bits 3:0: type in 2:0, in bit 3 whether it comes first}
    public int protection() {
        return unsigned8(DPS_OFFSET) & PROTECTION_MASK;
    }

    /// Sets the end-to-end data protection type settings (DPS).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyNamespaceView protection(int value) {
        set8(DPS_OFFSET, value);
        return this;
    }

    /// {@return index of the LBA format in use, 0 to 63} FLBAS 3:0, and FLBAS 6:5 above them when there are more than
    /// 16 formats.
    public int formatIndex() {
        int flbas = formattedSize();
        int high = formatCount() > LOW_INDEX_FORMATS ? (flbas & HIGH_INDEX_MASK) >>> HIGH_INDEX_SHIFT : 0;
        return high | (flbas & LOW_INDEX_MASK);
    }

    /// {@return bytes of metadata of a block (MS)}
    ///
    /// @param index LBA format, 0 to 63
    /// @throws InvalidValueException when the index is outside that
    public int metadataByteSize(int index) {
        return unsigned16(formatOffset(index) + MS_OFFSET);
    }

    /// Sets the bytes of metadata of a block (MS).
    ///
    /// @param index LBA format, 0 to 63
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public IdentifyNamespaceView metadataByteSize(int index, int value) {
        set16(formatOffset(index) + MS_OFFSET, value);
        return this;
    }

    /// {@return exponent n of 2^n bytes of data of a block (LBADS); 0 when the format is not available}
    ///
    /// @param index LBA format, 0 to 63
    /// @throws InvalidValueException when the index is outside that
    public int dataSizeExponent(int index) {
        return unsigned8(formatOffset(index) + LBADS_OFFSET);
    }

    /// Sets the exponent of the bytes of data of a block (LBADS).
    ///
    /// @param index LBA format, 0 to 63
    /// @param value 8 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public IdentifyNamespaceView dataSizeExponent(int index, int value) {
        set8(formatOffset(index) + LBADS_OFFSET, value);
        return this;
    }

    /// {@return the identifiers that this structure has, NGUID and EUI64; one that is all zeros is absent}
    public NamespaceIdentifiers identifiers() {
        return new NamespaceIdentifiers(
                identifier(NGUID_OFFSET, NamespaceIdentifiers.NGUID_BYTES),
                identifier(EUI64_OFFSET, NamespaceIdentifiers.EUI64_BYTES),
                Optional.empty());
    }

    private Optional<OpaqueBytes> identifier(int offset, int byteSize) {
        return Optional.of(OpaqueBytes.copyOf(segment(), base() + offset, byteSize))
                .filter(bytes -> !bytes.isZero());
    }

    /// Sets NGUID and EUI64; zeros where one is absent. A UUID has no place here.
    ///
    /// @param value the identifiers
    /// @return this
    public IdentifyNamespaceView identifiers(NamespaceIdentifiers value) {
        bytes(NGUID_OFFSET, value.nguid().orElse(OpaqueBytes.zeros(NamespaceIdentifiers.NGUID_BYTES)).toByteArray());
        bytes(EUI64_OFFSET, value.eui64().orElse(OpaqueBytes.zeros(NamespaceIdentifiers.EUI64_BYTES)).toByteArray());
        return this;
    }

    /// {@return how large the namespace is: NSZE blocks of the LBA format in use, without metadata}
    ///
    /// @param namespaceId namespace that the data are of, 1 to FFFFFFFEh
    /// @throws InvalidValueException when the namespace is not active (NSZE is 0), a block has less than 512 bytes or
    ///                               2^31 and more, or the namespace 2^63 bytes or more; names the field and the byte
    public NamespaceExtent extent(long namespaceId) {
        int format = formatIndex();
        int exponent = dataSizeExponent(format);
        if (exponent < MINIMUM_LBADS || exponent > MAXIMUM_LBADS) {
            throw new InvalidValueException(
                    "LBADS",
                    exponent + " in LBA format " + format,
                    MINIMUM_LBADS + " to " + MAXIMUM_LBADS,
                    formatOffset(format) + LBADS_OFFSET);
        }
        long blocks = size();
        long maximum = Long.MAX_VALUE >>> exponent;
        if (blocks == 0 || Long.compareUnsigned(blocks, maximum) > 0) {
            throw new InvalidValueException("NSZE", Long.toUnsignedString(blocks), "1 to " + maximum, NSZE_OFFSET);
        }
        return new NamespaceExtent(namespaceId, blocks, 1 << exponent);
    }

    private static int formatOffset(int index) {
        if (index < 0 || index >= MAXIMUM_FORMATS) {
            throw new InvalidValueException("LBA format index", Integer.toString(index), "0 to 63");
        }
        return FORMATS_OFFSET + FORMAT_BYTES * index;
    }
}
