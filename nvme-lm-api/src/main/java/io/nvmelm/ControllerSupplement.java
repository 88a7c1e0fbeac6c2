package io.nvmelm;

/// Moves the parts of a controller that its state does not carry (see [ControllerPart]); the VMM implements it, which owns the
/// function's registers and interrupts. Called from the thread that runs the migration, inside the blackout: be quick.
public interface ControllerSupplement {

    /// Collects the parts, at the source, once the controller is suspended.
    ///
    /// @return what the destination needs
    ControllerProperties capture();

    /// Puts the parts into the controller of the destination, before its state is loaded: enabling a controller clears its queues. The
    /// controller is suspended, and the guest's access to it is blocked by [ControlledFunction#blockAccess()]; an embedder whose own access
    /// goes the same way opens it for the time of this call.
    ///
    /// @param properties what [#capture()] returned at the source
    void apply(ControllerProperties properties);
}
