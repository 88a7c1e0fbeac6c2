package io.nvmelm.transport.mock.guest;

import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NvmRegisters;

/// The registers of the controller that the driver talks to at the moment (Base 2.3 clause 3.1.4). Which controller
/// that is can change under the driver; addresses and values stay. Not thread-safe.
final class ControllerAccess {

    private InMemoryController controller;
    private int doorbellStride = NvmRegisters.DOORBELL_STRIDE;

    ControllerAccess(InMemoryController controller) {
        this.controller = controller;
    }

    InMemoryController controller() {
        return controller;
    }

    void rebind(InMemoryController target) {
        controller = target;
    }

    /// Sets CAP.DSTRD: doorbells are 4 << exponent bytes apart.
    void doorbellStrideExponent(int exponent) {
        doorbellStride = NvmRegisters.DOORBELL_STRIDE << exponent;
    }

    int read32(long offset) {
        return controller.readRegister32(offset);
    }

    long read64(long offset) {
        return controller.readRegister64(offset);
    }

    void write32(long offset, int value) {
        controller.writeRegister32(offset, value);
    }

    void write64(long offset, long value) {
        controller.writeRegister64(offset, value);
    }

    /// Rings the tail doorbell if commands were pushed.
    void announce(SubmissionRing queue) {
        if (queue.hasNews()) {
            write32(NvmRegisters.DOORBELLS + 2L * queue.id() * doorbellStride, queue.announce());
        }
    }

    /// Rings the head doorbell if entries were taken.
    void announce(CompletionRing queue) {
        if (queue.hasNews()) {
            write32(NvmRegisters.DOORBELLS + (2L * queue.id() + 1) * doorbellStride, queue.announce());
        }
    }
}
