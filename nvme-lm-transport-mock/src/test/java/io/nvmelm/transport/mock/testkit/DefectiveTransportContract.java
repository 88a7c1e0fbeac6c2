package io.nvmelm.transport.mock.testkit;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.time.Duration;
import java.util.Optional;

/// The contract, for a transport with a defect.
final class DefectiveTransportContract extends AdminTransportContract {
    private final HostPair hosts = new HostPair(builder -> builder.maximumCommandsInFlight(4));
    private final Defect defect;

    DefectiveTransportContract(Defect defect) {
        this.defect = defect;
    }

    @Override
    protected AdminTransport openTransport() {
        return new DefectiveTransport(hosts.source().controllingTransport(), defect);
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
