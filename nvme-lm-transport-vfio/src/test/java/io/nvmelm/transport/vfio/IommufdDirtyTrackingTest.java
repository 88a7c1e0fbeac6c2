package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IommufdDirtyTrackingTest {
    private static final long PAGE = 4096;
    private static final int PAGES = 64;

    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(3);
    private final VfioDevice plain = VfioDevice.open(
            fixture.kernel.host(),
            PciAddress.parse(VfioMigratableDeviceFixture.ADDRESS),
            VfioOptions.defaults().withPath(AccessPath.CDEV));
    private final VfioMigratableDevice device = VfioMigratableDevice.over(plain);

    @AfterEach
    void nothingIsLeft() {
        device.close();
        plain.close();
        fixture.kernel.assertNothingLeft();
    }

    private static BitSet bits(MemorySegment bitmap) {
        return BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void theIommuTracksForADeviceThatCannot() {
        var tracking = device.dirtyMemory().orElseThrow();
        var memory = plain.allocateDma(PAGES * PAGE);
        plain.enableBusMaster();
        var range = new MemoryRange(memory.deviceAddress(), PAGES * PAGE);
        assertThat(tracking.start(List.of(range), PAGE)).isEqualTo(PAGE);
        assertThat(fixture.function.dma().write(memory.deviceAddress() + 3 * PAGE, new byte[] {1})).isTrue();
        assertThat(fixture.function.dma().write(memory.deviceAddress() + 63 * PAGE, new byte[] {1})).isTrue();
        var bitmap = MemorySegment.ofArray(new byte[8]);
        bitmap.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x80);
        tracking.report(range, PAGE, bitmap);
        assertThat(bits(bitmap).stream()).containsExactly(3, 7, 63);
        var second = MemorySegment.ofArray(new byte[8]);
        tracking.report(range, PAGE, second);
        assertThat(bits(second).isEmpty()).isTrue();
        device.reset();
        plain.enableBusMaster();
        assertThat(fixture.function.dma().write(memory.deviceAddress(), new byte[] {1})).isTrue();
        tracking.report(range, PAGE, second);
        assertThat(bits(second).stream()).as("a reset does not disturb it").containsExactly(0);
        tracking.stop();
    }

    @Test
    void theRulesAreThoseOfDmaLogging() {
        var tracking = device.dirtyMemory().orElseThrow();
        var range = new MemoryRange(0, PAGE);
        var bitmap = MemorySegment.ofArray(new byte[8]);
        refusal(DeviceStateException.class, () -> tracking.report(range, PAGE, bitmap));
        refusal(InvalidValueException.class, () -> tracking.start(List.of(), PAGE));
        refusal(InvalidValueException.class, () -> tracking.start(List.of(range, range), PAGE));
        tracking.stop();
        tracking.start(List.of(range), PAGE);
        refusal(DeviceStateException.class, () -> tracking.start(List.of(range), PAGE));
        refusal(InvalidValueException.class, () -> tracking.report(range, 3, bitmap));
        device.close();
        refusal(DeviceStateException.class, () -> tracking.start(List.of(range), PAGE));
        refusal(DeviceStateException.class, () -> tracking.report(range, PAGE, bitmap));
        refusal(DeviceStateException.class, tracking::stop);
        assertThat(fixture.calls("SET_DIRTY_TRACKING")).as("switched off when closed").isEqualTo(2);
    }

    @Test
    void failuresOfTheKernelAreTyped() {
        var tracking = device.dirtyMemory().orElseThrow();
        var range = new MemoryRange(0, PAGE);
        fixture.kernel.failNext(FakeCall.named("SET_DIRTY_TRACKING"), FakeErrno.EOPNOTSUPP);
        refusal(TransportException.class, () -> tracking.start(List.of(range), PAGE));
        tracking.start(List.of(range), PAGE);
        fixture.kernel.failNext(FakeCall.named("GET_DIRTY_BITMAP"), FakeErrno.EINVAL);
        refusal(
                TransportException.class,
                () -> tracking.report(range, PAGE, MemorySegment.ofArray(new byte[8])));
        plain.close();
        refusal(TransportException.class, tracking::stop);
    }

    @Test
    void theDevicesOwnTrackingComesFirst() {
        device.close();
        plain.close();
        fixture.pci.logging(new FakeDmaLogging());
        try (var other = fixture.open(AccessPath.CDEV, TransferOptions.defaults())) {
            other.dirtyMemory().orElseThrow().start(List.of(new MemoryRange(0, PAGE)), PAGE);
            assertThat(fixture.pci.logging().running()).isTrue();
        }
    }

    @Test
    void noneOfBothMeansNoTracking() {
        device.close();
        plain.close();
        fixture.kernel.iommuTracksDirty(false);
        try (var other = fixture.open(AccessPath.CDEV, TransferOptions.defaults())) {
            assertThat(other.dirtyMemory()).isEmpty();
        }
        try (var other = fixture.open(AccessPath.GROUP, TransferOptions.defaults())) {
            assertThat(other.dirtyMemory()).isEmpty();
        }
    }
}
