package io.nvmelm.transport.mock.testkit;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import java.util.Optional;
import java.util.OptionalInt;

/// The contract of a transport, kept by the in-memory one; subclasses choose the subsystem.
abstract class InMemoryTransportContract extends AdminTransportContract {
    private static final int ONE_SHOT = 4;

    private final HostPair hosts;

    InMemoryTransportContract(HostPair hosts) {
        this.hosts = hosts;
    }

    @Override
    protected AdminTransport openTransport() {
        return hosts.source().controllingTransport();
    }

    @Override
    protected OptionalInt loggedController() {
        return OptionalInt.of(hosts.source().migratableControllerIds().getFirst());
    }

    @Override
    protected Optional<Runnable> provokeEvent() {
        return Optional.of(() -> hosts.source().controllingController().raiseAsynchronousEvent(ONE_SHOT, 7, 0));
    }

    @Override
    protected Optional<Runnable> resetController() {
        return Optional.of(hosts.source().controllingController()::functionLevelReset);
    }

    @Override
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.of(
                () -> hosts.source().faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut());
    }
}
