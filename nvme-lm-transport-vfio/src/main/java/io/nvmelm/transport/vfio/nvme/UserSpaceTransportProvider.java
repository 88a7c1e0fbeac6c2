package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import java.util.Optional;

/// Opens controllers that this process drives through VFIO, with an admin queue in user space ([NvmeController]), by PCI address,
/// under the name `vfio`. Closing the transport closes the controller and its device.
public final class UserSpaceTransportProvider implements AdminTransportProvider {

    /// For `ServiceLoader`. Does nothing.
    public UserSpaceTransportProvider() {}

    @Override
    public String name() {
        return "vfio";
    }

    /// Not available where [VfioDevice#unavailable()] says why.
    @Override
    public Optional<String> unavailable() {
        return VfioDevice.unavailable();
    }

    /// @param address PCI address of the controller's function, for instance `0000:04:00.0`
    @Override
    public AdminTransport open(String address) {
        return NvmeController.open(
                PciAddress.parse(address), VfioOptions.defaults(), NvmeControllerOptions.defaults())
                .transport();
    }
}
