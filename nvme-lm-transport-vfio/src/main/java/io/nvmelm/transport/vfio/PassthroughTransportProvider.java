package io.nvmelm.transport.vfio;

import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import java.util.Optional;
import java.util.function.Supplier;

/// Opens controllers that the kernel's nvme driver keeps ([PassthroughTransport]) by PCI address, under the name
/// `nvme-passthrough`.
public final class PassthroughTransportProvider implements AdminTransportProvider {
    private final Supplier<LinuxHost> host;

    /// For `ServiceLoader`. Does nothing.
    public PassthroughTransportProvider() {
        this(LinuxHost::local);
    }

    PassthroughTransportProvider(LinuxHost host) {
        this(() -> host);
    }

    private PassthroughTransportProvider(Supplier<LinuxHost> host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "nvme-passthrough";
    }

    /// Not available without native access, off Linux, without a node `/dev/nvmeN`, without the right to open one, and without
    /// `CAP_SYS_ADMIN`.
    @Override
    public Optional<String> unavailable() {
        return HostAvailability.withoutPassthrough(host);
    }

    /// @param address PCI address of the controller's function, for instance `0000:04:00.0`
    @Override
    public AdminTransport open(String address) {
        return PassthroughTransport.open(host.get(), PciAddress.parse(address), PassthroughOptions.defaults());
    }
}
