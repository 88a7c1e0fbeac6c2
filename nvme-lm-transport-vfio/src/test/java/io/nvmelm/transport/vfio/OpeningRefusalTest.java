package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import io.nvmelm.transport.vfio.linux.Errno;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Hosts and devices that cannot be opened at all: the message is what the user reads.
class OpeningRefusalTest {
    private static final String NO_IOMMU =
            "Switch the IOMMU on in the firmware (VT-d, AMD-Vi) and by the kernel command line (intel_iommu=on)";

    private final ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    private TransportException refusal(AccessPath path) {
        return refusal(ScratchDevice.ADDRESS, path);
    }

    private TransportException refusal(DeviceAddress address, AccessPath path) {
        try {
            TestDevices.open(scratch.host.host(), address, VfioOptions.defaults().withPath(path)).close();
        } catch (TransportException refusal) {
            assertThat(refusal.device()).isEqualTo(address.kernelName());
            assertThat(refusal.step()).isEqualTo("opening");
            return refusal;
        }
        throw new AssertionError("opened");
    }

    @Test
    void aDeviceThatIsNotThere() {
        assertThat(refusal(PciAddress.parse("0000:ff:1f.7"), AccessPath.AUTOMATIC))
                .hasMessage(
                        "0000:ff:1f.7: opening: there is no device 0000:ff:1f.7 (/sys/bus/pci/devices/0000:ff:1f.7). "
                                + "List the devices with: lspci -D");
        var uuid = new MediatedDevice(new UUID(0, 1));
        assertThat(refusal(uuid, AccessPath.AUTOMATIC)).hasMessageContaining("ls /sys/bus/mdev/devices");
    }

    @Test
    void aDeviceOfAnotherDriver() {
        scratch.pci.driver("nvme");
        assertThat(refusal(AccessPath.AUTOMATIC))
                .hasMessage("0000:04:10.0: opening: it is bound to the driver nvme, not to one of VFIO. "
                        + "Bind it with: modprobe vfio-pci; "
                        + "echo vfio-pci > /sys/bus/pci/devices/0000:04:10.0/driver_override; "
                        + "echo 0000:04:10.0 > /sys/bus/pci/devices/0000:04:10.0/driver/unbind; "
                        + "echo 0000:04:10.0 > /sys/bus/pci/drivers_probe");
    }

    @Test
    void aDeviceOfNoDriver() {
        scratch.pci.driver(null);
        assertThat(refusal(AccessPath.GROUP))
                .hasMessage("0000:04:10.0: opening: it is bound to no driver, not to one of VFIO. "
                        + "Bind it with: modprobe vfio-pci; "
                        + "echo vfio-pci > /sys/bus/pci/devices/0000:04:10.0/driver_override; "
                        + "echo 0000:04:10.0 > /sys/bus/pci/drivers_probe");
    }

    @Test
    void aMediatedDeviceOfNoDriver() {
        var uuid = UUID.fromString("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
        scratch.host.addMediatedDevice(uuid, new ScratchFunction()).driver(null);
        assertThat(refusal(new MediatedDevice(uuid), AccessPath.AUTOMATIC))
                .hasMessageContaining("it is bound to no driver")
                .hasMessageContaining("echo " + uuid + " > /sys/class/mdev_bus/");
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceWithoutIommu(AccessPath path) {
        scratch.pci.group(-1);
        assertThat(refusal(path))
                .hasMessage("0000:04:10.0: opening: it has no IOMMU group, so its memory accesses cannot be confined. "
                        + NO_IOMMU);
    }

    @Test
    void aDeviceWithoutIommuOnAnotherDriverIsNotToldToBindIt() {
        scratch.pci.group(-1).driver("nvme");
        assertThat(refusal(AccessPath.AUTOMATIC)).hasMessageContaining("no IOMMU group");
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceInNoIommuMode(AccessPath path) {
        scratch.pci.noIommu(true);
        assertThat(refusal(path)).hasMessageContaining("it runs in no-IOMMU mode").hasMessageEndingWith(NO_IOMMU);
    }

    @Test
    void aNodeOfNoIommuModeIsEnough() {
        scratch.host.putFile("/dev/vfio/noiommu-10", "");
        assertThat(refusal(AccessPath.AUTOMATIC)).hasMessageContaining("it runs in no-IOMMU mode");
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatIsNotViableNamesItsMembersAndTheCommands(AccessPath path) {
        scratch.host.addPciDevice("0000:04:10.1", new ScratchFunction()).group(10).driver("nvme");
        scratch.host.addPciDevice("0000:04:10.2", new ScratchFunction()).group(10).driver(null);
        scratch.host.addPciDevice("0000:04:10.3", new ScratchFunction()).group(10).driver("pcieport");
        assertThat(refusal(path))
                .hasMessageContaining("it has 0000:04:10.0 (vfio-pci), 0000:04:10.1 (nvme), 0000:04:10.2 (no driver), "
                        + "0000:04:10.3 (pcieport); as root: "
                        + "echo 0000:04:10.1 > /sys/bus/pci/devices/0000:04:10.1/driver/unbind")
                .hasMessageNotContaining("10.3/driver/unbind");
    }

    @Test
    void aHostWithoutVfio() {
        scratch.host.removeVfioModule();
        assertThat(refusal(AccessPath.AUTOMATIC))
                .hasMessageContaining("opening /dev/vfio/vfio failed: ENOENT")
                .hasMessageContaining("modprobe vfio-pci");
    }

    @Test
    void aHostWithoutIommufdWhenTheCdevIsAskedFor() {
        scratch.host.useIommufd(false);
        scratch.pci.cdev(false);
        assertThat(refusal(AccessPath.CDEV))
                .hasMessageContaining("the kernel has no character device for it")
                .hasMessageContaining("CONFIG_VFIO_DEVICE_CDEV");
    }

    @Test
    void missingRightsNameTheCommand() {
        scratch.pci.groupErrno(Errno.EACCES).cdevErrno(Errno.EACCES);
        String user = System.getProperty("user.name");
        assertThat(refusal(AccessPath.GROUP)).hasMessageEndingWith("as root: chown " + user + " /dev/vfio/10");
        assertThat(refusal(AccessPath.CDEV)).hasMessageEndingWith("as root: chown " + user
                + " /dev/vfio/devices/vfio0");
        scratch.host.refuseOpen("/dev/iommu", Errno.EACCES);
        assertThat(refusal(AccessPath.CDEV)).hasMessageEndingWith("as root: chown " + user + " /dev/iommu");
    }

    @Test
    void theLocalHostIsRefusedOrSaysWhatIsMissing() {
        assertThatThrownBy(() -> VfioDevice.open(PciAddress.parse("ffff:ff:1f.7")))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("there is no device ffff:ff:1f.7");
    }
}
