package io.nvmelm.core.preflight;

import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Compares the controller that a state comes from with the one that it goes to, as their manifests have them.
///
/// A difference blocks where the state could not be loaded, or the guest would go on with what is not there. It is a warning where the
/// guest may notice something else than it knows. A value that only one side knows is a note.
public final class ControllerComparison {
    private final ControllerManifest from;
    private final ControllerManifest to;
    /// Whether nobody but the two devices knows the format of the state, so that they have to be of one kind.
    private final boolean opaqueState;
    private final boolean supplied;
    private final Differences differences;

    private ControllerComparison(
            DeviceManifest source, DeviceManifest destination, ControllerManifest from, ControllerManifest to) {
        this.from = from;
        this.to = to;
        this.opaqueState = source.formats().isEmpty() && destination.formats().isEmpty();
        this.supplied = source.supplied() && destination.supplied();
        this.differences = new Differences(destination.name());
    }

    /// Compares what two devices say of their controllers.
    ///
    /// @param source      device that the state comes from
    /// @param destination device that it goes to
    /// @return every difference that matters; none when one of them says nothing of a controller
    public static List<PreflightFinding> between(DeviceManifest source, DeviceManifest destination) {
        if (source.controller().isEmpty() || destination.controller().isEmpty()) {
            return List.of();
        }
        var comparison = new ControllerComparison(
                source, destination, source.controller().get(), destination.controller().get());
        comparison.compare();
        return comparison.differences.toList();
    }

    private void compare() {
        identity();
        version();
        var before = from.controllerCapabilities();
        var now = to.controllerCapabilities();
        if (before.isPresent() && now.isPresent()) {
            new CapabilityComparison(before.getAsLong(), now.getAsLong(), differences).compare();
        } else {
            unknown("CAP", before.isPresent(), now.isPresent());
        }
        transferLimit();
        ioCommands();
        atLeast(
                PreflightReason.QUEUE_LIMIT,
                "I/O queue pairs (NVQ)",
                from.ioQueuePairs(),
                to.ioQueuePairs(),
                "Assign more queue resources to the secondary controller, while it is offline");
        atLeast(
                PreflightReason.VECTOR_LIMIT,
                "interrupt vectors (NVI)",
                from.interruptVectors(),
                to.interruptVectors(),
                "Assign more interrupt resources to the secondary controller, while it is offline");
        new NamespaceComparison(from.namespaces(), to.namespaces(), differences).compare();
        features();
    }

    private void identity() {
        var severity = opaqueState ? Severity.BLOCKER : Severity.WARNING;
        number(severity, "VID", from.pciVendorId(), to.pciVendorId());
        number(Severity.WARNING, "SSVID", from.pciSubsystemVendorId(), to.pciSubsystemVendorId());
        number(Severity.WARNING, "IEEE", from.ieeeOui(), to.ieeeOui());
        var before = from.identity();
        var now = to.identity();
        text(severity, "MN", before.modelNumber(), now.modelNumber());
        text(Severity.WARNING, "FR", before.firmwareRevision(), now.firmwareRevision());
        text(Severity.WARNING, "SN", before.serialNumber(), now.serialNumber());
        text(Severity.WARNING, "SUBNQN", before.subsystemNqn(), now.subsystemNqn());
        if (before.controllerId() != now.controllerId()) {
            differ(
                    Severity.NOTE,
                    "CNTLID",
                    Differences.hexadecimal(now.controllerId()),
                    Differences.hexadecimal(before.controllerId()));
        }
    }

    private void number(Severity severity, String field, OptionalInt before, OptionalInt now) {
        if (before.isEmpty() || now.isEmpty()) {
            unknown(field, before.isPresent(), now.isPresent());
        } else if (before.getAsInt() != now.getAsInt()) {
            differ(
                    severity,
                    field,
                    Differences.hexadecimal(now.getAsInt()),
                    Differences.hexadecimal(before.getAsInt()));
        }
    }

    private void text(Severity severity, String field, String before, String now) {
        if (!before.equals(now)) {
            differ(severity, field, "'" + now + "'", "'" + before + "'");
        }
    }

    private void differ(Severity severity, String field, String found, String required) {
        differences.add(
                severity,
                PreflightReason.IDENTITY_DIFFERS,
                field,
                found,
                required,
                severity == Severity.BLOCKER
                        ? "The state has a format of the maker's own; choose a destination of the same kind"
                        : "The guest may notice it when it identifies the controller again");
    }

    private void version() {
        var before = from.nvmeVersion();
        var now = to.nvmeVersion();
        if (before.isEmpty() || now.isEmpty()) {
            unknown("VER", before.isPresent(), now.isPresent());
        } else if (before.getAsInt() != now.getAsInt()) {
            boolean older = Integer.compareUnsigned(now.getAsInt(), before.getAsInt()) < 0;
            differences.add(
                    older ? Severity.WARNING : Severity.NOTE,
                    PreflightReason.CAPABILITIES_DIFFER,
                    "VER",
                    version(now.getAsInt()),
                    version(before.getAsInt()) + (older ? " or later" : ""),
                    older
                            ? "The guest may use what came with the later version"
                            : "The guest goes on with what it knows of the earlier version");
        }
    }

    private static String version(int value) {
        return (value >>> 16) + "." + (value >>> 8 & 0xFF) + "." + (value & 0xFF);
    }

    private void transferLimit() {
        var before = from.maximumTransferBytes();
        var now = to.maximumTransferBytes();
        if (before.isEmpty() || now.isEmpty()) {
            unknown("MDTS", before.isPresent(), now.isPresent());
        } else if (limit(now) < limit(before)) {
            differences.add(
                    Severity.BLOCKER,
                    PreflightReason.TRANSFER_LIMIT,
                    "MDTS",
                    now.getAsLong() + " bytes",
                    before.getAsLong() == 0 ? "no limit" : before.getAsLong() + " bytes or more",
                    "The guest's larger commands would fail; choose a destination with a larger MDTS");
        }
    }

    private static long limit(OptionalLong bytes) {
        return bytes.getAsLong() == 0 ? Long.MAX_VALUE : bytes.getAsLong();
    }

    private void ioCommands() {
        var before = from.ioCommands();
        var now = to.ioCommands();
        if (before.isPresent() && now.isPresent()) {
            new IoCommandComparison(before.get(), now.get(), differences).compare();
        } else {
            unknown("SQES, CQES, ONCS, VWC and SGLS", before.isPresent(), now.isPresent());
        }
    }

    private void atLeast(PreflightReason reason, String field, OptionalInt before, OptionalInt now, String remedy) {
        if (before.isEmpty() || now.isEmpty()) {
            unknown(field, before.isPresent(), now.isPresent());
        } else if (now.getAsInt() < before.getAsInt()) {
            differences.add(
                    Severity.BLOCKER,
                    reason,
                    field,
                    Integer.toString(now.getAsInt()),
                    before.getAsInt() + " or more",
                    remedy);
        }
    }

    /// Where both embedders move them, features become what they were.
    private void features() {
        if (supplied) {
            return;
        }
        if (from.features().isEmpty() || to.features().isEmpty()) {
            unknown("features", !from.features().isEmpty(), !to.features().isEmpty());
            return;
        }
        var there = new HashMap<String, FeatureSetting>();
        to.features().forEach(setting -> there.putIfAbsent(name(setting), setting));
        for (var setting : from.features()) {
            var other = Optional.ofNullable(there.get(name(setting)));
            if (other.isEmpty() || !other.get().equals(setting)) {
                differences.add(
                        Severity.WARNING,
                        PreflightReason.FEATURE_DIFFERS,
                        name(setting),
                        other.map(ControllerComparison::value).orElse("not there"),
                        value(setting),
                        "Set it there, or move it by a ControllerSupplement");
            }
        }
    }

    private static String name(FeatureSetting setting) {
        var feature = "feature " + Differences.hexadecimal(setting.featureId());
        return setting.namespaceId() == 0 ? feature : feature + " of namespace " + setting.namespaceId();
    }

    private static String value(FeatureSetting setting) {
        return Differences.hexadecimal(Integer.toUnsignedLong(setting.value())) + (setting.data().byteSize() == 0
                ? ""
                : " with " + setting.data());
    }

    /// Says so where one side knows a value that the other does not; what nobody knows, nobody misses.
    private void unknown(String field, boolean knownAtSource, boolean knownAtDestination) {
        if (knownAtSource != knownAtDestination) {
            differences.unknown(field, knownAtDestination);
        }
    }
}
