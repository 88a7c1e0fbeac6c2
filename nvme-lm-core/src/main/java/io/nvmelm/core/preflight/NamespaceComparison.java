package io.nvmelm.core.preflight;

import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.OpaqueBytes;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/// Compares the namespaces that are attached to two controllers, by their identifiers (NSID).
final class NamespaceComparison {
    private final List<NamespaceManifest> source;
    private final List<NamespaceManifest> destination;
    private final Differences differences;

    NamespaceComparison(
            List<NamespaceManifest> source, List<NamespaceManifest> destination, Differences differences) {
        this.source = source;
        this.destination = destination;
        this.differences = differences;
    }

    void compare() {
        var here = byIdentifier(source);
        var there = byIdentifier(destination);
        for (var namespace : source) {
            var other = there.get(namespace.extent().namespaceId());
            if (other != null) {
                compare(namespace, other);
            } else {
                differences.add(
                        Severity.BLOCKER,
                        PreflightReason.NAMESPACE_MISSING,
                        field(namespace, "NSID"),
                        "not attached",
                        "attached",
                        "Attach the namespace to the controller, under the same identifier");
            }
        }
        for (var namespace : destination) {
            if (!here.containsKey(namespace.extent().namespaceId())) {
                differences.add(
                        Severity.WARNING,
                        PreflightReason.NAMESPACE_DIFFERS,
                        field(namespace, "NSID"),
                        "attached",
                        "not attached: the guest does not know it",
                        "Detach the namespace, unless the guest may see it");
            }
        }
    }

    private static Map<Long, NamespaceManifest> byIdentifier(List<NamespaceManifest> namespaces) {
        return namespaces.stream()
                .collect(Collectors.toMap(namespace -> namespace.extent().namespaceId(), namespace -> namespace));
    }

    private void compare(NamespaceManifest from, NamespaceManifest to) {
        size(from, to);
        if (to.extent().blockByteSize() != from.extent().blockByteSize()) {
            differs(from, "LBADS", to.extent().blockByteSize() + " bytes", from.extent().blockByteSize() + " bytes");
        }
        if (to.metadataBytes() != from.metadataBytes()) {
            differs(from, "MS", to.metadataBytes() + " bytes", from.metadataBytes() + " bytes");
        } else if (to.extendedBlocks() != from.extendedBlocks() && to.metadataBytes() > 0) {
            differs(from, "FLBAS bit 4", place(to), place(from));
        }
        if (to.protection() != from.protection()) {
            differs(from, "DPS", Differences.hexadecimal(to.protection()), Differences.hexadecimal(from.protection()));
        }
        identifiers(from, to);
    }

    private static String place(NamespaceManifest namespace) {
        return namespace.extendedBlocks()
                ? "metadata behind the data of their block"
                : "metadata in a buffer of their own";
    }

    /// Blocks of another size are told apart from their number, which says nothing then.
    private void size(NamespaceManifest from, NamespaceManifest to) {
        if (to.extent().blockByteSize() != from.extent().blockByteSize()) {
            return;
        }
        long before = from.extent().blockCount();
        long now = to.extent().blockCount();
        if (now < before) {
            differs(from, "NSZE", now + " blocks", before + " blocks");
        } else if (now > before) {
            differences.add(
                    Severity.WARNING,
                    PreflightReason.NAMESPACE_DIFFERS,
                    field(from, "NSZE"),
                    now + " blocks",
                    before + " blocks",
                    "The guest sees a larger namespace when it looks again");
        }
    }

    private void differs(NamespaceManifest namespace, String what, String found, String required) {
        differences.add(
                Severity.BLOCKER,
                PreflightReason.NAMESPACE_DIFFERS,
                field(namespace, what),
                found,
                required,
                "Attach the guest's namespace, or one that is formatted alike and has its data");
    }

    /// A driver compares all three when it looks again, and drops a namespace of which one differs or is gone.
    private void identifiers(NamespaceManifest from, NamespaceManifest to) {
        if (!from.isIdentifiable() && !to.isIdentifiable()) {
            differences.add(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    field(from, "NGUID, EUI64 and UUID"),
                    "not there",
                    "there at both sides, to tell whether it is the same namespace",
                    "Make sure that it is");
        }
        identifier(from, "NGUID", text(from.nguid()), text(to.nguid()));
        identifier(from, "EUI64", text(from.eui64()), text(to.eui64()));
        identifier(from, "UUID", from.uuid().map(UUID::toString), to.uuid().map(UUID::toString));
    }

    private void identifier(NamespaceManifest namespace, String what, Optional<String> from, Optional<String> to) {
        if (from.equals(to)) {
            return;
        }
        differences.add(
                from.isPresent() ? Severity.BLOCKER : Severity.WARNING,
                PreflightReason.IDENTITY_DIFFERS,
                field(namespace, what),
                to.orElse("not there"),
                from.orElse("not there"),
                "Attach the guest's namespace; where its data are copied into another one, give that the same identifiers, or"
                        + " waive this and have the guest not look again");
    }

    private static Optional<String> text(Optional<OpaqueBytes> identifier) {
        return identifier.map(bytes -> HexFormat.of().formatHex(bytes.toByteArray()));
    }

    private static String field(NamespaceManifest namespace, String what) {
        return what + " of namespace " + namespace.extent().namespaceId();
    }
}
