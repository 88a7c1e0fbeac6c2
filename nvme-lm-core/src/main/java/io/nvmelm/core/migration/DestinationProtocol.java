package io.nvmelm.core.migration;

/// Where the destination of one migration is in the commit protocol. One thread has events; any may look at the step.
final class DestinationProtocol {
    private volatile DestinationStep step = DestinationStep.NEGOTIATING;

    /// {@return the step that the destination is in}
    DestinationStep step() {
        return step;
    }

    /// {@return whether an event can happen in this step}
    ///
    /// @param event what might
    boolean takes(DestinationEvent event) {
        return step.after(event).isPresent();
    }

    /// Goes to the next step.
    ///
    /// @param event what happened
    /// @return the step after it
    /// @throws AssertionError when the event cannot happen in this step, which is a defect of the caller; the step stays
    DestinationStep on(DestinationEvent event) {
        var present = step;
        var next = present.after(event)
                .orElseThrow(() -> new AssertionError(event + " at the destination in step " + present));
        step = next;
        return next;
    }
}
