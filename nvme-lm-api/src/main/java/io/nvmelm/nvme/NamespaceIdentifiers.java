package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;
import java.util.Optional;
import java.util.UUID;

/// Identifiers of a namespace that mean the same everywhere: those that Identify with CNS 03h lists (Base 2.3 clause 5.2.13), and
/// two of which Identify Namespace repeats.
///
/// @param nguid Namespace Globally Unique Identifier, 16 bytes; empty where the namespace has none
/// @param eui64 IEEE Extended Unique Identifier, 8 bytes; empty where the namespace has none
/// @param uuid  Namespace UUID; empty where the namespace has none
public record NamespaceIdentifiers(Optional<OpaqueBytes> nguid, Optional<OpaqueBytes> eui64, Optional<UUID> uuid) {
    /// Bytes of an NGUID.
    public static final int NGUID_BYTES = 16;
    /// Bytes of an EUI-64.
    public static final int EUI64_BYTES = 8;
    /// No identifier at all.
    public static final NamespaceIdentifiers NONE =
            new NamespaceIdentifiers(Optional.empty(), Optional.empty(), Optional.empty());

    /// Checks the sizes.
    ///
    /// @throws InvalidValueException when an identifier has another one
    public NamespaceIdentifiers {
        requireSize("NGUID", nguid, NGUID_BYTES);
        requireSize("EUI64", eui64, EUI64_BYTES);
    }

    private static void requireSize(String field, Optional<OpaqueBytes> identifier, int byteSize) {
        if (identifier.isPresent() && identifier.get().byteSize() != byteSize) {
            throw new InvalidValueException(field, identifier.get().byteSize() + " bytes", byteSize + " bytes");
        }
    }

    /// {@return these identifiers, and of others those that are missing here}
    ///
    /// @param others identifiers of the same namespace
    public NamespaceIdentifiers or(NamespaceIdentifiers others) {
        return new NamespaceIdentifiers(
                nguid.or(others::nguid), eui64.or(others::eui64), uuid.or(others::uuid));
    }
}
