package io.nvmelm.transport.vfio.guest;

import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.AdminTransportContract;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/// What an admin transport promises, by a controller that is driven from user space.
@Tag("guest")
class UserSpaceContractTest extends AdminTransportContract {

    @Override
    protected AdminTransport openTransport() {
        return open(GuestEnvironment.read().spareController());
    }

    /// A controller has one driver at a time.
    @Override
    protected Optional<AdminTransport> openAnotherTransport() {
        return Optional.of(open(GuestEnvironment.read().userSpaceController()));
    }

    private static AdminTransport open(String address) {
        return NvmeController.open(
                PciAddress.parse(address), VfioOptions.defaults(), NvmeControllerOptions.defaults())
                .transport();
    }

    /// An emulated processor is slow.
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(1);
    }
}
