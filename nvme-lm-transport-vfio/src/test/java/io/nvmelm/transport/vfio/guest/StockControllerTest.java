package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.transport.vfio.PassthroughTransport;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.PciTopology;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a controller without live migration says of itself, by both ways to its admin queue: why not, at discovery already, and
/// that it does not know the commands.
@Tag("guest")
class StockControllerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final GuestEnvironment GUEST = GuestEnvironment.read();

    /// A way to an admin queue.
    enum Way {
        USER_SPACE {
            @Override
            AdminTransport open() {
                return NvmeController.open(
                        PciAddress.parse(GUEST.spareController()),
                        VfioOptions.defaults(),
                        NvmeControllerOptions.defaults())
                        .transport();
            }
        },
        PASSTHROUGH {
            @Override
            AdminTransport open() {
                return PassthroughTransport.open(PciAddress.parse(GUEST.passthroughController()));
            }
        };

        abstract AdminTransport open();
    }

    @ParameterizedTest
    @EnumSource
    void discoverySaysThatItHasNoLiveMigration(Way way) {
        try (var transport = way.open()) {
            var controller = ControllingController.open(transport);

            assertThat(controller.identity().subsystemNqn()).isNotBlank();
            assertThat(controller.identity().serialNumber()).startsWith("nvmelm");
            assertThat(controller.unsupportedReasons()).anyMatch(reason -> reason.contains("OACS bit 11"));
            assertThatThrownBy(() -> controller.migratable(1)).isInstanceOf(MigrationUnsupportedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itDoesNotKnowTheCommands(Way way) {
        try (var transport = way.open();
                var arena = Arena.ofConfined()) {
            var entry = arena.allocate(SubmissionEntryView.BYTES, 8);
            AdminCommandCodec.encode(new SuspendCommand(1, SuspendType.SUSPEND, false), entry);

            var status = transport.submit(entry, null, 0, TIMEOUT).join().status();

            assertThat(status.toString()).contains("Invalid Command Opcode");
        }
    }

    @Test
    void ringMemoryIsAMatterOfTheWay() {
        try (var userSpace = Way.USER_SPACE.open();
                var passthrough = Way.PASSTHROUGH.open()) {
            assertThat(userSpace.limits().ringMemoryUnavailable()).isEmpty();
            assertThat(passthrough.limits().ringMemoryUnavailable()).isPresent();
        }
    }

    @Test
    void theVirtualFunctionIsTheFirstOfItsPhysicalFunction() {
        var topology = PciTopology.local();
        var virtual = PciAddress.parse(GUEST.plainVirtualFunction());

        assertThat(topology.physicalFunction(virtual)).isEqualTo(PciAddress.parse(GUEST.passthroughController()));
        assertThat(topology.virtualFunctionNumber(virtual)).isEqualTo(1);
        assertThat(topology.driver(virtual)).contains("vfio-pci");
    }

    @Test
    void everyProviderIsAvailable() {
        var providers = ServiceLoader.load(AdminTransportProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();

        assertThat(providers).extracting(AdminTransportProvider::name).contains("vfio", "nvme-passthrough");
        assertThat(providers).allSatisfy(provider -> assertThat(provider.unavailable()).as(provider.name()).isEmpty());
        for (var provider : providers) {
            var address = provider.name().equals("vfio") ? GUEST.spareController() : GUEST.passthroughController();
            try (var transport = provider.open(address)) {
                assertThat(ControllingController.open(transport).identity().serialNumber()).startsWith("nvmelm");
            }
        }
    }

    @Test
    void bothWaysSeeTheSameKindOfController() {
        var models = Stream.of(Way.values())
                .map(way -> {
                    try (var transport = way.open()) {
                        return ControllingController.open(transport).identity().modelNumber();
                    }
                })
                .distinct();
        assertThat(models).hasSize(1);
    }
}
