package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.transport.vfio.fake.FakeNvmeFunction;

/// What every transport promises, kept by the admin queue in user space through registers that are mapped.
class NvmeAdminTransportMappedContractTest extends NvmeAdminTransportContractTest {
    @Override
    void prepare(FakeNvmeFunction function) {
        function.mapped();
    }
}
