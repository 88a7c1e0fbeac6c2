package io.nvmelm.transport.vfio.guest;

import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.AdminTransportContract;
import io.nvmelm.transport.vfio.PassthroughTransport;
import io.nvmelm.transport.vfio.PciAddress;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/// What an admin transport promises, by the kernel's nvme driver.
@Tag("guest")
class PassthroughContractTest extends AdminTransportContract {

    @Override
    protected AdminTransport openTransport() {
        return PassthroughTransport.open(PciAddress.parse(GuestEnvironment.read().passthroughController()));
    }

    /// An emulated processor is slow.
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(1);
    }
}
