package io.nvmelm;

import io.nvmelm.nvme.OpaqueBytes;
import java.util.Optional;
import java.util.UUID;

/// A namespace that is attached to a controller, as a manifest names it. The identifiers are those of the Namespace Identification
/// Descriptor list (Base 2.3, Identify with CNS 03h); at least one of them tells two hosts that they see the same namespace.
///
/// @param extent         namespace identifier and size
/// @param metadataBytes  bytes of metadata of one logical block (MS of the LBA format in use), 0 to 65 535
/// @param extendedBlocks whether the metadata of a block follow its data in one buffer (FLBAS bit 4); otherwise they are in one of their own
/// @param protection     End-to-end Data Protection Type Settings (DPS): type of the protection information in 2:0, 0 to 3, and in bit 3
///                       whether it is in the first bytes of the metadata
/// @param nguid          Namespace Globally Unique Identifier, 16 bytes; empty where the namespace has none
/// @param eui64          IEEE Extended Unique Identifier, 8 bytes; empty where the namespace has none
/// @param uuid           Namespace UUID; empty where the namespace has none
public record NamespaceManifest(
        NamespaceExtent extent,
        int metadataBytes,
        boolean extendedBlocks,
        int protection,
        Optional<OpaqueBytes> nguid,
        Optional<OpaqueBytes> eui64,
        Optional<UUID> uuid) {

    private static final int NGUID_BYTES = 16;
    private static final int EUI64_BYTES = 8;
    private static final int LARGEST_PROTECTION = 0xF;
    private static final int PROTECTION_TYPE_MASK = 7;

    /// Checks every bound.
    ///
    /// @throws InvalidValueException when one is broken
    public NamespaceManifest {
        if (metadataBytes < 0 || metadataBytes > 0xFFFF) {
            throw new InvalidValueException("metadataBytes", Integer.toString(metadataBytes), "0 to 65535");
        }
        if (protection < 0 || protection > LARGEST_PROTECTION || (protection & PROTECTION_TYPE_MASK) > 3) {
            throw new InvalidValueException("protection", Integer.toString(protection), "0 to 3, or 8 to 11");
        }
        requireSize("nguid", nguid, NGUID_BYTES);
        requireSize("eui64", eui64, EUI64_BYTES);
    }

    private static void requireSize(String field, Optional<OpaqueBytes> identifier, int byteSize) {
        if (identifier.isPresent() && identifier.get().byteSize() != byteSize) {
            throw new InvalidValueException(field, identifier.get().byteSize() + " bytes", byteSize + " bytes");
        }
    }

    /// {@return whether it has an identifier by which two hosts can tell that it is the same}
    public boolean isIdentifiable() {
        return nguid.isPresent() || eui64.isPresent() || uuid.isPresent();
    }
}
