package io.nvmelm.core.device;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.core.controller.ControllingController;
import java.util.List;

/// Whether a controlling controller can migrate others at all: the question that comes before a device can be opened.
public final class MigrationSupport {
    private MigrationSupport() {}

    /// {@return every reason why a controlling controller cannot migrate others; none when it can} Does not block.
    ///
    /// @param controlling the controller
    /// @param role        which side it would be on
    public static List<PreflightFinding> preflight(ControllingController controlling, MigrationRole role) {
        return controlling.unsupportedReasons().stream()
                .map(reason -> new PreflightFinding(
                        Severity.BLOCKER,
                        PreflightReason.MIGRATION_UNSUPPORTED,
                        role,
                        "controlling controller of " + controlling.identity().subsystemNqn(),
                        "Host Managed Live Migration",
                        "not possible: " + reason,
                        "announced (OACS bit 11), with at least one format of controller state",
                        "Open the controller of the physical function, update its firmware, or use another device"))
                .toList();
    }
}
