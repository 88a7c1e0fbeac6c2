package io.nvmelm;

import java.util.Optional;

/// What an embedder owns of the function whose controller is migrated: its reset and the guest's access to it.
/// Migration commands go to the controlling controller and cannot reset the controlled one; only the owner of the
/// function can.
///
/// Calls come from the thread that executes an arc or a reset, never from two threads at once.
public interface ControlledFunction {

    /// Resets the function (a function level reset or its like). Afterwards the controller has no I/O queues, is not
    /// suspended and is as the guest would find it after power on. Blocks until the reset is complete.
    ///
    /// @throws LiveMigrationException when the reset failed
    void reset();

    /// Takes the guest's access away: registers, doorbells and peer memory of the function, until [#restoreAccess()].
    /// Called when the device stops.
    void blockAccess();

    /// Gives the guest's access back. Called before the device runs again.
    void restoreAccess();

    /// Reads the properties that the function shows a host: for a manifest or a preflight, and to see that the controller has neither
    /// failed nor been reset before a guest goes on with it, which is not looked at where this is empty. Changes nothing, so it may be
    /// called while the guest runs, from any thread. [#blockAccess()] is about the guest: whoever can still read while that is so, answers.
    ///
    /// @return the properties; empty where they cannot be read, or not now
    default Optional<ControllerRegisters> registers() {
        return Optional.empty();
    }
}
