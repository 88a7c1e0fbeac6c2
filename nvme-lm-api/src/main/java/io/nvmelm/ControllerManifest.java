package io.nvmelm;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What an NVMe controller is and has, as far as a guest or a controller that takes its state over can tell the difference. A value
/// that this host has no way to learn is empty, never guessed.
///
/// @param identity                 subsystem, controller identifier, function
/// @param pciVendorId              PCI Vendor ID (VID), 0 to FFFFh
/// @param pciSubsystemVendorId     PCI Subsystem Vendor ID (SSVID), 0 to FFFFh
/// @param ieeeOui                  IEEE OUI Identifier (IEEE), 0 to FFFFFFh
/// @param nvmeVersion              Version (VER) in the layout of the register: major 31:16, minor 15:08, tertiary 07:00
/// @param controllerCapabilities   Controller Capabilities (register CAP), 64 bits
/// @param maximumTransferBytes     most bytes that one command of the guest transfers (MDTS), 0 for no limit
/// @param ioQueuePairs             I/O queue pairs that the controller can have (from NVQ), 0 to 65 534
/// @param interruptVectors         interrupt vectors that the controller has (NVI), 0 to 65 535
/// @param ioCommands               what it says of I/O commands: entry sizes, optional commands, write cache, SGLs
/// @param namespaces               namespaces attached to it, each identifier once
/// @param features                 settings of features that a guest relies on, ordered by feature identifier
public record ControllerManifest(
        ControllerIdentity identity,
        OptionalInt pciVendorId,
        OptionalInt pciSubsystemVendorId,
        OptionalInt ieeeOui,
        OptionalInt nvmeVersion,
        OptionalLong controllerCapabilities,
        OptionalLong maximumTransferBytes,
        OptionalInt ioQueuePairs,
        OptionalInt interruptVectors,
        Optional<IoCommandSupport> ioCommands,
        List<NamespaceManifest> namespaces,
        List<FeatureSetting> features) {

    /// Checks every bound, and that no namespace is there twice, and copies the lists.
    ///
    /// @throws InvalidValueException when a bound is broken
    public ControllerManifest {
        require("pciVendorId", pciVendorId, 0xFFFF);
        require("pciSubsystemVendorId", pciSubsystemVendorId, 0xFFFF);
        require("ieeeOui", ieeeOui, 0xFF_FFFF);
        require("ioQueuePairs", ioQueuePairs, 65_534);
        require("interruptVectors", interruptVectors, 0xFFFF);
        if (maximumTransferBytes.isPresent() && maximumTransferBytes.getAsLong() < 0) {
            throw new InvalidValueException(
                    "maximumTransferBytes", Long.toString(maximumTransferBytes.getAsLong()), "0 or more");
        }
        namespaces = List.copyOf(namespaces);
        requireDistinct(namespaces);
        features = List.copyOf(features);
    }

    private static void requireDistinct(List<NamespaceManifest> namespaces) {
        var seen = new HashSet<Long>();
        for (var namespace : namespaces) {
            long namespaceId = namespace.extent().namespaceId();
            if (!seen.add(namespaceId)) {
                throw new InvalidValueException(
                        "namespaces", "two with identifier " + namespaceId, "each identifier once");
            }
        }
    }

    private static void require(String field, OptionalInt value, int largest) {
        if (value.isPresent() && (value.getAsInt() < 0 || value.getAsInt() > largest)) {
            throw new InvalidValueException(field, Integer.toString(value.getAsInt()), "0 to " + largest);
        }
    }

    /// {@return a manifest of which nothing is known but the identity}
    ///
    /// @param identity subsystem, controller identifier, function
    public static ControllerManifest of(ControllerIdentity identity) {
        return new ControllerManifest(
                identity,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }
}
