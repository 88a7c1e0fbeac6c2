package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakeNvme;
import io.nvmelm.transport.vfio.passthrough.ScriptedHost;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A provider says whether it can be used, why not, and what to run.
class ProviderAvailabilityTest {
    private static final String CONTAINER = "/dev/vfio/vfio";
    private static final String IOMMUFD = "/dev/iommu";
    private static final String GROUP = "/sys/kernel/iommu_groups/7";

    private final ScriptedHost host = new ScriptedHost();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(host.openFiles()).isEmpty();
    }

    private void makeVfioUsable() {
        host.files().text(GROUP + "/type", "DMA-FQ").node(CONTAINER).node(IOMMUFD);
    }

    private Optional<String> vfio() {
        return new VfioMigratableDeviceProvider(host.host()).unavailable();
    }

    private Optional<String> passthrough() {
        return new PassthroughTransportProvider(host.host()).unavailable();
    }

    @Test
    void vfioIsAvailableWithAnIommuAndANode() {
        makeVfioUsable();
        assertThat(vfio()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {CONTAINER, IOMMUFD})
    void oneWayThatOpensIsEnough(String refused) {
        makeVfioUsable();
        host.failOpen(refused, 13);
        assertThat(vfio()).isEmpty();
        host.files().remove(refused);
        assertThat(vfio()).isEmpty();
    }

    @Test
    void withoutIommuVfioIsNotAvailable() {
        makeVfioUsable();
        host.files().remove(GROUP);
        assertThat(vfio().orElseThrow()).contains("no IOMMU group", "intel_iommu=on");
    }

    @Test
    void groupsWithoutProtectionAreNoIommu() {
        makeVfioUsable();
        host.files().text(GROUP + "/name", "vfio-noiommu");
        assertThat(vfio().orElseThrow()).contains("no IOMMU group");
        host.files().text("/sys/kernel/iommu_groups/8/name", "vfio-mdev");
        assertThat(vfio()).isEmpty();
    }

    @Test
    void mediatedDevicesNeedNoIommu() {
        makeVfioUsable();
        host.files().text(GROUP + "/name", "vfio-noiommu");
        host.files().text("/sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001/x", "");
        assertThat(vfio()).isEmpty();
    }

    @Test
    void withoutNodesVfioIsNotAvailable() {
        makeVfioUsable();
        host.files().remove("/dev/vfio").remove(IOMMUFD);
        assertThat(vfio().orElseThrow()).contains(
                "Neither /dev/vfio/vfio nor /dev/iommu is there", "modprobe vfio-pci");
    }

    @ParameterizedTest
    @CsvSource({
        "13,run as root",
        "1,chown $USER /dev/iommu",
        "19,modprobe vfio-pci",
        "6,modprobe vfio-pci",
        "24,ulimit -n",
        "5,dmesg"
    })
    void nodesThatDoNotOpenAreNamedWithWhatToDo(int errno, String remedy) {
        makeVfioUsable();
        host.failOpen(CONTAINER, errno).failOpen(IOMMUFD, errno);
        assertThat(vfio().orElseThrow()).contains("/dev/iommu cannot be opened", remedy);
    }

    @Test
    void passthroughIsAvailableWithANodeThatOpens() {
        assertThat(passthrough()).isEmpty();
    }

    @Test
    void withoutNodesPassthroughIsNotAvailable() {
        host.files().remove(ScriptedHost.NODE).node("/dev/nvme3n1").node("/dev/nvme-fabrics");
        assertThat(passthrough().orElseThrow()).contains("no node /dev/nvmeN", "modprobe nvme");
    }

    @ParameterizedTest
    @CsvSource({"13,chown $USER /dev/nvme3", "19,modprobe nvme"})
    void aNodeThatDoesNotOpenIsNamedWithWhatToDo(int errno, String remedy) {
        host.failOpen(ScriptedHost.NODE, errno);
        assertThat(passthrough().orElseThrow()).contains("/dev/nvme3 cannot be opened", remedy);
    }

    @ParameterizedTest
    @CsvSource({"000001ffffffffff,true", "0000000000200000,true", "ffffffffffdfffff,false", "0,false",
        "8000000000000000,false"})
    void passthroughNeedsTheCapability(String effective, boolean available) {
        host.files().text("/proc/self/status", "Name:\tjava\nCapInh:\t0\nCapEff:\t" + effective + "\nCapBnd:\t0");
        assertThat(passthrough().isEmpty()).isEqualTo(available);
        passthrough().ifPresent(cause -> assertThat(cause).contains("CAP_SYS_ADMIN"));
    }

    @Test
    void aHostThatCannotBeCalledIsTheCause() {
        var failure = new TransportException(
                FailureCategory.FATAL, "native access is not enabled", "Start Java with --enable-native-access=x", 0,
                null);
        assertThat(HostAvailability.withoutVfio(() -> {
            throw failure;
        })).contains("native access is not enabled. Start Java with --enable-native-access=x");
        assertThat(HostAvailability.withoutPassthrough(() -> {
            throw failure;
        })).isPresent();
    }

    @Test
    void aFullHostHasBothAndLeavesNothingOpen() {
        var full = new FakeHost();
        var subsystem = InMemorySubsystem.builder(new VirtualClock()).build();
        FakeNvme.onKernelDriver(full, "0000:04:00.0", 0, subsystem);
        assertThat(new VfioMigratableDeviceProvider(full.host()).unavailable()).isEmpty();
        var provider = new PassthroughTransportProvider(full.host());
        assertThat(provider.unavailable()).isEmpty();
        full.assertNothingLeft();
        try (var transport = provider.open("04:00.0")) {
            assertThat(transport.limits().maximumCommandsInFlight()).isEqualTo(1);
        }
        full.assertNothingLeft();
    }
}
