package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.linux.Errno;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Reset of a function.
class DeviceResetTest {
    private final ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void theFunctionIsResetAndWhatIsMappedStaysMapped(AccessPath path) {
        try (var device = scratch.open(path)) {
            device.enableBusMaster();
            var region = device.region(0);
            var memory = device.allocateDma(1);
            int before = scratch.function.resets();
            device.reset();
            assertThat(scratch.function.resets()).isEqualTo(before + 1);
            region.write32(8, 7);
            assertThat(region.read32(8)).isEqualTo(7);
            assertThat(scratch.function.dma().write(memory.deviceAddress(), new byte[] {1})).isTrue();
        }
    }

    @Test
    void aResetDeviceIsNoLongerStoppedForMigrationButBlockedByItsOwner() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            device.enableBusMaster();
            var region = device.region(0);
            var function = VfioControlledFunction.of(device);
            device.gate().stop("it is in state STOP");
            function.blockAccess();

            device.reset();

            assertThatThrownBy(() -> region.read32(0)).hasMessageContaining("suspended for migration");
            function.restoreAccess();
            assertThat(region.read32(0)).isZero();
        }
    }

    @Test
    void aBusyDeviceIsTriedAgain() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            scratch.host.fail(FakeCall.named("RESET"), Errno.EAGAIN, 0, 5);
            long start = scratch.host.clock().nanoTime();
            device.reset();
            assertThat(scratch.host.failuresLeft()).isZero();
            assertThat(scratch.host.clock().nanoTime() - start).isPositive();
        }
    }

    @Test
    void aDeviceThatStaysBusyIsGivenUpAfterTheTimeAllowed() {
        try (var device = scratch.open(VfioOptions.defaults().withOpenTimeout(Duration.ofSeconds(20)))) {
            scratch.pci.resetErrno(Errno.EAGAIN);
            long start = scratch.host.clock().nanoTime();
            assertThatThrownBy(device::reset)
                    .isInstanceOfSatisfying(TransportException.class, refusal -> {
                        assertThat(refusal.category()).isEqualTo(FailureCategory.RETRY);
                        assertThat(refusal.errno()).hasValue(Errno.EAGAIN);
                        assertThat(refusal.step()).isEqualTo("reset");
                    });
            assertThat(scratch.host.clock().nanoTime() - start).isBetween(20_000_000_000L, 21_000_000_000L);
            scratch.pci.resetErrno(0);
            device.reset();
        }
    }

    @ParameterizedTest
    @CsvSource({"22, EINVAL", "5, EIO"})
    void aResetThatTheKernelRefusesIsFatal(int errno, String name) {
        try (var device = scratch.open(AccessPath.CDEV)) {
            scratch.pci.resetErrno(errno);
            assertThatThrownBy(device::reset)
                    .isInstanceOfSatisfying(TransportException.class, refusal -> {
                        assertThat(refusal.category()).isEqualTo(FailureCategory.FATAL);
                        assertThat(refusal.errno()).hasValue(errno);
                    })
                    .hasMessageStartingWith("0000:04:10.0: reset: VFIO_DEVICE_RESET failed: " + name);
        }
    }

    @Test
    void aDeviceThatCannotBeResetSaysSo() {
        scratch.pci.resettable(false);
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThat(device.resettable()).isFalse();
            assertThatThrownBy(device::reset).isInstanceOf(TransportException.class).hasMessageContaining("ENOTTY");
        }
    }

    @Test
    void interruptsThatCannotBeDisabledDoNotPreventTheReset() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            device.interrupts().enable(1);
            int before = scratch.function.resets();
            scratch.host.failNext(FakeCall.named("SET_IRQS"), Errno.EIO);
            assertThatThrownBy(device::reset).hasMessageContaining("disabling interrupts failed: EIO");
            assertThat(scratch.function.resets()).isEqualTo(before + 1);
        }
    }

    @Test
    void bothFailuresOfAResetAreKept() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            device.interrupts().enable(1);
            scratch.host.failNext(FakeCall.named("SET_IRQS"), Errno.EIO);
            scratch.pci.resetErrno(Errno.EINVAL);
            assertThatThrownBy(device::reset)
                    .hasMessageContaining("EIO")
                    .satisfies(failure -> assertThat(failure.getSuppressed())
                            .singleElement()
                            .satisfies(other -> assertThat(other).hasMessageContaining(
                                    "VFIO_DEVICE_RESET failed: EINVAL")));
        }
    }
}
