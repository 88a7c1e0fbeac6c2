package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;

/// Two subsystems of one world, between which controller state is carried.
abstract class StateTransferFixture {
    static final byte[] ONE_PAIR = MigrationCommandsTest.ONE_PAIR;

    final VirtualClock clock = new VirtualClock();
    final NamespaceMedium medium = new NamespaceMedium(1 << 20, 512);
    final LatencyModel latency = LatencyModel.none()
            .with(LatencyModel.CommandClass.WRITE, Duration.ofNanos(5_000))
            .with(LatencyModel.CommandClass.READ, Duration.ofNanos(7_000))
            .withFetchDelay(Duration.ofNanos(2_000))
            .withJitter(Duration.ofNanos(3_000));
    final InMemorySubsystem source = subsystem("a").build();
    final InMemorySubsystem target = subsystem("b").build();
    final ManagementHost sourceManagement = new ManagementHost(source);
    final ManagementHost targetManagement = new ManagementHost(target);

    InMemorySubsystemBuilder subsystem(String name) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.example:" + name)
                .migratableControllers(2)
                .maximumQueuePairs(4)
                .maximumQueueEntries(64)
                .namespace(medium)
                .latency(latency);
    }

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(source.violations()).isEmpty();
        assertThat(target.violations()).isEmpty();
    }

    Completion send(int sequence, int offset, byte[] piece) {
        return targetManagement.setState(sequence << 16 | 2, 0x1_0001, offset, piece);
    }

    static byte[] piece(int from, int to) {
        return Arrays.copyOfRange(ONE_PAIR, from, to);
    }

    boolean hasQueues() {
        return targetManagement.getState(0x1_0000, 1, 0, 48).bytes()[16] == 14;
    }
}
