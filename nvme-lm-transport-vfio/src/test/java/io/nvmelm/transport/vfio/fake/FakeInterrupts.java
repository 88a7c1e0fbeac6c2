package io.nvmelm.transport.vfio.fake;

/// The interrupts of a function.
public interface FakeInterrupts {

    /// Raises MSI-X vector `vector`: signals the eventfd that was registered for it.
    ///
    /// @return whether there was one, and bus mastering is on
    boolean raise(int vector);

    /// Raises the error interrupt (index ERR), as on a PCIe error.
    ///
    /// @return whether somebody listens
    boolean raiseError();

    /// Asks for the device back (index REQ).
    ///
    /// @return whether somebody listens
    boolean raiseRequest();
}
