package io.nvmelm.core.preflight;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Differences of one device from the one that its state comes from.
final class Differences {
    private final List<PreflightFinding> findings = new ArrayList<>();
    private final String device;

    /// @param device name of the device at the destination
    Differences(String device) {
        this.device = ForeignText.shown(device);
    }

    /// Adds a difference that the destination can remedy.
    ///
    /// @param found    value at the destination
    /// @param required what it would have to be
    void add(
            Severity severity,
            PreflightReason reason,
            String field,
            String found,
            String required,
            String remedy) {
        findings.add(new PreflightFinding(
                severity,
                reason,
                MigrationRole.DESTINATION,
                device,
                field,
                ForeignText.shown(found),
                ForeignText.shown(required),
                remedy));
    }

    /// Says that a value cannot be compared because one side does not know it.
    void unknown(String field, boolean atSource) {
        findings.add(new PreflightFinding(
                Severity.NOTE,
                PreflightReason.UNKNOWN,
                atSource ? MigrationRole.SOURCE : MigrationRole.DESTINATION,
                device,
                field,
                atSource ? "not known at the source" : "not known at the destination",
                "known at both sides, to be compared",
                "Compare it yourself"));
    }

    /// {@return the value in hexadecimal digits with an h behind them}
    static String hexadecimal(long value) {
        return Long.toHexString(value).toUpperCase(Locale.ROOT) + "h";
    }

    List<PreflightFinding> toList() {
        return List.copyOf(findings);
    }
}
