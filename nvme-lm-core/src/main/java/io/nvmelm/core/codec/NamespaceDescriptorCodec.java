package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/// Namespace Identification Descriptor list of 4096 bytes (Base 2.3 clause 5.2.13, Identify with CNS 03h) to and from a record.
///
/// ```
///   0      1      2      4              4 + NIDL
///   | NIDT | NIDL | rsvd | NID          | next descriptor ... a NIDL of 0 ends the list
///
///   NIDT 1: EUI64, 8 bytes   2: NGUID, 16   3: UUID, 16   4: command set identifier (CSI), 1
/// ```
///
/// Identifiers have their most significant byte first. Descriptors of other types are skipped; an identifier of zeros is absent.
public final class NamespaceDescriptorCodec {
    private static final int BYTES = 4096;
    private static final int HEADER_BYTES = 4;
    private static final int TYPE_EUI64 = 1;
    private static final int TYPE_NGUID = 2;
    private static final int TYPE_UUID = 3;
    private static final int TYPE_COMMAND_SET = 4;
    private static final int UUID_BYTES = 16;

    private NamespaceDescriptorCodec() {}

    /// {@return the identifiers in the list; of several of one type, the first}
    ///
    /// @param data at least 4096 bytes that start with the list
    /// @throws InvalidValueException when there are fewer, an identifier has another length than its type, or reaches beyond the list;
    ///                               names the field and the byte
    public static NamespaceIdentifiers decode(MemorySegment data) {
        Layouts.requireInside("Namespace Identification Descriptor list", data, 0, BYTES);
        var found = NamespaceIdentifiers.NONE;
        int offset = 0;
        while (offset <= BYTES - HEADER_BYTES) {
            int type = Byte.toUnsignedInt(data.get(Layouts.BYTE, offset));
            int byteSize = Byte.toUnsignedInt(data.get(Layouts.BYTE, offset + 1L));
            if (byteSize == 0) {
                return found;
            }
            int end = offset + HEADER_BYTES + byteSize;
            if (end > BYTES) {
                throw new InvalidValueException(
                        "NIDL", Integer.toString(byteSize), "0 to " + (BYTES - HEADER_BYTES - offset), offset + 1L);
            }
            found = found.or(descriptor(data, offset, type, byteSize));
            offset = end;
        }
        return found;
    }

    private static NamespaceIdentifiers descriptor(MemorySegment data, int offset, int type, int byteSize) {
        int place = offset + HEADER_BYTES;
        return switch (type) {
            case TYPE_EUI64 -> {
                requireSize(type, byteSize, NamespaceIdentifiers.EUI64_BYTES, offset);
                yield new NamespaceIdentifiers(
                        Optional.empty(), identifier(data, place, byteSize), Optional.empty());
            }
            case TYPE_NGUID -> {
                requireSize(type, byteSize, NamespaceIdentifiers.NGUID_BYTES, offset);
                yield new NamespaceIdentifiers(
                        identifier(data, place, byteSize), Optional.empty(), Optional.empty());
            }
            case TYPE_UUID -> {
                requireSize(type, byteSize, UUID_BYTES, offset);
                var uuid = new UUID(
                        data.get(Layouts.NETWORK_QUADWORD, place), data.get(Layouts.NETWORK_QUADWORD, place + 8L));
                yield new NamespaceIdentifiers(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(uuid).filter(value -> !value.equals(new UUID(0, 0))));
            }
            default -> NamespaceIdentifiers.NONE;
        };
    }

    private static Optional<OpaqueBytes> identifier(MemorySegment data, int place, int byteSize) {
        return Optional.of(OpaqueBytes.copyOf(data, place, byteSize)).filter(bytes -> !bytes.isZero());
    }

    private static void requireSize(int type, int byteSize, int expected, int offset) {
        if (byteSize != expected) {
            throw new InvalidValueException(
                    "NIDL of type " + type, Integer.toString(byteSize), Integer.toString(expected), offset + 1L);
        }
    }

    /// Writes the list, in the order NGUID, CSI, EUI64, UUID; bytes behind the last descriptor become 0.
    ///
    /// @param identifiers what the namespace has
    /// @param commandSet  command set identifier (CSI) of its I/O command set, 0 to 255
    /// @param data        at least 4096 bytes, of which the first 4096 are written
    /// @throws InvalidValueException when there are fewer
    public static void encode(NamespaceIdentifiers identifiers, int commandSet, MemorySegment data) {
        Layouts.requireInside("Namespace Identification Descriptor list", data, 0, BYTES);
        data.asSlice(0, BYTES).fill((byte) 0);
        int offset = 0;
        if (identifiers.nguid().isPresent()) {
            offset = put(data, offset, TYPE_NGUID, identifiers.nguid().get());
        }
        offset = put(data, offset, TYPE_COMMAND_SET, OpaqueBytes.copyOf(new byte[] {(byte) commandSet}));
        if (identifiers.eui64().isPresent()) {
            offset = put(data, offset, TYPE_EUI64, identifiers.eui64().get());
        }
        if (identifiers.uuid().isPresent()) {
            var uuid = identifiers.uuid().get();
            header(data, offset, TYPE_UUID, UUID_BYTES);
            data.set(Layouts.NETWORK_QUADWORD, offset + (long) HEADER_BYTES, uuid.getMostSignificantBits());
            data.set(Layouts.NETWORK_QUADWORD, offset + HEADER_BYTES + 8L, uuid.getLeastSignificantBits());
        }
    }

    private static int put(MemorySegment data, int offset, int type, OpaqueBytes identifier) {
        header(data, offset, type, identifier.byteSize());
        identifier.copyTo(data, offset + (long) HEADER_BYTES);
        return offset + HEADER_BYTES + identifier.byteSize();
    }

    private static void header(MemorySegment data, int offset, int type, int byteSize) {
        data.set(Layouts.BYTE, offset, (byte) type);
        data.set(Layouts.BYTE, offset + 1L, (byte) byteSize);
    }
}
