package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.passthrough.SyntheticFiles;
import org.junit.jupiter.api.Test;

/// A virtual function leads to its physical one and its number, and links that do not agree lead nowhere.
class PciTopologyTest {
    private static final PciAddress PF = PciAddress.parse("0000:04:00.0");
    private static final PciAddress VF = PciAddress.parse("0000:04:10.2");
    private static final String PF_FOLDER = "/sys/bus/pci/devices/0000:04:00.0";
    private static final String VF_FOLDER = "/sys/bus/pci/devices/0000:04:10.2";

    private final SyntheticFiles files = new SyntheticFiles()
            .link(PF_FOLDER + "/driver", "../../../../bus/pci/drivers/nvme")
            .link(PF_FOLDER + "/virtfn0", "../0000:04:10.0")
            .link(PF_FOLDER + "/virtfn2", "../0000:04:10.2")
            .link(PF_FOLDER + "/virtfn10", "../0000:04:11.2")
            .link(PF_FOLDER + "/virtfns", "../0000:04:10.2")
            .node(VF_FOLDER + "/config")
            .link(VF_FOLDER + "/physfn", "../0000:04:00.0")
            .link(VF_FOLDER + "/iommu_group", "../../../../kernel/iommu_groups/42")
            .link("/sys/kernel/iommu_groups/42/devices/0000:04:10.2", "../../../../devices/pci0000:00/0000:04:10.2")
            .link("/sys/kernel/iommu_groups/42/devices/0000:04:10.3", "../../../../devices/pci0000:00/0000:04:10.3");
    private final PciTopology topology = new PciTopology(files);

    @Test
    void aVirtualFunctionNamesItsPhysicalOne() {
        assertThat(topology.physicalFunction(VF)).isEqualTo(PF);
    }

    @Test
    void theNumberIsOneMoreThanThatOfTheLinkThatPointsBack() {
        assertThat(topology.virtualFunctionNumber(VF)).isEqualTo(3);
        files.remove(PF_FOLDER + "/virtfn2").link(PF_FOLDER + "/virtfn10", "../0000:04:10.2");
        assertThat(topology.virtualFunctionNumber(VF)).isEqualTo(11);
    }

    @Test
    void aPhysicalFunctionHasNoNumber() {
        assertThatThrownBy(() -> topology.virtualFunctionNumber(PF))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("it is not a virtual function")
                .hasMessageContaining("echo 1 > /sys/bus/pci/devices/0000:04:00.0/sriov_numvfs");
    }

    @Test
    void aFunctionThatIsNotThereIsRefusedByEveryQuestion() {
        var nowhere = PciAddress.parse("0001:04:10.2");
        assertThatThrownBy(() -> topology.physicalFunction(nowhere)).hasMessageContaining("there is no PCI function");
        assertThatThrownBy(() -> topology.virtualFunctionNumber(nowhere)).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> topology.driver(nowhere)).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> topology.iommuGroup(nowhere)).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> topology.iommuGroupMembers(nowhere)).isInstanceOf(TransportException.class);
    }

    @Test
    void aPhysicalFunctionThatDoesNotPointBackIsRefused() {
        files.link(PF_FOLDER + "/virtfn2", "../0000:04:10.4");
        assertThatThrownBy(() -> topology.virtualFunctionNumber(VF))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("of which 0 links virtfnK point back")
                .hasMessageContaining("0000:04:10.2");
    }

    @Test
    void twoLinksThatPointBackAreRefused() {
        files.link(PF_FOLDER + "/virtfn7", "../0000:04:10.2");
        assertThatThrownBy(() -> topology.virtualFunctionNumber(VF)).hasMessageContaining("[virtfn2, virtfn7]");
    }

    @Test
    void aPhysicalFunctionThatIsGoneIsRefused() {
        files.remove(PF_FOLDER);
        assertThatThrownBy(() -> topology.virtualFunctionNumber(VF)).hasMessageContaining("0 links virtfnK");
    }

    @Test
    void aLinkThatNamesNoFunctionIsRefused() {
        files.link(VF_FOLDER + "/physfn", "../nonsense");
        assertThatThrownBy(() -> topology.physicalFunction(VF)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void theDriverIsThatOfTheLink() {
        assertThat(topology.driver(PF)).contains("nvme");
        assertThat(topology.driver(VF)).isEmpty();
    }

    @Test
    void theGroupHasItsNumberAndMembers() {
        assertThat(topology.iommuGroup(VF)).hasValue(42);
        assertThat(topology.iommuGroupMembers(VF)).containsExactly("0000:04:10.2", "0000:04:10.3");
    }

    @Test
    void aFunctionWithoutIommuHasNoGroup() {
        assertThat(topology.iommuGroup(PF)).isEmpty();
        assertThat(topology.iommuGroupMembers(PF)).isEmpty();
        files.link(PF_FOLDER + "/iommu_group", "../../../../kernel/iommu_groups/none");
        assertThat(topology.iommuGroup(PF)).isEmpty();
    }
}
