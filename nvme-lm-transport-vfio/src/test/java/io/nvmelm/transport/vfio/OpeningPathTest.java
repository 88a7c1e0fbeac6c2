package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which way a device is opened, and what it then is.
class OpeningPathTest {
    private final ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({
        // iommufd, groups, cdev of the device, token: path
        "true, true, true, false, CDEV",
        "true, false, true, false, CDEV",
        "false, true, true, false, GROUP",
        "true, true, false, false, GROUP",
        "true, true, true, true, GROUP",
    })
    void theWayIsChosenByWhatThereIs(boolean iommufd, boolean groups, boolean cdev, boolean token, AccessPath path) {
        scratch.host.useIommufd(iommufd).useGroups(groups);
        scratch.pci.cdev(cdev).sriovCapable(true);
        var options = VfioOptions.defaults();
        try (var device = scratch.open(token ? options.withVfToken(new UUID(1, 2)) : options)) {
            assertThat(device.path()).isEqualTo(path);
        }
    }

    @Test
    void aTokenGoesByCdevWhereThereAreNoGroups() {
        scratch.host.useGroups(false).newerKernel(true);
        scratch.pci.sriovCapable(true);
        try (var device = scratch.open(VfioOptions.defaults().withVfToken(new UUID(1, 2)))) {
            assertThat(device.path()).isEqualTo(AccessPath.CDEV);
        }
        assertThat(scratch.pci.token()).isEqualTo(new UUID(1, 2));
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void theWayThatIsAskedForIsTaken(AccessPath path) {
        try (var device = scratch.open(path)) {
            assertThat(device.path()).isEqualTo(path);
            assertThat(scratch.host.openDescriptors())
                    .hasSize(path == AccessPath.GROUP ? 3 : 2)
                    .anyMatch(name -> name.endsWith(path == AccessPath.GROUP
                            ? "/dev/vfio/10"
                            : "/dev/vfio/devices/vfio0"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void anOpenDeviceIsResetAndDescribed(AccessPath path) {
        try (var device = scratch.open(path)) {
            assertThat(scratch.function.resets()).isPositive();
            assertThat(device.address()).isEqualTo(ScratchDevice.ADDRESS);
            assertThat(device.name()).isEqualTo(ScratchDevice.NAME);
            assertThat(device.regionCount()).isEqualTo(9);
            assertThat(device.isPci()).isTrue();
            assertThat(device.resettable()).isTrue();
            assertThat(device.options().path()).isEqualTo(path);
            assertThat(device.iommufd().isPresent()).isEqualTo(path == AccessPath.CDEV);
            assertThat(scratch.pci.isOpen()).isTrue();
        }
        assertThat(scratch.pci.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void thePageTableTracksWritesWhereTheIommuCan(boolean can) {
        scratch.host.iommuTracksDirty(can);
        try (var device = scratch.open(AccessPath.CDEV)) {
            assertThat(device.iommufd().orElseThrow().hwptId() != 0).isEqualTo(can);
            device.allocateDma(1).close();
        }
    }

    /// Groups of mediated devices are named like those without IOMMU, yet their drivers confine them.
    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void aMediatedDeviceIsOpenedThoughTheNameOfItsGroupSaysNoIommu(AccessPath path) {
        var uuid = UUID.fromString("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
        var mediated = scratch.host.addMediatedDevice(uuid, new ScratchFunction());
        scratch.host.putFile("/sys/kernel/iommu_groups/" + mediated.group() + "/name", "vfio-noiommu");
        var options = VfioOptions.defaults().withPath(path);
        try (var device = TestDevices.open(scratch.host.host(), new MediatedDevice(uuid), options)) {
            assertThat(device.path()).isEqualTo(path);
            assertThat(device.name()).isEqualTo(uuid.toString());
        }
    }

    @Test
    void twoDevicesAreOpenAtOnce() {
        scratch.host.addPciDevice("0000:05:00.0", new ScratchFunction());
        var other = PciAddress.parse("05:00.0");
        var first = scratch.open(AccessPath.GROUP);
        try (var second = TestDevices.open(scratch.host.host(), other, VfioOptions.defaults())) {
            assertThat(second.path()).isEqualTo(AccessPath.CDEV);
            first.close();
            assertThat(second.region(7).read16(0)).isEqualTo(0x1b36);
        }
    }

    /// What distributions leave to root, and a user was given the group alone.
    @ParameterizedTest
    @ValueSource(strings = {"/dev/iommu", "/dev/vfio/devices/vfio0"})
    void theGroupIsTakenWhereTheCdevIsNotForThisProcess(String node) {
        var host = new ScratchDevice();
        host.host.useIommufd(true);
        host.host.refuseOpen(node, 13);
        try (var device = host.open(AccessPath.AUTOMATIC)) {
            assertThat(device.path()).isEqualTo(AccessPath.GROUP);
        }
        assertThatThrownBy(() -> host.open(AccessPath.CDEV))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(node);
        host.host.refuseOpen("/dev/vfio/vfio", 13);
        assertThatThrownBy(() -> host.open(AccessPath.AUTOMATIC))
                .hasMessageContaining("/dev/vfio/vfio")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        host.host.assertNothingLeft();
    }
}
