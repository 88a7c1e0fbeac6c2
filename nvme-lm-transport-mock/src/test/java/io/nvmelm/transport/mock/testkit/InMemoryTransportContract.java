package io.nvmelm.transport.mock.testkit;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import java.util.Optional;

/// The contract of a transport, kept by the in-memory one; subclasses choose the subsystem.
abstract class InMemoryTransportContract extends AdminTransportContract {
    private final HostPair hosts;

    InMemoryTransportContract(HostPair hosts) {
        this.hosts = hosts;
    }

    @Override
    protected AdminTransport openTransport() {
        return hosts.source().controllingTransport();
    }

    @Override
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.of(
                () -> hosts.source().faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut());
    }
}
