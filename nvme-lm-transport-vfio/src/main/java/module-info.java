import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.spi.MigratableDeviceProvider;
import io.nvmelm.transport.vfio.PassthroughTransportProvider;
import io.nvmelm.transport.vfio.VfioMigratableDeviceProvider;
import io.nvmelm.transport.vfio.nvme.UserSpaceTransportProvider;
import org.jspecify.annotations.NullMarked;

/// The transport of nvme-lm that drives a device through Linux: VFIO, iommufd, and the passthrough of the kernel's nvme driver.
/// Needs `--enable-native-access=io.nvmelm.transport.vfio`.
@NullMarked
module io.nvmelm.transport.vfio {
    requires transitive io.nvmelm.api;
    requires io.nvmelm.core;
    requires jdk.jfr;
    requires static org.jspecify;

    exports io.nvmelm.transport.vfio;
    exports io.nvmelm.transport.vfio.nvme;

    provides AdminTransportProvider with UserSpaceTransportProvider, PassthroughTransportProvider;
    provides MigratableDeviceProvider with VfioMigratableDeviceProvider;
}
