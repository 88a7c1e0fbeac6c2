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
        return step == DestinationStep.GAVE_UP || step == DestinationStep.RELINQUISHED;
    }

    /// Whether the migration ends in a step: what follows, if anything, is the embedder's call.
    static boolean isEnd(SourceStep step) {
        return step.compareTo(SourceStep.COMMITTING) > 0;
    }

    /// As [#isEnd(SourceStep)].
    static boolean isEnd(DestinationStep step) {
        return step.compareTo(DestinationStep.RESUMING) > 0;
    }

    /// Whether somebody who asked the destination gives the guest up at the source: only when it runs there. One that may run there and does
    /// not is waited for, until it runs or is relinquished.
    boolean isTaken(DestinationStep step) {
        return step == DestinationStep.RUNNING;
    }

    /// Whether the decision comes before the first byte of COMMIT.
    boolean decidesBeforeSending() {
        return true;
    }
}
