package io.nvmelm.transport.mock;

/// The host's side of a controller's interrupts.
@FunctionalInterface
public interface InterruptHandler {

    /// A controller without interrupts: for hosts that poll.
    InterruptHandler NONE = vector -> {};

    /// The controller raised an interrupt. Called without the lock of the world, on the thread that moved the clock or
    /// wrote the register that caused it; may access registers.
    ///
    /// @param vector interrupt vector, from 0
    void interrupt(int vector);
}
