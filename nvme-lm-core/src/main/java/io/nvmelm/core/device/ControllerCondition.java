package io.nvmelm.core.device;

import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;

/// Whether a controller still is what a guest can go on with: one that works, and that nobody has reset since it was suspended or loaded.
/// Told from the properties of its function; where nobody can read them, nothing is checked. Not thread-safe.
final class ControllerCondition {
    private static final String REMEDY =
            "Have the device reset, at a source by its guest; what was loaded into it is lost: at a "
                    + "destination that may run, relinquish the guest and reclaim it at the source";

    private final OwnedFunction function;
    /// Whether the controller was enabled when it was suspended or loaded. A reset of any kind ends that.
    private boolean wasEnabled;
    private boolean resumeUnanswered;

    ControllerCondition(OwnedFunction function) {
        this.function = function;
    }

    /// From here on the guest may do what it wants with the controller.
    void forget() {
        wasEnabled = false;
    }

    /// From here on nobody but this library changes the controller.
    void keep() {
        wasEnabled = isEnabled();
    }

    private boolean isEnabled() {
        return function.registers().filter(ControllerRegisters::isPresent).map(ControllerRegisters::isEnabled)
                .orElse(false);
    }

    /// The controller is as after power on, and runs.
    void wasReset() {
        wasEnabled = false;
        resumeUnanswered = false;
    }

    /// Refuses a controller that no guest can go on with.
    ///
    /// @param state state of the device
    void require(DeviceState state) {
        var answer = function.registers();
        if (answer.isEmpty()) {
            return;
        }
        var registers = answer.get();
        if (!registers.isPresent()) {
            throw refused(state, "the function does not answer: its properties read as ones");
        }
        if (registers.isFatal()) {
            throw refused(state, "the controller has failed, or is offline: it reports a fatal status (CSTS.CFS)");
        }
        if (wasEnabled && !registers.isEnabled()) {
            throw refused(
                    state, "the controller was reset by somebody: it was enabled (CC.EN) before and no longer is");
        }
    }

    /// Resumes the controller. One that says after an unanswered Resume that it is not suspended either heard that Resume or was reset;
    /// only the first has queues, or is enabled.
    ///
    /// @param state state of the device
    void resume(MigrationCommandSet commands, DeviceState state) {
        boolean mayHaveResumed = resumeUnanswered;
        resumeUnanswered = true;
        try {
            commands.resume();
        } catch (CommandFailedException e) {
            resumeUnanswered = mayHaveResumed;
            if (!mayHaveResumed || !commands.saysNotSuspended(e)) {
                throw e;
            }
            requireNotReset(commands, state, e);
        }
        resumeUnanswered = false;
    }

    private void requireNotReset(MigrationCommandSet commands, DeviceState state, CommandFailedException refusal) {
        if (!isEnabled() && !commands.hasIoQueues()) {
            var failure = refused(
                    state,
                    "the controller is not suspended, and nothing shows that it is so by the Resume that was not answered: it has "
                            + "no I/O queues and is not known to be enabled, so it may have been reset");
            failure.addSuppressed(refusal);
            throw failure;
        }
    }

    private static LiveMigrationException refused(DeviceState state, String what) {
        return new DeviceStateException(state, what, REMEDY).category(FailureCategory.RESET_DEVICE);
    }
}
