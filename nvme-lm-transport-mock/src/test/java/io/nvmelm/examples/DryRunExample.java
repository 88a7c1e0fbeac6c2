package io.nvmelm.examples;

import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationOptions;
import io.nvmelm.PreflightFinding;
import io.nvmelm.core.migration.Preflight;
import io.nvmelm.core.stream.DeviceManifests;
import io.nvmelm.core.stream.StreamSettings;
import java.util.ArrayList;
import java.util.List;

/// A dry run: what stands against a migration, before anything is touched.
final class DryRunExample {
    private DryRunExample() {}

    // README dry-run-source begin
    /// Tells another host, or a control plane, what the devices are. True: this VMM gives each of them a ControllerSupplement.
    static byte[] offer(List<MigratableDevice> devices) {
        return DeviceManifests.encode(
                devices.stream().map(device -> device.manifest().withSupplied(true)).toList(), StreamSettings.DEFAULT);
    }

    /// Asks the source alone, then compares it with a destination that sent its offer.
    static List<PreflightFinding> dryRun(List<MigratableDevice> devices, byte[] theirs) {
        var options = MigrationOptions.defaults();
        var findings = new ArrayList<>(Preflight.source(devices, options).findings());
        var ours = devices.stream().map(device -> device.manifest().withSupplied(true)).toList();
        findings.addAll(Preflight.between(ours, DeviceManifests.decode(theirs, StreamSettings.DEFAULT), options)
                .findings());
        findings.forEach(finding -> System.out.println(finding.severity() + " " + finding.text()));
        return findings;
    }
    // README dry-run-source end

    // README dry-run-destination begin
    /// Refuses, with every reason at once, unless the devices could be loaded now.
    static void requireLoadable(List<MigratableDevice> devices) {
        Preflight.destination(devices, MigrationOptions.defaults()).throwIfImpossible();
    }
    // README dry-run-destination end
}
