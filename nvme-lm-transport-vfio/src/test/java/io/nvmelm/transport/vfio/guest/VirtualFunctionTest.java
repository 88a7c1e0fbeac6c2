package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.TransportException;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.transport.vfio.AccessPath;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.PciTopology;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A physical function and a virtual function of it, both driven from user space: the first brings the controller of the second
/// online, as a host does before it gives the function to a guest.
@Tag("guest")
@Timeout(180)
class VirtualFunctionTest {
    private static final UUID TOKEN = UUID.fromString("8f2a6c1e-3b7d-4e5f-9a0b-1c2d3e4f5a6b");
    /// Not every kernel takes a token by cdev, and every one does by group.
    private static final VfioOptions WITH_TOKEN =
            VfioOptions.defaults().withPath(AccessPath.GROUP).withVfToken(TOKEN);
    private static final int QUEUES = 2;
    private static final int VECTORS = 2;

    private final PciAddress physical = PciAddress.parse(GuestEnvironment.read().userSpaceController());
    private final Path folder = GuestEnvironment.pciDevice(physical.toString());
    private PciAddress virtual;

    /// Opening the physical function resets it, which its virtual functions do not outlive: so it is opened first.
    private NvmeController openPhysical() throws IOException {
        var primary = NvmeController.open(physical, WITH_TOKEN, NvmeControllerOptions.defaults());
        makeVirtualFunction();
        return primary;
    }

    private void makeVirtualFunction() throws IOException {
        Files.writeString(folder.resolve("sriov_drivers_autoprobe"), "0");
        Files.writeString(folder.resolve("sriov_numvfs"), "1");
        var link = folder.resolve("virtfn0").toRealPath();
        virtual = PciAddress.parse(link.getFileName().toString());
        Files.writeString(link.resolve("driver_override"), "vfio-pci");
        Files.writeString(Path.of("/sys/bus/pci/drivers_probe"), virtual.toString());
    }

    @AfterEach
    void removeVirtualFunction() throws IOException {
        Files.writeString(folder.resolve("sriov_numvfs"), "0");
    }

    @Test
    void aVirtualFunctionIsBroughtOnlineAndReadsWhatThePhysicalOneWrote() throws IOException {
        try (var primary = openPhysical()) {
            var controlling = ControllingController.open(primary.transport());
            var secondary = secondaryOf(controlling);
            controlling.secondaries().takeOffline(secondary.controllerId());
            assertThat(controlling.secondaries().assignQueues(secondary.controllerId(), QUEUES)).isEqualTo(QUEUES);
            assertThat(controlling.secondaries().assignInterrupts(secondary.controllerId(), VECTORS))
                    .isEqualTo(VECTORS);
            try (var device = VfioDevice.open(virtual, WITH_TOKEN)) {
                controlling.secondaries().bringOnline(secondary.controllerId());
                assertThat(secondaryOf(controlling).online()).isTrue();
                byte[] written = write(primary);
                try (var controller = NvmeController.open(device, NvmeControllerOptions.defaults())) {
                    assertThat(ControllingController.open(controller.transport()).identity().controllerId())
                            .isEqualTo(secondary.controllerId());
                    assertThat(read(controller, written.length)).isEqualTo(written);
                }
            }
            controlling.secondaries().takeOffline(secondary.controllerId());
        }
    }

    @Test
    void aControllerWithoutResourcesDoesNotGoOnline() throws IOException {
        try (var primary = openPhysical()) {
            var controlling = ControllingController.open(primary.transport());
            int id = secondaryOf(controlling).controllerId();
            controlling.secondaries().takeOffline(id);
            controlling.secondaries().assignQueues(id, 0);

            assertThatThrownBy(() -> controlling.secondaries().bringOnline(id))
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessageContaining("20h");
        }
    }

    @Test
    void theTokenOfThePhysicalFunctionIsNeeded() throws IOException {
        try (var primary = VfioDevice.open(physical, WITH_TOKEN)) {
            makeVirtualFunction();
            assertThat(primary.name()).isEqualTo(physical.toString());
            assertThatThrownBy(() -> VfioDevice.open(virtual, VfioOptions.defaults().withPath(AccessPath.GROUP)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("VF token");
            assertThatThrownBy(() -> VfioDevice.open(virtual, WITH_TOKEN.withVfToken(new UUID(1, 2))))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("VF token");
        }
    }

    /// The list names secondary controllers by the number of their function, which sysfs tells.
    private SecondaryController secondaryOf(ControllingController controlling) {
        int number = PciTopology.local().virtualFunctionNumber(virtual);
        return controlling.secondaryControllers().stream()
                .filter(entry -> entry.vfNumber() == number)
                .findFirst()
                .orElseThrow();
    }

    private static byte[] write(NvmeController controller) {
        var namespace = controller.namespace(1);
        try (var queue = controller.createIoQueuePair(4);
                var memory = controller.transport().allocate(namespace.blockBytes())) {
            memory.segment().fill((byte) 0xC3);
            memory.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 0x3C);
            assertThat(queue.write(namespace, 100, 1, memory).join().isSuccess()).isTrue();
            return memory.segment().asSlice(0, namespace.blockBytes()).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static byte[] read(NvmeController controller, int byteSize) {
        var namespace = controller.namespace(1);
        try (var queue = controller.createIoQueuePair(4);
                var memory = controller.transport().allocate(byteSize)) {
            assertThat(queue.read(namespace, 100, 1, memory).join().isSuccess()).isTrue();
            return memory.segment().asSlice(0, byteSize).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
