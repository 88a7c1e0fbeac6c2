package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The guest is what the other tests take it for.
@Tag("guest")
class GuestEnvironmentTest {

    private final GuestEnvironment guest = GuestEnvironment.read();

    @Test
    void theKernelIs612() throws IOException {
        assertThat(Files.readString(Path.of("/proc/sys/kernel/osrelease"))).startsWith("6.12.");
    }

    @Test
    void theTestsRunAsRoot() throws IOException {
        assertThat(Files.readAllLines(Path.of("/proc/self/status"))).contains("Uid:\t0\t0\t0\t0");
    }

    @Test
    void theContainerNodeExists() {
        assertThat(Path.of("/dev/vfio/vfio")).exists();
    }

    @Test
    void theKernelHasIommufdIfItWasBuiltForThat() {
        assertThat(Files.exists(Path.of("/dev/iommu"))).isEqualTo(guest.iommufd());
        assertThat(Files.isDirectory(Path.of("/dev/vfio/devices"))).isEqualTo(guest.iommufd());
    }

    @Test
    void everyFunctionIsBoundAsPromised() throws IOException {
        assertThat(driver(guest.userSpaceController())).isEqualTo("vfio-pci");
        assertThat(driver(guest.passthroughController())).isEqualTo("nvme");
        assertThat(driver(guest.plainVirtualFunction())).isEqualTo("vfio-pci");
        assertThat(driver(guest.spareController())).isEqualTo("vfio-pci");
        assertThat(driver(guest.unboundController())).isEqualTo("none");
    }

    @Test
    void everyFunctionOfVfioIsAloneInAGroupWithANode() throws IOException {
        for (var address : new String[] {guest.userSpaceController(), guest.plainVirtualFunction(),
            guest.spareController()}) {
            var device = GuestEnvironment.pciDevice(address);
            var group = GuestEnvironment.group(device).orElseThrow();
            assertThat(Path.of("/dev/vfio", group)).exists();
            try (Stream<Path> members = Files.list(device.resolve("iommu_group/devices"))) {
                assertThat(members.map(member -> member.getFileName().toString())).containsExactly(address);
            }
        }
    }

    @Test
    void theUserSpaceControllerCanHaveTwoVirtualFunctionsAndHasNone() throws IOException {
        var device = GuestEnvironment.pciDevice(guest.userSpaceController());
        assertThat(Files.readString(device.resolve("sriov_totalvfs")).strip()).isEqualTo("2");
        assertThat(Files.readString(device.resolve("sriov_numvfs")).strip()).isEqualTo("0");
        assertThat(Files.readString(Path.of("/sys/module/vfio_pci/parameters/enable_sriov")).strip()).isEqualTo("Y");
    }

    @Test
    void theVirtualFunctionBelongsToThePassthroughController() throws IOException {
        var parent = GuestEnvironment.pciDevice(guest.plainVirtualFunction()).resolve("physfn").toRealPath();
        assertThat(parent.getFileName()).hasToString(guest.passthroughController());
    }

    @Test
    void thePassthroughControllerHasACharacterDevice() throws IOException {
        try (Stream<Path> names = Files.list(GuestEnvironment.pciDevice(guest.passthroughController())
                .resolve("nvme"))) {
            assertThat(names.map(name -> Path.of("/dev").resolve(name.getFileName()))).hasSize(1)
                    .allSatisfy(node -> assertThat(node).exists());
        }
    }

    @Test
    void everySerialPortHasAGroupOfItsOwn() throws IOException {
        assertThat(guest.serialPorts()).hasSize(4).doesNotHaveDuplicates();
        for (var uuid : guest.serialPorts()) {
            var device = GuestEnvironment.mdevDevice(uuid);
            assertThat(GuestEnvironment.driver(device)).hasValue("mtty");
            assertThat(Path.of("/dev/vfio", GuestEnvironment.group(device).orElseThrow())).exists();
        }
    }

    private static String driver(String address) throws IOException {
        return GuestEnvironment.driver(GuestEnvironment.pciDevice(address)).orElse("none");
    }
}
