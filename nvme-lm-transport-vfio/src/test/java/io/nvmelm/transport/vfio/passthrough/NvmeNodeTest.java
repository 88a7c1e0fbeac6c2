package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The node is found by PCI address, and whatever is in the way is named with the command that removes it.
class NvmeNodeTest {
    private final ScriptedHost host = new ScriptedHost();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(host.openFiles()).isEmpty();
    }

    private TransportException refusal() {
        var refusal = catchThrowableOfType(
                TransportException.class, () -> NvmeNode.open(host.host(), ScriptedHost.ADDRESS).close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).startsWith("0000:04:00.0: opening: ");
        return refusal;
    }

    @Test
    void theNodeIsFoundBelowTheFunction() {
        try (var node = NvmeNode.open(host.host(), ScriptedHost.ADDRESS)) {
            assertThat(node.name()).isEqualTo("/dev/nvme3");
        }
    }

    @Test
    void otherEntriesBesideTheControllerAreNotTakenForIt() {
        host.files().node(ScriptedHost.FOLDER + "/nvme/nvme3c0n1").node(ScriptedHost.FOLDER + "/nvme/nvme-subsys0");
        try (var node = NvmeNode.open(host.host(), ScriptedHost.ADDRESS)) {
            assertThat(node.name()).isEqualTo("/dev/nvme3");
        }
    }

    @Test
    void aFunctionThatIsNotThereIsRefused() {
        host.files().remove(ScriptedHost.FOLDER);
        var refusal = refusal();
        assertThat(refusal.category()).isEqualTo(FailureCategory.FATAL);
        assertThat(refusal).hasMessageContaining("there is no PCI function 0000:04:00.0").hasMessageContaining(
                "lspci -D");
    }

    @Test
    void aFunctionOnAnotherDriverIsRefusedWithTheCommandsThatRebindIt() {
        host.files().link(ScriptedHost.FOLDER + "/driver", "../../../bus/pci/drivers/vfio-pci");
        assertThat(refusal())
                .hasMessageContaining("it is bound to the driver vfio-pci")
                .hasMessageContaining("modprobe nvme; echo nvme > /sys/bus/pci/devices/0000:04:00.0/driver_override; "
                        + "echo 0000:04:00.0 > /sys/bus/pci/devices/0000:04:00.0/driver/unbind; "
                        + "echo 0000:04:00.0 > /sys/bus/pci/drivers_probe")
                .hasMessageContaining("admin queue in user space");
    }

    @Test
    void aFunctionWithoutDriverIsRefusedWithTheCommandsThatBindIt() {
        host.files().remove(ScriptedHost.FOLDER + "/driver");
        assertThat(refusal())
                .hasMessageContaining("it is bound to no driver")
                .hasMessageContaining("driver_override; echo 0000:04:00.0 > /sys/bus/pci/drivers_probe");
    }

    @Test
    void aControllerThatDidNotComeUpIsRefused() {
        host.files().remove(ScriptedHost.FOLDER + "/nvme").node(ScriptedHost.FOLDER + "/nvme");
        assertThat(refusal()).hasMessageContaining("shows no controller").hasMessageContaining("dmesg");
    }

    @ParameterizedTest
    @CsvSource({
        "2,ABORT_MIGRATION,mount devtmpfs",
        "13,ABORT_MIGRATION,chown $USER /dev/nvme3",
        "1,ABORT_MIGRATION,CAP_SYS_ADMIN",
        "11,RETRY,being reset",
        "24,ABORT_MIGRATION,ulimit -n",
        "19,FATAL,is gone",
        "6,FATAL,is gone",
        "5,ABORT_MIGRATION,dmesg"
    })
    void aNodeThatDoesNotOpenIsRefusedWithErrnoAndRemedy(int errno, FailureCategory category, String remedy) {
        host.failOpen(ScriptedHost.NODE, errno);
        var refusal = refusal();
        assertThat(refusal.errno()).hasValue(errno);
        assertThat(refusal.category()).isEqualTo(category);
        assertThat(refusal.remedy()).contains(remedy);
    }

    @Test
    void aMissingNodeIsNamed() {
        host.files().remove("/dev/nvme3");
        assertThat(refusal()).hasMessageContaining("opening /dev/nvme3 failed: ENOENT");
    }
}
