package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.AdminTransportContract;
import io.nvmelm.transport.vfio.fake.FakeNvmeFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/// What every transport promises, kept by the admin queue in user space, which is polled.
class NvmeAdminTransportContractTest extends AdminTransportContract {
    private final List<NvmeTestBed> beds = new ArrayList<>();

    NvmeControllerOptions options() {
        return NvmeControllerOptions.defaults();
    }

    @Override
    protected AdminTransport openTransport() {
        var bed = new NvmeTestBed(builder -> {}, this::prepare);
        beds.add(bed);
        return bed.open(options()).transport();
    }

    @Override
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.of(() -> beds.getFirst().hangNext(AdminOpcode.IDENTIFY));
    }

    @AfterEach
    void nothingIsLeft() {
        closeTransports();
        beds.forEach(NvmeTestBed::assertClean);
    }

    /// Changes the function before it is plugged in.
    void prepare(FakeNvmeFunction function) {}
}
