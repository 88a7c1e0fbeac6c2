package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeArea;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakePciDevice;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Regions: mapped, reached by calls, or both.
class DeviceRegionTest {
    private static final int MEMORY_AND_MASTER = 6;

    private ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    private VfioDevice open(ScratchFunction function) {
        scratch = new ScratchDevice(function);
        var device = scratch.open(AccessPath.AUTOMATIC);
        device.enableBusMaster();
        scratch.host.clearLog();
        return device;
    }

    private static void assertExactWidths(DeviceRegion region, ScratchFunction function) {
        region.write64(0x10, -1);
        region.write64(0x18, -1);
        region.write32(0x14, 0x0403_0201);
        region.write16(0x12, 0xFFFF_8182);
        region.write8(0x11, 0xFFFF_FF77);
        assertThat(function.memory().get(ValueLayout.JAVA_LONG, 0x10)).isEqualTo(0x0403_0201_8182_77FFL);
        assertThat(function.memory().get(ValueLayout.JAVA_LONG, 0x18)).isEqualTo(-1);
        assertThat(region.read8(0x13)).isEqualTo(0x81);
        assertThat(region.read16(0x12)).isEqualTo(0x8182);
        assertThat(region.read32(0x14)).isEqualTo(0x0403_0201);
        assertThat(region.read64(0x10)).isEqualTo(0x0403_0201_8182_77FFL);
        assertThat(region.read32(0x18)).isEqualTo(-1);
    }

    @Test
    void aMappedRegionNeedsNoCall() {
        var function = new ScratchFunction();
        try (var device = open(function)) {
            var region = device.region(0);
            assertThat(region.isMapped()).isTrue();
            assertThat(region.byteSize()).isEqualTo(0x4000);
            assertThat(region.index()).isZero();
            scratch.host.clearLog();
            assertExactWidths(region, function);
            assertThat(scratch.host.log()).isEmpty();
        }
    }

    @Test
    void aRegionThatCannotBeMappedIsReachedByCallsOfExactWidth() {
        var function = new ScratchFunction().notMappable();
        try (var device = open(function)) {
            var region = device.region(0);
            assertThat(region.isMapped()).isFalse();
            scratch.host.clearLog();
            assertExactWidths(region, function);
            assertThat(scratch.host.log())
                    .hasSize(10)
                    .startsWith("device.pwrite(8, 0x10) = 8", "device.pwrite(8, 0x18) = 8",
                            "device.pwrite(4, 0x14) = 4")
                    .contains("device.pwrite(2, 0x12) = 2", "device.pwrite(1, 0x11) = 1", "device.pread(1, 0x13) = 1");
        }
    }

    @Test
    void partsThatCanBeMappedAreAndTheOthersAreReachedByCalls() {
        var function = new ScratchFunction().mappableAreas(new FakeArea(0, 0x1000), new FakeArea(0x3000, 0x1000));
        try (var device = open(function)) {
            var region = device.region(0);
            assertThat(region.isMapped()).isFalse();
            assertThat(scratch.host.mappings()).hasSize(2);
            scratch.host.clearLog();
            for (long offset : new long[] {0, 0xFF8, 0x3000, 0x3FF8}) {
                region.write64(offset, offset + 1);
                assertThat(region.read64(offset)).isEqualTo(offset + 1);
            }
            assertThat(scratch.host.log()).isEmpty();
            for (long offset : new long[] {0x1000, 0x2FF8}) {
                region.write64(offset, offset + 1);
                assertThat(region.read64(offset)).isEqualTo(offset + 1);
                assertThat(function.memory().get(ValueLayout.JAVA_LONG, offset)).isEqualTo(offset + 1);
            }
            assertThat(scratch.host.log()).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 16384", "1, -1", "2, 1", "2, 16383", "2, 16384", "4, 2", "4, 16382", "8, 4", "8, 16380", "8, 16384",
        "8, 9223372036854775800", "4, -9223372036854775808",
    })
    void offsetsOutsideOrUnalignedAreRefused(int width, long offset) {
        try (var device = open(new ScratchFunction())) {
            var region = device.region(0);
            Runnable read = () -> {
                switch (width) {
                    case 1 -> region.read8(offset);
                    case 2 -> region.read16(offset);
                    case 4 -> region.read32(offset);
                    default -> region.read64(offset);
                }
            };
            Runnable write = () -> {
                switch (width) {
                    case 1 -> region.write8(offset, 0);
                    case 2 -> region.write16(offset, 0);
                    case 4 -> region.write32(offset, 0);
                    default -> region.write64(offset, 0);
                }
            };
            for (var access : new Runnable[] {read, write}) {
                assertThatThrownBy(access::run)
                        .isInstanceOf(InvalidValueException.class)
                        .hasMessage(ScratchDevice.NAME + ": region 0: byteOffset is " + offset
                                + ", allowed: a multiple of "
                                + width + ", at most " + (0x4000 - width) + ". Correct the argument");
            }
        }
    }

    @Test
    void configurationSpaceIsReachedByCalls() {
        try (var device = open(new ScratchFunction())) {
            var configuration = device.region(Vfio.PCI_CONFIG_REGION_INDEX);
            assertThat(configuration.isMapped()).isFalse();
            assertThat(configuration.byteSize()).isEqualTo(4096);
            assertThat(configuration.read16(0)).isEqualTo(0x1b36);
            assertThat(configuration.read8(0x0B)).isEqualTo(1);
            assertThat(configuration.read64(0)).isEqualTo(0x0010_0006_0010_1b36L);
        }
    }

    @Test
    void enablingTheBusMasterKeepsTheOtherBits() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThat(scratch.pci.command()).isZero();
            device.region(Vfio.PCI_CONFIG_REGION_INDEX).write16(4, 0x400);
            device.enableBusMaster();
            assertThat(scratch.pci.command()).isEqualTo(0x400 | MEMORY_AND_MASTER);
        }
    }

    @Test
    void theSameRegionIsMappedOnce() {
        try (var device = open(new ScratchFunction())) {
            assertThat(device.region(0)).isSameAs(device.region(0));
            assertThat(scratch.host.mappings()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 5, 6, 8, 9, 100, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aRegionThatIsNotThereIsATypedError(int index) {
        try (var device = open(new ScratchFunction())) {
            assertThatThrownBy(() -> device.region(index))
                    .isInstanceOf(index == 8 ? TransportException.class : InvalidValueException.class)
                    .hasMessageStartingWith(ScratchDevice.NAME + ": region " + index + ": ");
        }
    }

    @Test
    void anAccessThatTheKernelRefusesSaysWhereAndWhatToDo() {
        scratch = new ScratchDevice(new ScratchFunction().notMappable());
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThatThrownBy(() -> device.region(0).read32(0x1C))
                    .isInstanceOfSatisfying(
                            TransportException.class, refusal -> assertThat(refusal.errno()).hasValue(Errno.EIO))
                    .hasMessageContaining("reading 4 bytes at 1ch of region 0 failed: EIO")
                    .hasMessageContaining("Enable memory space");
            assertThatThrownBy(() -> device.region(0).write8(0, 1)).hasMessageContaining("writing 1 bytes at 0h");
        }
    }

    @Test
    void aMappingThatTheKernelRefusesLeavesNone() {
        var function = new ScratchFunction().mappableAreas(new FakeArea(0, 0x1000), new FakeArea(0x3000, 0x1000));
        try (var device = open(function)) {
            scratch.host.fail(FakeCall.named("mmap"), Errno.ENOMEM, 1, 1);
            assertThatThrownBy(() -> device.region(0))
                    .isInstanceOf(TransportException.class)
                    .hasMessageStartingWith(ScratchDevice.NAME
                            + ": region 0: mapping 4096 bytes of region 0 failed: ENOMEM");
            assertThat(scratch.host.mappings()).isEmpty();
            assertThat(device.region(0).read32(0)).isZero();
        }
    }

    @Test
    void aClosedDeviceRefusesEveryAccess() {
        var device = open(new ScratchFunction());
        var mapped = device.region(0);
        var configuration = device.region(7);
        device.close();
        device.close();
        for (Runnable access : new Runnable[] {
            () -> mapped.read32(0), () -> mapped.write64(0, 1), () -> configuration.read16(0), () -> device.region(0),
            device::enableBusMaster, () -> device.allocateDma(1), () -> device.interrupts().available(),
            () -> device.interrupts().enable(1), device.interrupts()::disable, device::reset,
        }) {
            assertThatThrownBy(access::run)
                    .isInstanceOfSatisfying(TransportException.class, refusal -> {
                        assertThat(refusal.errno()).hasValue(Errno.EBADF);
                        assertThat(refusal.device()).isEqualTo(ScratchDevice.NAME);
                    })
                    .hasMessageContaining("closed")
                    .hasMessageContaining("Open the device again");
        }
    }

    /// The kernel takes the mapping away then, and touching it would be a bus error; a call gets EIO.
    @Test
    void aMappedRegionIsNotTouchedWhileMemorySpaceIsOff() {
        try (var device = open(new ScratchFunction())) {
            device.enableBusMaster();
            var region = device.region(0);
            assertThat(region.isMapped()).isTrue();
            region.write32(0, 7);

            device.region(7).write16(4, 0);
            assertThatThrownBy(() -> region.read32(0))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("EIO")
                    .hasMessageContaining("Enable memory space");
            assertThatThrownBy(() -> region.write32(0, 8)).isInstanceOf(TransportException.class);

            device.enableBusMaster();
            assertThat(region.read32(0)).isEqualTo(7);
        }
    }

    @Test
    void aStoppedDeviceRefusesAccessesUntilItRuns() {
        try (var device = open(new ScratchFunction())) {
            device.enableBusMaster();
            var region = device.region(0);
            device.gate().stop("it is in state STOP");
            assertThatThrownBy(() -> region.read32(0))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining(
                            "the device must not be accessed now: it is in state STOP. Access it when it runs");
            device.region(7).write16(4, 0x2);
            assertThat(device.region(7).read16(4)).as("configuration space of a stopped device").isEqualTo(0x2);
            device.gate().stop(null);
            assertThat(region.read32(0)).isZero();
        }
    }

    @Test
    void aFunctionOfAVirtualFunctionNeedsNoMemoryBit() {
        scratch = new ScratchDevice(new ScratchFunction().notMappable());
        FakePciDevice physical = scratch.host.addPciDevice("0000:04:00.0", new ScratchFunction()).driver("nvme");
        scratch.pci.virtualFunctionOf(physical, 0);
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThat(device.region(0).read32(0)).isZero();
        }
    }
}
