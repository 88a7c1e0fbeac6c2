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
    private Optional<NvmeController> controller = Optional.empty();

    @Override
    protected AdminTransport openTransport() {
        var opened = open(GuestEnvironment.read().spareController());
        controller = Optional.of(opened);
        return opened.transport();
    }

    /// A controller has one driver at a time.
    @Override
    protected Optional<AdminTransport> openAnotherTransport() {
        return Optional.of(open(GuestEnvironment.read().userSpaceController()).transport());
    }

    private static NvmeController open(String address) {
        return NvmeController.open(
                PciAddress.parse(address), VfioOptions.defaults(), NvmeControllerOptions.defaults());
    }

    @Override
    protected Optional<Runnable> provokeEvent() {
        return Optional.of(() -> TemperatureEvent.provoke(transport()));
    }

    @Override
    protected Optional<Runnable> resetController() {
        return Optional.of(() -> controller.orElseThrow().reset());
    }

    /// An emulated processor is slow.
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(1);
    }
}
