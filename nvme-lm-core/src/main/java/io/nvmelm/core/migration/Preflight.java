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
import io.nvmelm.core.preflight.DeviceComparison;
import io.nvmelm.core.preflight.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
        return new PreflightReport(findings).waiving(options.waived());
    }

    private void side(List<? extends MigratableDevice> devices, MigrationRole role) {
        if (devices.isEmpty()) {
            add(Severity.BLOCKER, PreflightReason.DEVICE_MISMATCH, role, ALL_DEVICES, "number of devices", "0",
                    "1 or more", "Give the migration its devices");
        }
        for (var device : devices) {
            var name = device.identity().name();
            findings.addAll(device.preflight(role));
            if (devices.size() > 1) {
                requireP2p(role, name, device.capabilities());
            }
        }
        requireBudget(devices, role);
    }

    /// Several devices must not be stopped one after the other while they can still write into each other.
    private void requireP2p(MigrationRole role, String name, Set<MigrationCapability> capabilities) {
        if (!capabilities.contains(MigrationCapability.P2P)) {
            add(Severity.BLOCKER, PreflightReason.P2P_MISSING, role, name, "P2P", "not there",
                    "there, since several devices migrate together",
                    "Migrate the device alone, or use a driver with P2P states");
        }
    }

    /// Looks by the estimate of the migration itself whether what is known now keeps the budget, all devices together: commands as they were
    /// measured, and states at the bandwidth that the options allow in the blackout. What a device delivers while it runs, and a rate that
    /// nobody has measured, are guesses.
    private void requireBudget(List<? extends MigratableDevice> devices, MigrationRole role) {
        var known = new BlackoutEstimate();
        var guessed = new BlackoutEstimate();
        for (var device : devices) {
            var name = device.identity().name();
            if (role == MigrationRole.SOURCE) {
                long bytes = stateBytes(device);
                long certain = device.capabilities().contains(MigrationCapability.PRE_COPY) ? 0 : bytes;
                long limit = options.switchoverBandwidth();
                known.addBytes("the state of " + name, certain, Long.MAX_VALUE, limit);
                guessed.addBytes("the state of " + name, bytes, 0, limit);
            }
            var commands = device.estimatedCommandTime(role);
            known.add("the commands of " + name, commands);
            guessed.add("the commands of " + name, commands);
        }
        var subject = devices.size() == 1 ? devices.getFirst().identity().name() : ALL_DEVICES;
        if (known.total().compareTo(options.blackoutBudget()) > 0) {
            overrun(Severity.BLOCKER, role, subject, known,
                    "Allow more bandwidth in the blackout, or a longer blackout");
        } else if (guessed.total().compareTo(options.blackoutBudget()) > 0) {
            overrun(Severity.WARNING, role, subject, guessed,
                    "The migration measures the rate and what is left when its device was copied, and ends before the guest is"
                            + " paused if it is so; allow a longer blackout then");
        }
    }

    private void overrun(
            Severity severity, MigrationRole role, String subject, BlackoutEstimate estimate, String remedy) {
        add(severity, PreflightReason.BLACKOUT_BUDGET, role, subject, "estimated blackout",
                estimate.total() + ", most of it " + estimate.largest(), options.blackoutBudget() + " or less", remedy);
    }

    /// A device that cannot tell has said so in its own preflight.
    private static long stateBytes(MigratableDevice device) {
        try {
            return device.estimatedStateBytes();
        } catch (LiveMigrationException e) {
            return 0;
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
            findings.addAll(DeviceComparison.between(source.get(i), destination.get(i)));
        }
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
        findings.add(new PreflightFinding(
                severity, reason, side, ForeignText.shown(device), field, found, required, remedy));
    }
}
