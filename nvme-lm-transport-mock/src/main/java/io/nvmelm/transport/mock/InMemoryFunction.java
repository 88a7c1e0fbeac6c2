package io.nvmelm.transport.mock;

import io.nvmelm.ControlledFunction;
import io.nvmelm.ControllerRegisters;
import java.util.Optional;

/// The embedder's side of the function of a controller.
final class InMemoryFunction implements ControlledFunction {
    private final InMemoryController controller;

    InMemoryFunction(InMemoryController controller) {
        this.controller = controller;
    }

    @Override
    public void reset() {
        controller.functionLevelReset();
    }

    @Override
    public void blockAccess() {
        setBlocked(true);
    }

    @Override
    public void restoreAccess() {
        setBlocked(false);
    }

    private void setBlocked(boolean blocked) {
        controller.clock().enter();
        try {
            controller.setAccessBlocked(blocked);
        } finally {
            controller.clock().exit();
        }
    }

    /// Whatever access is blocked: it is the guest's that is. Empty while the controller is offline.
    @Override
    public Optional<ControllerRegisters> registers() {
        controller.clock().enter();
        try {
            return controller.online() ? Optional.of(controller.registers().read()) : Optional.empty();
        } finally {
            controller.clock().exit();
        }
    }
}
