package io.nvmelm.core.preflight;

import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.StateFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Compares the device that a state comes from with the one that it goes to, as their manifests have them: kind, format, parts that are in
/// no state, size, and the controllers.
public final class DeviceComparison {
    /// Formats that a finding names.
    private static final int MOST_FORMATS = 16;

    private final DeviceManifest source;
    private final DeviceManifest destination;
    private final List<PreflightFinding> findings = new ArrayList<>();

    private DeviceComparison(DeviceManifest source, DeviceManifest destination) {
        this.source = source;
        this.destination = destination;
    }

    /// Compares what two devices say of themselves. Asks nobody.
    ///
    /// @param source      device that the state comes from
    /// @param destination device that it goes to
    /// @return every difference that matters
    public static List<PreflightFinding> between(DeviceManifest source, DeviceManifest destination) {
        var comparison = new DeviceComparison(source, destination);
        comparison.compare();
        return List.copyOf(comparison.findings);
    }

    private void compare() {
        if (requireKind()) {
            var format = commonFormat();
            parts(format);
        }
        if (source.estimatedStateBytes() > destination.maximumStateBytes()) {
            add(Severity.BLOCKER, PreflightReason.STATE_SIZE, MigrationRole.DESTINATION,
                    "largest state", destination.maximumStateBytes() + " bytes",
                    source.estimatedStateBytes() + " bytes or more",
                    "Raise maximumStateBytes of the TransferOptions, or use a transport that moves more");
        }
        findings.addAll(ControllerComparison.between(source, destination));
    }

    /// {@return whether the states of both are of one kind, so that formats can be compared}
    private boolean requireKind() {
        boolean sameFormats = source.formats().isEmpty() == destination.formats().isEmpty();
        if (!sameFormats || source.controller().isPresent() != destination.controller().isPresent()) {
            add(Severity.BLOCKER, PreflightReason.DEVICE_MISMATCH, MigrationRole.DESTINATION,
                    "kind of device", kind(destination), kind(source), "Pair devices that are migrated alike");
        } else if (source.formats().isEmpty() && source.controller().isEmpty()) {
            add(Severity.NOTE, PreflightReason.UNKNOWN, MigrationRole.DESTINATION,
                    "format of the state", "known to the kernel's driver alone", "the same at both ends",
                    "The driver refuses a state of another device when it is loaded");
        }
        return sameFormats;
    }

    private static String kind(DeviceManifest device) {
        if (!device.formats().isEmpty()) {
            return "migrated by commands, in formats of the standard";
        }
        return device.controller().isPresent()
                ? "migrated by commands, in a format of its maker"
                : "migrated by a driver of the kernel, or by commands for a controller that is not known";
    }

    private Optional<StateFormat> commonFormat() {
        var common = source.formats().stream().filter(destination.formats()::contains).findFirst();
        if (common.isEmpty() && !source.formats().isEmpty()) {
            add(Severity.BLOCKER, PreflightReason.NO_COMMON_FORMAT, MigrationRole.DESTINATION,
                    "formats of the state", names(destination.formats()), "one of " + names(source.formats()),
                    "Choose a destination with the same firmware, or update both");
        }
        return common;
    }

    private static String names(List<StateFormat> formats) {
        var first = formats.stream().limit(MOST_FORMATS).map(DeviceComparison::name).toList().toString();
        return formats.size() <= MOST_FORMATS ? first : first + " and " + (formats.size() - MOST_FORMATS) + " more";
    }

    private static String name(StateFormat format) {
        var version = format.version().isPresent() ? "version " + format.version().getAsInt() : "no version";
        return format.vendorUuid().map(uuid -> version + " with " + uuid).orElse(version);
    }

    /// What a state leaves out breaks the guest, unless both embedders carry it, or vendor specific data do. Without a common format now,
    /// only a side that has no vendor specific data at all makes sure that no later one carries them.
    private void parts(Optional<StateFormat> format) {
        var missing = source.missingFromState().stream().sorted().toList();
        if (missing.isEmpty() || (source.supplied() && destination.supplied())) {
            return;
        }
        var lacking = format.isPresent()
                ? format.filter(chosen -> chosen.vendorUuid().isEmpty()).map(chosen -> "a state of " + name(chosen))
                : withoutVendorData();
        if (lacking.isEmpty() && format.isEmpty()) {
            return;
        }
        var side = source.supplied() ? MigrationRole.DESTINATION : MigrationRole.SOURCE;
        add(lacking.isPresent() ? Severity.BLOCKER : Severity.NOTE, PreflightReason.PART_NOT_CARRIED, side,
                "parts of the controller",
                missing + lacking.map(state -> " not in " + state)
                        .orElse(" in no part of the state that is known; its vendor specific data may have them"),
                "carried by the state, or by a ControllerSupplement on both sides",
                lacking.isPresent()
                        ? "Give both sides a ControllerSupplement"
                        : "Ask the maker what the vendor specific data have");
    }

    /// {@return what a state lacks in every format that two sides could have in common; empty where it may have vendor specific data}
    private Optional<String> withoutVendorData() {
        return Stream.of(source, destination)
                .filter(side -> !side.formats().isEmpty())
                .filter(side -> side.formats().stream().allMatch(format -> format.vendorUuid().isEmpty()))
                .findFirst()
                .map(side -> "any state that " + side.name() + " knows: it has no vendor specific data");
    }

    private void add(
            Severity severity,
            PreflightReason reason,
            MigrationRole side,
            String field,
            String found,
            String required,
            String remedy) {
        findings.add(new PreflightFinding(
                severity,
                reason,
                side,
                ForeignText.shown(destination.name()),
                field,
                ForeignText.shown(found),
                ForeignText.shown(required),
                remedy));
    }
}
