package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.spi.MigratableDeviceProvider;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Opens devices that a VFIO driver of the kernel migrates ([VfioMigratableDevice]), by PCI address or by the UUID of a mediated
/// device, under the name `vfio`.
public final class VfioMigratableDeviceProvider implements MigratableDeviceProvider {
    private static final Pattern UUID_TEXT =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Supplier<LinuxHost> host;

    /// For `ServiceLoader`. Does nothing.
    public VfioMigratableDeviceProvider() {
        this(LinuxHost::local);
    }

    VfioMigratableDeviceProvider(LinuxHost host) {
        this(() -> host);
    }

    private VfioMigratableDeviceProvider(Supplier<LinuxHost> host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "vfio";
    }

    /// Not available without native access, off Linux, without an IOMMU group (a mediated device brings its own), and without the
    /// right to open `/dev/vfio/vfio` or `/dev/iommu`.
    @Override
    public Optional<String> unavailable() {
        return HostAvailability.withoutVfio(host);
    }

    /// @param address PCI address of a function, for instance `0000:04:10.0`, or UUID of a mediated device
    @Override
    public MigratableDevice open(String address) {
        return VfioMigratableDevice.open(parse(address));
    }

    /// {@return what an address names}
    ///
    /// @throws InvalidValueException when it is neither a PCI address nor a UUID
    static DeviceAddress parse(String address) {
        return UUID_TEXT.matcher(address).matches()
                ? new MediatedDevice(UUID.fromString(address))
                : PciAddress.parse(address);
    }
}
