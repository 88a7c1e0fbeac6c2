package io.nvmelm.core.migration;

import io.nvmelm.DeviceManifest;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.PreflightReport;
import io.nvmelm.core.preflight.ControllerComparison;
import io.nvmelm.nvme.StateFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The dry run of a migration: every reason why it would fail or might surprise, at once, and nothing changed for it.
///
/// Each side can be asked alone ([#source], [#destination]), and what both say of their devices can be compared ([#between]), by whoever
/// has both manifests: a control plane before it chooses a destination, and the two ends of a migration when they are connected.
///
/// A *blocker* is something by which loading would fail or the guest would break. A *warning* is something that the guest may notice,
/// a *note* is good to know. A blocker whose reason is among [MigrationOptions#waived()] becomes a warning.
public final class Preflight {
    private static final String ALL_DEVICES = "all devices";

    private final MigrationOptions options;
    private final List<PreflightFinding> findings = new ArrayList<>();

    private Preflight(MigrationOptions options) {
        this.options = options;
    }

    /// Asks the devices that would be migrated from here. Blocks for the commands that ask them.
    ///
    /// @param devices devices of one guest, at least 1
    /// @param options how the migration would be run
    /// @return what was found on this side
    public static PreflightReport source(List<? extends MigratableDevice> devices, MigrationOptions options) {
        var preflight = new Preflight(options);
        preflight.side(devices, MigrationRole.SOURCE);
        return preflight.report();
    }

    /// Asks the devices that would be loaded here. Blocks for the commands that ask them.
    ///
    /// @param devices devices that a guest would go on with, at least 1
    /// @param options how the migration would be run
    /// @return what was found on this side
    public static PreflightReport destination(List<? extends MigratableDevice> devices, MigrationOptions options) {
        var preflight = new Preflight(options);
        preflight.side(devices, MigrationRole.DESTINATION);
        return preflight.report();
    }

    /// Compares the devices of both sides, pair by pair in the order of the lists. Asks nobody.
    ///
    /// @param source      what the devices of the source say
    /// @param destination what the devices of the destination say
    /// @param options     how the migration would be run
    /// @return what was found
    public static PreflightReport between(
            List<DeviceManifest> source, List<DeviceManifest> destination, MigrationOptions options) {
        var preflight = new Preflight(options);
        preflight.compare(source, destination);
        return preflight.report();
    }

    private PreflightReport report() {
        return new PreflightReport(findings);
    }

    private void side(List<? extends MigratableDevice> devices, MigrationRole role) {
        if (devices.isEmpty()) {
            add(Severity.BLOCKER, PreflightReason.DEVICE_MISMATCH, role, ALL_DEVICES, "number of devices", "0",
                    "1 or more", "Give the migration its devices");
        }
        for (var device : devices) {
            var name = device.identity().name();
            device.preflight(role).forEach(this::add);
            if (devices.size() > 1) {
                requireP2p(role, name, device.capabilities());
            }
            if (role == MigrationRole.SOURCE) {
                requireBudget(name, device);
            }
        }
    }

    /// Several devices must not be stopped one after the other while they can still write into each other.
    private void requireP2p(MigrationRole role, String name, Set<MigrationCapability> capabilities) {
        if (!capabilities.contains(MigrationCapability.P2P)) {
            add(Severity.BLOCKER, PreflightReason.P2P_MISSING, role, name, "P2P", "not there",
                    "there, since several devices migrate together",
                    "Migrate the device alone, or use a driver with P2P states");
        }
    }

    /// The bandwidth that the options allow in the blackout is certain; everything else that takes time is only known in the migration.
    private void requireBudget(String name, MigratableDevice device) {
        if (options.switchoverBandwidth() == Long.MAX_VALUE) {
            return;
        }
        long bytes;
        try {
            bytes = device.estimatedStateBytes();
        } catch (LiveMigrationException e) {
            // The device's own preflight has asked for the state as well, and said so.
            return;
        }
        double seconds = (double) bytes / options.switchoverBandwidth();
        var budget = options.blackoutBudget();
        if (seconds * 1e9 > budget.toNanos()) {
            add(Severity.BLOCKER, PreflightReason.BLACKOUT_BUDGET, MigrationRole.SOURCE, name, "estimated blackout",
                    Duration.ofMillis((long) (seconds * 1e3)) + " for " + bytes + " bytes of state alone",
                    budget + " or less",
                    "Allow more bandwidth in the blackout, or a longer blackout");
        }
    }

    private void compare(List<DeviceManifest> source, List<DeviceManifest> destination) {
        if (source.size() != destination.size()) {
            add(Severity.BLOCKER, PreflightReason.DEVICE_MISMATCH, MigrationRole.DESTINATION, ALL_DEVICES,
                    "number of devices", Integer.toString(destination.size()), Integer.toString(source.size()),
                    "Give both sides the devices of the same guest, in the same order");
        }
        if (source.size() > 1 || destination.size() > 1) {
            source.forEach(device -> requireP2p(MigrationRole.SOURCE, device.name(), device.capabilities()));
            destination.forEach(device -> requireP2p(MigrationRole.DESTINATION, device.name(), device.capabilities()));
        }
        for (int i = 0; i < Math.min(source.size(), destination.size()); i++) {
            compare(source.get(i), destination.get(i));
        }
    }

    private void compare(DeviceManifest source, DeviceManifest destination) {
        if (requireKind(source, destination)) {
            var format = commonFormat(source, destination);
            parts(source, destination, format);
        }
        if (source.estimatedStateBytes() > destination.maximumStateBytes()) {
            add(Severity.BLOCKER, PreflightReason.STATE_SIZE, MigrationRole.DESTINATION, destination.name(),
                    "largest state", destination.maximumStateBytes() + " bytes",
                    source.estimatedStateBytes() + " bytes or more",
                    "Raise maximumStateBytes of the TransferOptions, or use a transport that moves more");
        }
        ControllerComparison.between(source, destination).forEach(this::add);
    }

    /// {@return whether the states of both are of one kind, so that formats can be compared}
    private boolean requireKind(DeviceManifest source, DeviceManifest destination) {
        boolean sameFormats = source.formats().isEmpty() == destination.formats().isEmpty();
        if (!sameFormats || source.controller().isPresent() != destination.controller().isPresent()) {
            add(Severity.BLOCKER, PreflightReason.DEVICE_MISMATCH, MigrationRole.DESTINATION, destination.name(),
                    "kind of device", kind(destination), kind(source), "Pair devices that are migrated alike");
        } else if (source.formats().isEmpty() && source.controller().isEmpty()) {
            add(Severity.NOTE, PreflightReason.UNKNOWN, MigrationRole.DESTINATION, destination.name(),
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

    private Optional<StateFormat> commonFormat(DeviceManifest source, DeviceManifest destination) {
        var common = source.formats().stream().filter(destination.formats()::contains).findFirst();
        if (common.isEmpty() && !source.formats().isEmpty()) {
            add(Severity.BLOCKER, PreflightReason.NO_COMMON_FORMAT, MigrationRole.DESTINATION, destination.name(),
                    "formats of the state", names(destination.formats()), "one of " + names(source.formats()),
                    "Choose a destination with the same firmware, or update both");
        }
        return common;
    }

    private static String names(List<StateFormat> formats) {
        return formats.stream().map(Preflight::name).toList().toString();
    }

    private static String name(StateFormat format) {
        var version = format.version().isPresent() ? "version " + format.version().getAsInt() : "no version";
        return format.vendorUuid().map(uuid -> version + " with " + uuid).orElse(version);
    }

    /// What a state leaves out breaks the guest, unless both embedders carry it, or vendor specific data do. Without a common format now,
    /// only a side that has no vendor specific data at all makes sure that no later one carries them.
    private void parts(DeviceManifest source, DeviceManifest destination, Optional<StateFormat> format) {
        var missing = source.missingFromState().stream().sorted().toList();
        if (missing.isEmpty() || (source.supplied() && destination.supplied())) {
            return;
        }
        var lacking = format.isPresent()
                ? format.filter(chosen -> chosen.vendorUuid().isEmpty()).map(chosen -> "a state of " + name(chosen))
                : withoutVendorData(source, destination);
        if (lacking.isEmpty() && format.isEmpty()) {
            return;
        }
        var side = source.supplied() ? MigrationRole.DESTINATION : MigrationRole.SOURCE;
        add(lacking.isPresent() ? Severity.BLOCKER : Severity.NOTE, PreflightReason.PART_NOT_CARRIED, side,
                destination.name(), "parts of the controller",
                missing + lacking.map(state -> " not in " + state)
                        .orElse(" in no part of the state that is known; its vendor specific data may have them"),
                "carried by the state, or by a ControllerSupplement on both sides",
                lacking.isPresent()
                        ? "Give both sides a ControllerSupplement"
                        : "Ask the maker what the vendor specific data have");
    }

    /// {@return what a state lacks in every format that two sides could have in common; empty where it may have vendor specific data}
    private static Optional<String> withoutVendorData(DeviceManifest source, DeviceManifest destination) {
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
            String device,
            String field,
            String found,
            String required,
            String remedy) {
        add(new PreflightFinding(severity, reason, side, device, field, found, required, remedy));
    }

    private void add(PreflightFinding finding) {
        boolean waived = finding.severity() == Severity.BLOCKER && options.waived().contains(finding.reason());
        findings.add(waived ? withSeverity(finding, Severity.WARNING) : finding);
    }

    private static PreflightFinding withSeverity(PreflightFinding finding, Severity severity) {
        return new PreflightFinding(
                severity,
                finding.reason(),
                finding.side(),
                finding.device(),
                finding.field(),
                finding.found(),
                finding.required(),
                finding.remedy());
    }
}
