package io.nvmelm.transport.mock.testkit;

import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The in-memory transport keeps the contract, whatever its limits are.
class InMemoryTransportContractTest {

    @Nested
    @ExtendWith(InMemoryHosts.class)
    class WithDefaults extends InMemoryTransportContract {
        WithDefaults(HostPair hosts) {
            super(hosts);
        }
    }

    @Nested
    class WithOneCommandInFlight extends InMemoryTransportContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder
                .maximumCommandsInFlight(1));

        WithOneCommandInFlight(HostPair hosts) {
            super(hosts);
        }
    }

    @Nested
    class WithPagesAndOneHundredCommands extends InMemoryTransportContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(
                builder -> builder.maximumTransferBytes(4096).maximumCommandsInFlight(100));

        WithPagesAndOneHundredCommands(HostPair hosts) {
            super(hosts);
        }
    }

    @Nested
    class WithCompletionsOutOfOrder extends InMemoryTransportContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder.latency(LatencyModel
                .none()
                .with(CommandClass.ADMIN, Duration.ofNanos(5_000))
                .withJitter(Duration.ofNanos(40_000))));

        WithCompletionsOutOfOrder(HostPair hosts) {
            super(hosts);
        }
    }
}
