package io.nvmelm.transport.mock.testkit;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// The contract, for a transport with a defect.
final class DefectiveTransportContract extends AdminTransportContract {
    private static final int ONE_SHOT = 4;

    private final HostPair hosts = new HostPair(builder -> builder.maximumCommandsInFlight(4));
    private final Defect defect;
    private DefectiveTransport transport;

    DefectiveTransportContract(Defect defect) {
        this.defect = defect;
    }

    @Override
    protected AdminTransport openTransport() {
        transport = new DefectiveTransport(hosts.source().controllingTransport(), defect);
        return transport;
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
        return Optional.of(() -> {
            hosts.source().controllingController().functionLevelReset();
            transport.controllerWasReset();
        });
    }

    @Override
    protected Optional<AdminTransport> openAnotherTransport() {
        return Optional.empty();
    }

    @Override
    protected Duration patience() {
        return Duration.ofMillis(500);
    }

    @Override
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.of(
                () -> hosts.source().faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut());
    }
}
