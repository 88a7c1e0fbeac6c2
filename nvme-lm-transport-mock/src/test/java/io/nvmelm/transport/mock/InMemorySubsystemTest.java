package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InMemorySubsystemTest {
    private final VirtualClock clock = new VirtualClock();

    @Test
    void controllersAreFoundByIdentifier() {
        var subsystem = InMemorySubsystem.builder(clock)
                .controllingControllerId(0x20)
                .secondaryIdsFrom(0x21)
                .migratableControllers(3)
                .build();
        assertThat(subsystem.controllingController().controllerId()).isEqualTo(0x20);
        assertThat(subsystem.controller(0x20)).isSameAs(subsystem.controllingController());
        assertThat(subsystem.controller(0x23).controllerId()).isEqualTo(0x23);
        assertThat(subsystem.migratableControllerIds()).containsExactly(0x21, 0x22, 0x23);
        assertThatThrownBy(() -> subsystem.controller(0x24)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> subsystem.controller(0)).isInstanceOf(InvalidValueException.class);
    }

    static List<Consumer<InMemorySubsystemBuilder>> mistakes() {
        return List.of(
                b -> b.nqn(""),
                b -> b.nqn("n".repeat(224)),
                b -> b.serialNumber("s".repeat(21)),
                b -> b.modelNumber("\u00e4"),
                b -> b.firmwareRevision("123456789"),
                b -> b.controllingControllerId(0xFFF0),
                b -> b.migratableControllers(-1),
                b -> b.secondaryIdsFrom(-1),
                b -> b.maximumQueuePairs(0),
                b -> b.flexibleResources(1, 1),
                b -> b.flexibleResources(65_534, 1),
                b -> b.flexibleResources(2, 0),
                b -> b.flexibleResources(2, 65_536),
                b -> b.flexibleResources(65_533, 1).maximumQueuePairs(3).build(),
                b -> b.maximumQueueEntries(1),
                b -> b.maximumFetchedCommands(0),
                b -> b.mdts(19),
                b -> b.stateVersions(0x1_0000),
                b -> b.vendorStatePadding(-1),
                b -> b.maximumStateBytes(47),
                b -> b.maximumTransferBytes(4095),
                b -> b.maximumCommandsInFlight(0),
                b -> b.commandLogCapacity(-1),
                b -> b.controllingControllerId(1).build(),
                b -> b.secondaryIdsFrom(0xFFEF).migratableControllers(2).build());
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void valuesOutOfRangeAreRefused(Consumer<InMemorySubsystemBuilder> mistake) {
        assertThatThrownBy(() -> mistake.accept(InMemorySubsystem.builder(clock)))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void latenciesOutOfRangeAreRefused() {
        var none = LatencyModel.none();
        assertThatThrownBy(() -> none.withJitter(Duration.ofNanos(-1))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> none.withFetchDelay(Duration.ofDays(366))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> none.withBandwidth(0)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void oneLinkCarriesOneTransferAfterTheOther() {
        var subsystem = InMemorySubsystem.builder(clock)
                .latency(LatencyModel.none()
                        .with(LatencyModel.CommandClass.ADMIN, Duration.ofNanos(1_000))
                        .withBandwidth(4_096_000_000L))
                .build();
        var transport = subsystem.controllingTransport();
        var times = new ArrayList<Long>();
        for (int i = 0; i < 3; i++) {
            var memory = transport.allocate(4096);
            transport
                    .submit(ManagementHost.entry(0x06, 1, 0, 0, 0, 0), memory, 4096, Duration.ofSeconds(1))
                    .thenRun(() -> times.add(clock.nanoTime()));
        }
        clock.runUntilIdle();
        assertThat(times).containsExactly(2_000L, 3_000L, 4_000L);
    }

    @Test
    void whatASuspendedControllerDoesIsWrittenDown() {
        var subsystem = InMemorySubsystem.builder(clock).build();
        var host = new TestHost(subsystem.controller(1)).bringUp();
        var management = new ManagementHost(subsystem);
        raise(host.controller);
        assertThat(subsystem.violations()).isEmpty();
        management.suspend(1);
        raise(host.controller);
        assertThat(subsystem.violations()).singleElement().asString().startsWith("controller 1 raises interrupt 0h");
        management.resume(1);
        raise(host.controller);
        assertThat(subsystem.violations()).hasSize(1);
    }

    private void raise(InMemoryController controller) {
        clock.enter();
        controller.port().interrupt(0);
        clock.exit();
    }

    private static List<String> run(long seed) {
        var clock = new VirtualClock();
        var subsystem = InMemorySubsystem.builder(clock)
                .seed(seed)
                .latency(LatencyModel.none()
                        .with(LatencyModel.CommandClass.MIGRATION, Duration.ofNanos(500))
                        .with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(900))
                        .withFetchDelay(Duration.ofNanos(100))
                        .withJitter(Duration.ofNanos(1_000)))
                .build();
        var host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 32).createQueuePair(2, 32);
        var management = new ManagementHost(subsystem);
        var happened = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            host.submit(1 + i % 2, 0x00, e -> e.namespaceId(1));
            if (i % 10 == 5) {
                management.suspend(1);
                happened.add(java.util.HexFormat.of().formatHex(management.readState(1, 1, 1)));
                management.resume(1);
            }
            clock.advance(Duration.ofNanos(300));
            host.poll(1).forEach(e -> happened.add(clock.nanoTime() + " " + e));
            host.poll(2).forEach(e -> happened.add(clock.nanoTime() + " " + e));
        }
        clock.runUntilIdle();
        host.poll(1).forEach(e -> happened.add(e.toString()));
        subsystem.adminCommandLog().forEach(r -> happened.add(r.toString()));
        assertThat(subsystem.violations()).isEmpty();
        return happened;
    }

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(run(42)).isEqualTo(run(42));
        assertThat(run(42)).isNotEqualTo(run(43));
    }
}
