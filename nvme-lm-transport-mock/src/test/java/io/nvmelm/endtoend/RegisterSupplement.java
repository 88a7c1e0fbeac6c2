package io.nvmelm.endtoend;

import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NvmRegisters;
import java.util.List;
import java.util.function.Supplier;

/// What a VMM carries where the state has queues alone: the controller is set up and enabled as it was at the source.
///
/// @param controller whose properties
public record RegisterSupplement(InMemoryController controller) implements ControllerSupplement {
    @Override
    public ControllerProperties capture() {
        return withAccess(() -> new ControllerProperties(
                controller.readRegister32(NvmRegisters.CC),
                controller.readRegister32(NvmRegisters.AQA),
                controller.readRegister64(NvmRegisters.ASQ),
                controller.readRegister64(NvmRegisters.ACQ),
                controller.readRegister32(NvmRegisters.INTMS),
                List.of(),
                OpaqueBytes.EMPTY,
                OpaqueBytes.EMPTY));
    }

    @Override
    public void apply(ControllerProperties properties) {
        withAccess(() -> {
            controller.writeRegister32(NvmRegisters.AQA, properties.adminQueueAttributes());
            controller.writeRegister64(NvmRegisters.ASQ, properties.adminSubmissionQueue());
            controller.writeRegister64(NvmRegisters.ACQ, properties.adminCompletionQueue());
            controller.writeRegister32(NvmRegisters.CC, properties.configuration());
            int status = controller.readRegister32(NvmRegisters.CSTS);
            while ((status & (NvmRegisters.CSTS_RDY_BIT | NvmRegisters.CSTS_CFS_BIT)) == 0 && controller.clock()
                    .runNext()) {
                status = controller.readRegister32(NvmRegisters.CSTS);
            }
            if ((status & NvmRegisters.CSTS_CFS_BIT) != 0) {
                throw new IllegalStateException("CSTS.CFS");
            }
            if ((status & NvmRegisters.CSTS_RDY_BIT) == 0) {
                throw new IllegalStateException("CSTS.RDY");
            }
            return status;
        });
    }

    /// The guest's access is blocked while the device is stopped; the VMM's own is not.
    private <T> T withAccess(Supplier<T> action) {
        controller.function().restoreAccess();
        try {
            return action.get();
        } finally {
            controller.function().blockAccess();
        }
    }
}
