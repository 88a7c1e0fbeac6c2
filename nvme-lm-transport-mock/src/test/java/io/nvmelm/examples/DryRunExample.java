package io.nvmelm.examples;

import io.nvmelm.DeviceManifest;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationOptions;
import io.nvmelm.PreflightFinding;
import io.nvmelm.core.migration.Preflight;
import java.util.ArrayList;
import java.util.List;

/// A dry run: what stands against a migration, before anything is touched.
final class DryRunExample {
    private DryRunExample() {}

    // README dry-run-source begin
    /// Asks the source alone, then compares it with a destination that sent its manifests.
    static List<PreflightFinding> dryRun(List<MigratableDevice> devices, List<DeviceManifest> theirs) {
        var options = MigrationOptions.defaults();
        var findings = new ArrayList<>(Preflight.source(devices, options).findings());
        var ours = devices.stream().map(MigratableDevice::manifest).toList();
        findings.addAll(Preflight.between(ours, theirs, options).findings());
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
