package io.nvmelm.transport.vfio.nvme;

/// What every transport promises, kept by the admin queue in user space with interrupts.
class NvmeAdminTransportInterruptContractTest extends NvmeAdminTransportContractTest {
    @Override
    NvmeControllerOptions options() {
        return NvmeControllerOptions.defaults().withInterruptVectors(1).withCommandsInFlight(5);
    }
}
