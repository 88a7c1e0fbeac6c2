package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses, options, and the steps of giving back.
class OpeningValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0000:04:10.0, 0000:04:10.0", "04:10.7, 0000:04:10.7", "ABCD:fF:1F.3, abcd:ff:1f.3",
        "10000:e1:00.0, 10000:e1:00.0",
        "ffffffff:00:00.0, ffffffff:00:00.0",
    })
    void anAddressIsReadAndShownAsTheKernelShowsIt(String text, String shown) {
        var address = PciAddress.parse(text);
        assertThat(address).hasToString(shown);
        assertThat(address.kernelName()).isEqualTo(shown);
        assertThat(address.sysfsPath()).isEqualTo("/sys/bus/pci/devices/" + shown);
        assertThat(PciAddress.parse(shown)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "0000:04:10", "0000:04:10.8", "0000:04:20.0", "0000:4:10.0", "004:04:10.0", "0000:04:10.0 ", "nvme0",
        "123456789:00:00.0", "0000:04:10.0 vf_token=1", "../../x",
    })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> PciAddress.parse(text)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @CsvSource({"256, 0, 0", "-1, 0, 0", "0, 32, 0", "0, -1, 0", "0, 0, 8", "0, 0, -1"})
    void everyPartHasItsBound(int bus, int device, int function) {
        assertThatThrownBy(() -> new PciAddress(0, bus, device, function)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aMediatedDeviceIsFoundByItsUuid() {
        var uuid = UUID.fromString("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
        assertThat(new MediatedDevice(uuid)).hasToString(uuid.toString());
        assertThat(new MediatedDevice(uuid).sysfsPath()).isEqualTo("/sys/bus/mdev/devices/" + uuid);
    }

    @Test
    void optionsChangeOneByOne() {
        var token = new UUID(1, 2);
        var options = VfioOptions.defaults().withPath(AccessPath.CDEV).withVfToken(token).withOpenTimeout(Duration
                .ofNanos(1));
        assertThat(VfioOptions.defaults().path()).isEqualTo(AccessPath.AUTOMATIC);
        assertThat(VfioOptions.defaults().vfToken()).isEmpty();
        assertThat(options.path()).isEqualTo(AccessPath.CDEV);
        assertThat(options.vfToken()).hasValue(token);
        assertThat(options.openTimeout()).isEqualTo(Duration.ofNanos(1));
        for (var none : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            assertThatThrownBy(() -> options.withOpenTimeout(none)).isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void whatIsGivenBackIsGivenBackLastFirstWhateverFails() {
        var order = new ArrayList<Integer>();
        var resources = new OpenResources();
        resources.onFailure(() -> order.add(1));
        resources.onFailure(() -> fail("second"));
        resources.onFailure(() -> fail("third"));
        resources.onFailure(() -> order.add(4));
        assertThatThrownBy(resources::close)
                .hasMessageContaining("third")
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
        assertThat(order).containsExactly(4, 1);
        resources.close();
    }

    @Test
    void whatIsKeptIsNotGivenBack() {
        var order = new ArrayList<Integer>();
        try (var resources = new OpenResources()) {
            resources.onFailure(() -> order.add(1));
            resources.keep();
        }
        assertThat(order).isEmpty();
    }

    private static void fail(String message) {
        throw DeviceFacts.refusal(ScratchDevice.ADDRESS, message, "Nothing");
    }
}
