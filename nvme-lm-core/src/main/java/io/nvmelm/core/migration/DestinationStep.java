package io.nvmelm.core.migration;

import io.nvmelm.RunPermission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Step of the commit protocol that the destination is in, and the table of what leads to which.
///
/// ```
///   NEGOTIATING -ACCEPTED-> PREPARING -READY-> RECEIVING -STATE_RECEIVED-> LOADING -LOADED-> AWAITING_COMMIT
///     each of these -FAILED-> GAVE_UP
///   AWAITING_COMMIT -COMMITTED-> RESUMING
///   RESUMING -RUNNING-> RUNNING
///   RESUMING -FAILED-> STRANDED
///   STRANDED -RETRY-> RESUMING
///   STRANDED -RELINQUISH-> RELINQUISHED
/// ```
///
/// The destination runs after COMMIT and never without it. Until then it gives up at the first failure, for good; after it the right to
/// run stays here until somebody relinquishes it.
enum DestinationStep {
    /// Both sides say who they are.
    NEGOTIATING,
    /// Accepted; the devices get ready to take a state.
    PREPARING,
    /// Memory, media and state arrive.
    RECEIVING,
    /// The devices verify and load the state.
    LOADING,
    /// Loaded; the source decides.
    AWAITING_COMMIT,
    /// The right to run is here; devices and guest resume.
    RESUMING,
    /// The guest runs here.
    RUNNING,
    /// It failed before COMMIT: the guest never runs here.
    GAVE_UP,
    /// The right to run is here, but resuming failed.
    STRANDED,
    /// The embedder gave the guest up here, so that the source can take it back.
    RELINQUISHED;

    /// {@return the step after an event; empty where the event cannot happen in this step}
    ///
    /// @param event what happened
    Optional<DestinationStep> after(DestinationEvent event) {
        return Optional.ofNullable(switch (this) {
            case NEGOTIATING -> beforeCommit(event, DestinationEvent.ACCEPTED, PREPARING);
            case PREPARING -> beforeCommit(event, DestinationEvent.READY, RECEIVING);
            case RECEIVING -> beforeCommit(event, DestinationEvent.STATE_RECEIVED, LOADING);
            case LOADING -> beforeCommit(event, DestinationEvent.LOADED, AWAITING_COMMIT);
            case AWAITING_COMMIT -> beforeCommit(event, DestinationEvent.COMMITTED, RESUMING);
            case RESUMING -> switch (event) {
                case RUNNING -> RUNNING;
                case FAILED -> STRANDED;
                default -> null;
            };
            case STRANDED -> switch (event) {
                case RETRY -> RESUMING;
                case RELINQUISH -> RELINQUISHED;
                default -> null;
            };
            case RUNNING, GAVE_UP, RELINQUISHED -> null;
        });
    }

    /// {@return the step after an event}
    ///
    /// @param event what happened
    /// @throws AssertionError when the event cannot happen in this step, which is a defect of the caller
    DestinationStep next(DestinationEvent event) {
        return after(event).orElseThrow(() -> new AssertionError(event + " at the destination in step " + this));
    }

    private static @Nullable DestinationStep beforeCommit(
            DestinationEvent event, DestinationEvent expected, DestinationStep next) {
        return event == expected ? next : event == DestinationEvent.FAILED ? GAVE_UP : null;
    }

    /// {@return who may run the guest, as the destination knows it in this step} Before the end, [RunPermission#NOT_HERE] is true now
    /// and may be false with the next record: the source may be reclaimed on the word of [#GAVE_UP] and [#RELINQUISHED] alone.
    RunPermission permission() {
        return switch (this) {
            case RESUMING, RUNNING, STRANDED -> RunPermission.DESTINATION;
            case NEGOTIATING, PREPARING, RECEIVING, LOADING, AWAITING_COMMIT, GAVE_UP, RELINQUISHED ->
                RunPermission.NOT_HERE;
        };
    }

    /// {@return whether somebody may still cancel: until LOADED was sent, since the source may have decided from then on}
    boolean isCancellable() {
        return compareTo(AWAITING_COMMIT) < 0;
    }
}
