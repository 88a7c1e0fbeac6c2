package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.util.List;
import org.junit.jupiter.api.Test;

class DryRunExampleTest {
    private final VirtualClock clock = new VirtualClock();
    private final NamespaceMedium medium = new NamespaceMedium(1 << 16, 512);

    private InMemorySubsystem subsystem(String name, int mdts) {
        return InMemorySubsystem.builder(clock)
                .vendorState(false)
                .nqn("nqn.2014-08.org.example:" + name)
                .mdts(mdts)
                .namespace(medium)
                .build();
    }

    private static MigratableDevice open(InMemorySubsystem subsystem) {
        return NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(1),
                subsystem.controller(1).function());
    }

    @Test
    void theReasonsOfBothSidesAreFoundWhileTheGuestRuns() {
        var host = subsystem("source", 7);
        var guest = GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(host.controller(1));
        try (var source = open(host);
                var destination = open(subsystem("destination", 3))) {
            assertThat(DryRunExample.dryRun(List.of(source), DryRunExample.offer(List.of(destination))))
                    .extracting(PreflightFinding::field)
                    .contains("MDTS", "SUBNQN")
                    .doesNotContain("parts of the controller");
            DryRunExample.requireLoadable(List.of(destination));
            assertThatThrownBy(() -> DryRunExample.requireLoadable(List.of(source)))
                    .isInstanceOf(MigrationUnsupportedException.class)
                    .hasMessageContaining("2 I/O queues");
            assertThat(guest.run(100)).isTrue();
        }
    }
}
