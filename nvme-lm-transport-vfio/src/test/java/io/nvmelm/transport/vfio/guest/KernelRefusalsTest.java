package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.AccessPath;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What this kernel refuses, and that the message says what to do.
@Tag("guest")
class KernelRefusalsTest {
    private static final int EINVAL = 22;
    private static final int EBUSY = 16;

    private final GuestEnvironment guest = GuestEnvironment.read();

    @Test
    void aDeviceOfAnotherDriverIsRefused() {
        var address = PciAddress.parse(guest.passthroughController());

        assertThatThrownBy(() -> VfioDevice.open(address))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("bound to the driver nvme")
                .hasMessageContaining(address + " > /sys/bus/pci/devices/" + address + "/driver/unbind");
    }

    @Test
    void aDeviceWithoutDriverIsRefused() {
        var address = PciAddress.parse(guest.unboundController());

        assertThatThrownBy(() -> VfioDevice.open(address))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("bound to no driver")
                .hasMessageContaining("driver_override");
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> VfioDevice.open(PciAddress.parse("0000:ff:1f.7")))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("there is no device 0000:ff:1f.7");
    }

    @Test
    void aDeviceIsOpenedOnce() {
        var address = PciAddress.parse(guest.spareController());
        try (var first = VfioDevice.open(address)) {
            assertThat(first.name()).isEqualTo(address.toString());
            assertThatThrownBy(() -> VfioDevice.open(address))
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            e -> assertThat(e.errno().orElseThrow()).isIn(EBUSY, EINVAL))
                    .hasMessageContaining("fuser");
        }
        VfioDevice.open(address).close();
    }

    @Test
    void aTokenThatNobodyAskedForIsRefused() {
        var address = PciAddress.parse(guest.plainVirtualFunction());
        var options = VfioOptions.defaults().withPath(AccessPath.GROUP).withVfToken(new UUID(1, 2));

        assertThatThrownBy(() -> VfioDevice.open(address, options))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("without VF token");
    }

    @Test
    void plainVfioPciSaysWhyItCannotMigrate() {
        var address = PciAddress.parse(guest.plainVirtualFunction());

        assertThatThrownBy(() -> VfioMigratableDevice.open(address))
                .isInstanceOfSatisfying(
                        MigrationUnsupportedException.class, e -> assertThat(e.reasons()).hasSize(1).first().asString()
                                .contains("vfio-pci"))
                .hasMessageContaining(address.toString());
        VfioDevice.open(address).close();
    }
}
