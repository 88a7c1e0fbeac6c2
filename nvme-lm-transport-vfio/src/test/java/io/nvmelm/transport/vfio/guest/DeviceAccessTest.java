package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.AccessPath;
import io.nvmelm.transport.vfio.DmaMemory;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioControlledFunction;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Regions, memory, interrupts and reset of a real PCI function.
@Tag("guest")
class DeviceAccessTest {
    private static final int COMMAND = 0x04;
    private static final int CLASS = 0x08;
    private static final int NVME_CLASS = 0x010802;
    private static final int VERSION_REGISTER = 0x08;
    private static final long INTERRUPT_WINDOW = 0xFEE0_0000L;
    private static final long INTERRUPT_WINDOW_END = 0xFEF0_0000L;

    private VfioDevice device;

    @BeforeEach
    void open() {
        device = VfioDevice.open(PciAddress.parse(GuestEnvironment.read().spareController()));
        device.enableBusMaster();
    }

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void thePathFollowsWhatTheKernelHas() {
        assertThat(device.path()).isEqualTo(GuestEnvironment.read().iommufd() ? AccessPath.CDEV : AccessPath.GROUP);
    }

    @Test
    void theGroupPathWorksEverywhere() {
        device.close();
        device = VfioDevice.open(
                PciAddress.parse(GuestEnvironment.read().spareController()),
                VfioOptions.defaults().withPath(AccessPath.GROUP));
        assertThat(device.path()).isEqualTo(AccessPath.GROUP);
        assertThat(device.region(7).read32(CLASS) >>> 8).isEqualTo(NVME_CLASS);
    }

    @Test
    void configurationSpaceSaysWhatTheDeviceIs() {
        var configuration = device.region(7);

        assertThat(configuration.read32(CLASS) >>> 8).isEqualTo(NVME_CLASS);
        assertThat(configuration.read8(CLASS + 3)).isEqualTo(0x01);
        assertThat(configuration.read16(COMMAND) & 0x6).isEqualTo(0x6);
        assertThat(configuration.isMapped()).isFalse();
    }

    @Test
    void registersAreMapped() {
        var registers = device.region(0);

        assertThat(registers.isMapped()).isTrue();
        assertThat(registers.read32(VERSION_REGISTER) >>> 16).isPositive().isLessThan(10);
        assertThat(registers.read64(0)).isNotZero();
        assertThatThrownBy(() -> registers.read32(2)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> registers.read32(registers.byteSize())).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aBarThatTheDeviceDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> device.region(2)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void memoryIsMappedWhereTheIommuAllows() {
        var memories = new ArrayList<DmaMemory>();
        for (int i = 0; i < 8; i++) {
            var memory = device.allocateDma(1 << 20);
            memories.add(memory);
            assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
            assertThat(memory.deviceAddress() % 4096).isZero();
            assertThat(memory.deviceAddress() + memory.byteSize() <= INTERRUPT_WINDOW
                    || memory.deviceAddress() >= INTERRUPT_WINDOW_END)
                    .isTrue();
        }
        assertThat(memories.stream().map(DmaMemory::deviceAddress).distinct()).hasSize(8);
        memories.forEach(DmaMemory::close);
        assertThat(device.allocateDma(1 << 20).deviceAddress()).isEqualTo(memories.get(0).deviceAddress());
    }

    @Test
    void vectorsAreCountedAndEnabledAgain() {
        int available = device.interrupts().available();
        assertThat(available).isPositive();
        assertThat(device.interrupts().enable(available)).hasSize(available);
        assertThat(device.interrupts().enable(1)).hasSize(1);
        assertThatThrownBy(() -> device.interrupts().enable(available + 1)).isInstanceOf(InvalidValueException.class);
        device.interrupts().disable();
    }

    @Test
    void aResetKeepsBusMasteringAndMemory() {
        var memory = device.allocateDma(4096);
        memory.segment().set(ValueLayout.JAVA_INT, 0, 42);
        assertThat(device.resettable()).isTrue();

        device.reset();

        assertThat(device.region(7).read16(COMMAND) & 0x6).isEqualTo(0x6);
        assertThat(memory.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
        assertThat(device.region(0).read32(VERSION_REGISTER)).isNotEqualTo(-1);
    }

    @Test
    void aControlledFunctionIsBlockedAndGivenBack() {
        var function = VfioControlledFunction.of(device);
        var registers = device.region(0);

        function.blockAccess();
        assertThatThrownBy(() -> registers.read32(VERSION_REGISTER))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("suspended for migration");
        function.reset();
        function.restoreAccess();

        assertThat(registers.read32(VERSION_REGISTER)).isNotEqualTo(-1);
    }

    @Test
    void everythingIsRefusedAfterClosing() {
        var registers = device.region(0);
        device.close();
        for (var call : List.<ThrowingCallable>of(
                () -> registers.read32(0), () -> device.region(0), () -> device.allocateDma(1), device::reset,
                () -> device.interrupts().available())) {
            assertThatThrownBy(call).isInstanceOf(TransportException.class).hasMessageContaining("closed");
        }
    }
}
