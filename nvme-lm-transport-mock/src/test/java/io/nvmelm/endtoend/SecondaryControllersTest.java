package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.TransportException;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.guest.GuestDriverBuilder;
import org.junit.jupiter.api.Test;

/// A secondary controller from offline to a guest that uses it, over the transport.
class SecondaryControllersTest {
    private static final long SEED = 20_261_120;

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .migratableControllers(2)
            .maximumQueuePairs(8)
            .flexibleResources(12, 12)
            .namespace(new NamespaceMedium(1 << 16, 512))
            .latency(TwoHosts.LATENCY)
            .seed(SEED)
            .build();
    private final ControllingController controlling = ControllingController.open(subsystem.controllingTransport());

    private GuestDriverBuilder guest() {
        return GuestDriver.builder(clock, new GuestMemory(1L << 32)).queuePairs(4).queueEntries(16).seed(SEED);
    }

    @Test
    void aSecondaryIsMadeUsableByOfflineAssignAndOnline() {
        var secondaries = controlling.secondaries();
        assertThatExceptionOfType(TransportException.class).isThrownBy(() -> guest().start(subsystem.controller(1)));

        secondaries.takeOffline(1);
        assertThat(secondaries.assignQueues(1, 5)).isEqualTo(5);
        assertThat(secondaries.assignInterrupts(1, 6)).isEqualTo(6);
        secondaries.bringOnline(1);

        assertThat(controlling.secondaryControllers())
                .containsExactly(
                        new SecondaryController(1, 0, true, 1, 5, 6), new SecondaryController(2, 0, false, 2, 0, 0));
        assertThat(controlling.primaryCapabilities().queueResources())
                .isEqualTo(new FlexibleResources(12, 5, 0, 9, 9, 1));
        assertThat(controlling.primaryCapabilities().interruptResources())
                .isEqualTo(new FlexibleResources(12, 6, 0, 9, 9, 1));
        var driver = guest().start(subsystem.controller(1));
        assertThat(driver.feature(0x07)).isEqualTo(3 << 16 | 3);
        assertThat(driver.run(2_000)).isTrue();
        assertThat(driver.report().violations()).as("seed %d", SEED).isEmpty();
        assertThat(subsystem.violations()).isEmpty();
    }

    @Test
    void refusalsOfTheDeviceArriveWithTheirRemedy() {
        var secondaries = controlling.secondaries();

        assertRefused(StatusCode.INVALID_SECONDARY_CONTROLLER_STATE, () -> secondaries.bringOnline(1), "two VQ");
        assertRefused(
                StatusCode.INVALID_NUMBER_OF_CONTROLLER_RESOURCES, () -> secondaries.assignQueues(1, 10), "VQFRSM");
        secondaries.assignQueues(1, 9);
        assertRefused(StatusCode.INVALID_RESOURCE_IDENTIFIER, () -> secondaries.assignQueues(2, 4), "free");
        secondaries.assignInterrupts(1, 1);
        secondaries.bringOnline(1);
        assertRefused(
                StatusCode.INVALID_SECONDARY_CONTROLLER_STATE,
                () -> secondaries.assignInterrupts(1, 2),
                "take it offline first");
        assertRefused(StatusCode.INVALID_CONTROLLER_IDENTIFIER, () -> secondaries.takeOffline(3), "unknown");
    }

    private static void assertRefused(StatusCode code, Runnable operation, String remedy) {
        assertThatExceptionOfType(CommandFailedException.class)
                .isThrownBy(operation::run)
                .satisfies(e -> assertThat(e.status().is(code)).as(e.getMessage()).isTrue())
                .satisfies(e -> assertThat(e.remedy()).contains(remedy));
    }

    @Test
    void aSubsystemWithoutVirtualizationManagementIsLeftAlone() {
        var plain = InMemorySubsystem.builder(clock).build();
        var primary = ControllingController.open(plain.controllingTransport());

        assertThatExceptionOfType(CapabilityMissingException.class).isThrownBy(() -> primary.secondaries().takeOffline(
                1));
        assertThatExceptionOfType(CapabilityMissingException.class).isThrownBy(primary::primaryCapabilities);
    }
}
