package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nvmelm.InvalidValueException;
import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.spi.MigratableDeviceProvider;
import io.nvmelm.transport.vfio.nvme.UserSpaceTransportProvider;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The providers are found by `ServiceLoader`, on the class path and on the module path alike.
class ProviderServicesTest {

    @Test
    void transportsAreFoundByName() {
        assertThat(ServiceLoader.load(AdminTransportProvider.class))
                .filteredOn(provider -> provider.getClass().getPackageName().startsWith("io.nvmelm.transport.vfio"))
                .extracting(AdminTransportProvider::name)
                .containsExactly("vfio", "nvme-passthrough");
    }

    @Test
    void devicesAreFoundByName() {
        assertThat(ServiceLoader.load(MigratableDeviceProvider.class))
                .filteredOn(provider -> provider.getClass().getPackageName().startsWith("io.nvmelm.transport.vfio"))
                .extracting(MigratableDeviceProvider::name)
                .containsExactly("vfio");
    }

    @Test
    void everyProviderSaysOnAnyHostWhetherItCanBeUsed() {
        for (var provider : ServiceLoader.load(AdminTransportProvider.class)) {
            provider.unavailable().ifPresent(cause -> assertThat(cause).as(provider.name()).isNotBlank());
        }
        for (var provider : ServiceLoader.load(MigratableDeviceProvider.class)) {
            provider.unavailable().ifPresent(cause -> assertThat(cause).as(provider.name()).isNotBlank());
        }
    }

    @Test
    void theModuleProvidesWhatTheClassPathRegisters() throws IOException, URISyntaxException {
        var classes = Path.of(PassthroughTransportProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var descriptor = classes.resolve("module-info.class");
        assumeTrue(Files.exists(descriptor), "compiled without the module's descriptor");
        try (var bytes = Files.newInputStream(descriptor)) {
            var provided = ModuleDescriptor.read(bytes).provides().stream().collect(Collectors.toMap(
                    ModuleDescriptor.Provides::service, ModuleDescriptor.Provides::providers));
            assertThat(provided).containsOnlyKeys(
                    AdminTransportProvider.class.getName(), MigratableDeviceProvider.class.getName());
            for (var service : provided.entrySet()) {
                assertThat(registered(service.getKey())).isEqualTo(service.getValue());
            }
        }
    }

    private static List<String> registered(String service) throws IOException {
        try (var file = ProviderServicesTest.class.getResourceAsStream("/META-INF/services/" + service)) {
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void addressesOfDevicesArePciAddressesOrUuids() {
        assertThat(VfioMigratableDeviceProvider.parse("0000:04:10.0")).isEqualTo(new PciAddress(0, 4, 16, 0));
        var uuid = UUID.fromString("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
        assertThat(VfioMigratableDeviceProvider.parse(uuid.toString())).isEqualTo(new MediatedDevice(uuid));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vfio3", "0000:04:10.8", "83b8f4f2-509f-382f-3c1e", "1-1-1-1-1"})
    void anythingElseIsRefused(String address) {
        assertThatThrownBy(() -> new VfioMigratableDeviceProvider().open(address)).isInstanceOf(
                InvalidValueException.class);
        assertThatThrownBy(() -> new PassthroughTransportProvider().open(address)).isInstanceOf(
                InvalidValueException.class);
    }
}
