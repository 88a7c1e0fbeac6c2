package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.transport.vfio.MediatedDevice;
import io.nvmelm.transport.vfio.PassthroughTransport;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Opening and closing again and again leaves no file, no mapping and no pinned memory in this process.
@Tag("guest")
class NothingIsLeftTest {
    private static final int ROUNDS = 100;

    private final GuestEnvironment guest = GuestEnvironment.read();

    @Test
    void ofADeviceWithRegionMemoryAndInterrupts() throws IOException {
        assertNothingLeft(() -> {
            try (var device = VfioDevice.open(PciAddress.parse(guest.spareController()))) {
                device.enableBusMaster();
                assertThat(device.region(0).read32(0x1C)).isNotEqualTo(-1);
                assertThat(device.allocateDma(100_000).segment().byteSize()).isEqualTo(102_400);
                assertThat(device.interrupts().enable(1)).hasSize(1);
            }
        });
    }

    @Test
    void ofAController() throws IOException {
        assertNothingLeft(() -> {
            try (var controller = NvmeController.open(
                    PciAddress.parse(guest.spareController()),
                    VfioOptions.defaults(),
                    NvmeControllerOptions.defaults())) {
                assertThat(controller.createIoQueuePair(4).id()).isPositive();
                assertThat(controller.transport().allocateRing(100_000).segment().byteSize()).isEqualTo(100_000);
                var _ = controller.transport().listenForEvents(event -> {});
            }
        });
    }

    @Test
    void ofAMigratableDeviceWithASession() throws IOException {
        MediatedDevice address = Mtty.third().address();
        assertNothingLeft(() -> {
            try (var device = VfioMigratableDevice.open(address)) {
                assertThat(device.setState(DeviceState.STOP_COPY)).isPresent();
            }
        });
    }

    @Test
    void ofAPassthrough() throws IOException {
        assertNothingLeft(() -> {
            try (var transport = PassthroughTransport.open(PciAddress.parse(guest.passthroughController()))) {
                assertThat(transport.allocate(8192).segment().byteSize()).isEqualTo(8192);
            }
        });
    }

    @Test
    void ofADeviceThatCannotMigrate() throws IOException {
        var address = PciAddress.parse(guest.plainVirtualFunction());
        assertNothingLeft(() -> assertThatThrownBy(() -> VfioMigratableDevice.open(address))
                .isInstanceOf(MigrationUnsupportedException.class));
    }

    private static void assertNothingLeft(Runnable round) throws IOException {
        round.run();
        var before = Left.now();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        assertThat(Left.now()).isEqualTo(before);
    }

    /// What this process has of VFIO and NVMe, and how much memory it has locked.
    private record Left(List<String> files, List<String> mappings, String locked, String pinned) {
        static Left now() throws IOException {
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                var files = open.map(Left::target)
                        .filter(target -> target.contains("vfio") || target.contains("nvme")
                                || target.contains("eventfd") || target.contains("iommu")
                                || target.contains("mtty"))
                        .sorted()
                        .toList();
                var mappings = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                        .filter(line -> line.contains("vfio"))
                        .toList();
                return new Left(files, mappings, status("VmLck"), status("VmPin"));
            }
        }

        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException closedMeanwhile) {
                return "";
            }
        }

        private static String status(String field) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(field))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
