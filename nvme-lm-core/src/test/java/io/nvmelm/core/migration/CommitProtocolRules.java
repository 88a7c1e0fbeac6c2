package io.nvmelm.core.migration;

import io.nvmelm.RunPermission;
import java.util.Optional;

/// The tables as the checker sees them. A test overrides one thing to see the checker find it.
class CommitProtocolRules {

    Optional<SourceStep> after(SourceStep step, SourceEvent event) {
        return step.after(event);
    }

    Optional<DestinationStep> after(DestinationStep step, DestinationEvent event) {
        return step.after(event);
    }

    RunPermission permission(SourceStep step) {
        return step.permission();
    }

    RunPermission permission(DestinationStep step) {
        return step.permission();
    }

    boolean isCancellable(DestinationStep step) {
        return step.isCancellable();
    }

    boolean isCancellable(SourceStep step) {
        return step.isCancellable();
    }

    /// Whether somebody who asked the destination takes the guest back at the source.
    boolean isReleased(DestinationStep step) {
        return step.isReleased();
    }

    /// Whether the decision comes before the first byte of COMMIT.
    boolean decidesBeforeSending() {
        return true;
    }
}
