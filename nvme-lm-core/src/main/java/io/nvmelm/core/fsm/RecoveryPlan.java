package io.nvmelm.core.fsm;

/// The way out after a failure: perhaps a reset, then arcs.
///
/// @param resetFirst whether to reset the device before anything else; it is [io.nvmelm.DeviceState#RUNNING] then,
///                   without the state that it had, and every session has ended
/// @param afterwards the arcs to the wanted state: from RUNNING after the reset, otherwise from where the device is
public record RecoveryPlan(boolean resetFirst, Plan afterwards) {

    /// The steps in words, for instance `reset, then RUNNING to STOP`.
    @Override
    public String toString() {
        return resetFirst ? "reset, then " + afterwards : afterwards.toString();
    }
}
