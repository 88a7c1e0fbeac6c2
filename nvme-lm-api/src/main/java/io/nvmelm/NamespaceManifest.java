package io.nvmelm;

import io.nvmelm.nvme.OpaqueBytes;
import java.util.Optional;
import java.util.UUID;

/// A namespace that is attached to a controller, as a manifest names it. The identifiers are those of the Namespace Identification
/// Descriptor list (Base 2.3, Identify with CNS 03h); at least one of them tells two hosts that they see the same namespace.
///
/// @param extent        namespace identifier and size
/// @param metadataBytes bytes of metadata of one logical block (MS of the LBA format in use), 0 to 65 535
/// @param nguid         Namespace Globally Unique Identifier, 16 bytes; empty where the namespace has none
/// @param eui64         IEEE Extended Unique Identifier, 8 bytes; empty where the namespace has none
/// @param uuid          Namespace UUID; empty where the namespace has none
public record NamespaceManifest(
        NamespaceExtent extent,
        int metadataBytes,
        Optional<OpaqueBytes> nguid,
        Optional<OpaqueBytes> eui64,
        Optional<UUID> uuid) {

    private static final int NGUID_BYTES = 16;
    private static final int EUI64_BYTES = 8;

    /// Checks every bound.
    ///
    /// @throws InvalidValueException when one is broken
    public NamespaceManifest {
        if (metadataBytes < 0 || metadataBytes > 0xFFFF) {
            throw new InvalidValueException("metadataBytes", Integer.toString(metadataBytes), "0 to 65535");
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
