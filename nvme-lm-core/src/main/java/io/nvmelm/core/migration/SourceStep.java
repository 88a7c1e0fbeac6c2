package io.nvmelm.core.migration;

import io.nvmelm.RunPermission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Step of the commit protocol that the source is in, and the table of what leads to which.
///
/// ```
///   NEGOTIATING -ACCEPTED-> PREPARING -READY-> COPYING -COPIED-> SUSPENDING -SUSPENDED-> SENDING -STATE_SENT-> VERIFYING
///     each of these -FAILED-> ROLLED_BACK
///   VERIFYING -LOADED-> COMMITTING         the decision
///   COMMITTING -CONFIRMED-> CONFIRMED
///   COMMITTING -FAILED-> UNDECIDED
///   UNDECIDED -RECLAIM-> RECLAIMED
///   UNDECIDED -ABANDON-> ABANDONED
/// ```
///
/// Up to VERIFYING the destination cannot run, since COMMIT was not sent, so every failure takes the guest back. From COMMITTING on
/// nobody here knows whether COMMIT arrived, so nothing but a person or a program that asked the destination does.
enum SourceStep {
    /// Both sides say who they are.
    NEGOTIATING,
    /// Accepted; the destination gets ready.
    PREPARING,
    /// The guest runs, and what can be copied is.
    COPYING,
    /// The guest is being paused and the devices suspended.
    SUSPENDING,
    /// The state is being sent.
    SENDING,
    /// All was sent; the destination verifies and loads.
    VERIFYING,
    /// The right to run was given away; COMMIT is sent, or about to be, and RUNNING awaited.
    COMMITTING,
    /// The destination runs.
    CONFIRMED,
    /// It failed before the decision: the guest runs here.
    ROLLED_BACK,
    /// It failed after the decision: only the destination knows who runs.
    UNDECIDED,
    /// The embedder took the guest back.
    RECLAIMED,
    /// The embedder gave the guest up here.
    ABANDONED;

    /// {@return the step after an event; empty where the event cannot happen in this step}
    ///
    /// @param event what happened
    Optional<SourceStep> after(SourceEvent event) {
        return Optional.ofNullable(switch (this) {
            case NEGOTIATING -> beforeDecision(event, SourceEvent.ACCEPTED, PREPARING);
            case PREPARING -> beforeDecision(event, SourceEvent.READY, COPYING);
            case COPYING -> beforeDecision(event, SourceEvent.COPIED, SUSPENDING);
            case SUSPENDING -> beforeDecision(event, SourceEvent.SUSPENDED, SENDING);
            case SENDING -> beforeDecision(event, SourceEvent.STATE_SENT, VERIFYING);
            case VERIFYING -> beforeDecision(event, SourceEvent.LOADED, COMMITTING);
            case COMMITTING -> switch (event) {
                case CONFIRMED -> CONFIRMED;
                case FAILED -> UNDECIDED;
                default -> null;
            };
            case UNDECIDED -> switch (event) {
                case RECLAIM -> RECLAIMED;
                case ABANDON -> ABANDONED;
                default -> null;
            };
            case CONFIRMED, ROLLED_BACK, RECLAIMED, ABANDONED -> null;
        });
    }

    /// {@return the step after an event}
    ///
    /// @param event what happened
    /// @throws AssertionError when the event cannot happen in this step, which is a defect of the caller
    SourceStep next(SourceEvent event) {
        return after(event).orElseThrow(() -> new AssertionError(event + " at the source in step " + this));
    }

    private static @Nullable SourceStep beforeDecision(
            SourceEvent event, SourceEvent expected, SourceStep next) {
        return event == expected ? next : event == SourceEvent.FAILED ? ROLLED_BACK : null;
    }

    /// {@return who may run the guest, as the source knows it in this step}
    RunPermission permission() {
        return switch (this) {
            case NEGOTIATING, PREPARING, COPYING, SUSPENDING, SENDING, VERIFYING, ROLLED_BACK, RECLAIMED ->
                RunPermission.SOURCE;
            case COMMITTING, UNDECIDED -> RunPermission.ASK_DESTINATION;
            case CONFIRMED, ABANDONED -> RunPermission.DESTINATION;
        };
    }

    /// {@return whether somebody may still cancel: until the decision}
    boolean isCancellable() {
        return compareTo(COMMITTING) < 0;
    }
}
