package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.ADDRESS;
import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.drain;
import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import io.nvmelm.transport.vfio.linux.HeldMemory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VfioMigratableDeviceTest {
    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 7, 0x7FFF_FFF9})
    void capabilitiesAreThoseOfTheDriverWithoutUnknownOnes(int flags) {
        var other = new VfioMigratableDeviceFixture(flags);
        try (var device = other.open()) {
            assertThat(MigrationCapability.toFlags(device.capabilities())).isEqualTo(flags & 7);
            assertThat(device.identity().name()).isEqualTo(ADDRESS);
            assertThat(device.identity().controller()).isEmpty();
            assertThat(device.stateFormats()).isEmpty();
        }
        other.kernel.assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(AccessPath.class)
    void aDeviceOpensByEitherPathAndCloses(AccessPath path) {
        try (var device = fixture.open(path, TransferOptions.defaults())) {
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        }
        fixture.kernel.assertNothingLeft();
    }

    /// After the process that had it open died with the device stopped, the next one finds it running.
    @Test
    void aDeviceThatWasLeftStoppedRunsWhenItIsOpenedAgain() {
        try (var device = fixture.open()) {
            device.setState(DeviceState.STOP_COPY);
        }
        try (var device = fixture.open()) {
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        }
        fixture.kernel.assertNothingLeft();
    }

    /// The kernel's sample driver keeps the state and drops the session; leaving RESUMING then brought the kernel down.
    @ParameterizedTest
    @EnumSource(names = {"STOP", "STOP_COPY", "RESUMING", "PRE_COPY"})
    void aDeviceWhoseDriverKeptTheStateOfAnEarlierOwnerIsReset(DeviceState left) {
        fixture.migration.keepsStateOverClose(true);
        try (var device = fixture.open()) {
            device.setState(left);
        }
        try (var device = fixture.open()) {
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(device.setState(DeviceState.STOP_COPY)).isPresent();
        }
        fixture.migration.keepsStateOverClose(false);
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void aPlainDriverIsRefusedWithWhatToDoAndNothingIsLeft() {
        fixture.pci.driver("vfio-pci").migration(null);
        var refusal = refusal(MigrationUnsupportedException.class, fixture::open);
        assertThat(refusal.reasons()).hasSize(1);
        assertThat(refusal.reasons().getFirst())
                .contains("the kernel driver vfio-pci cannot migrate this device")
                .contains("bind a variant driver")
                .contains("controlling controller");
        fixture.kernel.assertNothingLeft();
        try (var device = fixture.openPlain()) {
            assertThat(VfioMigratableDevice.unsupportedReasons(device)).isEqualTo(refusal.reasons());
            refusal(MigrationUnsupportedException.class, () -> VfioMigratableDevice.over(device));
            assertThat(device.region(0)).as("the borrowed device goes on").isNotNull();
        }
    }

    @Test
    void aDeviceThatCanBeMigratedHasNoReasonAgainst() {
        try (var device = fixture.openPlain()) {
            assertThat(VfioMigratableDevice.unsupportedReasons(device)).isEmpty();
        }
    }

    @Test
    void aBorrowedDeviceStaysOpenInItsState() {
        try (var device = fixture.openPlain()) {
            try (var migratable = VfioMigratableDevice.over(device)) {
                migratable.setState(DeviceState.STOP);
            }
            assertThat(fixture.migration.state()).isEqualTo(DeviceState.STOP.value());
            assertThat(device.region(7).read16(0)).isNotZero();
            try (var again = VfioMigratableDevice.over(device)) {
                assertThat(again.state()).isEqualTo(DeviceState.STOP);
                again.setState(DeviceState.RUNNING);
            }
        }
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void aBorrowedFileDescriptorIsNeverClosed() {
        try (var device = fixture.openPlain()) {
            int fd = device.file().acquire();
            var before = fixture.kernel.openDescriptors();
            try (var migratable = VfioMigratableDevice.overFileDescriptor(
                    fixture.kernel.host(), fd, "disk 1", TransferOptions.defaults())) {
                assertThat(migratable.identity().name()).isEqualTo("disk 1");
                var session = migratable.setState(DeviceState.STOP_COPY).orElseThrow();
                assertThat(drain(session)).isEqualTo(FakeMigration.streamOf(VfioMigratableDeviceFixture.stateOf(1)));
                fixture.kernel.fail(FakeCall.named("RESET"), FakeErrno.EAGAIN, 0, 5);
                migratable.reset();
                assertThat(migratable.state()).isEqualTo(DeviceState.RUNNING);
                refusal(SessionEndedException.class, "disk 1", () -> session.read(ByteBuffer.allocate(1)));
            }
            assertThat(fixture.kernel.openDescriptors()).isEqualTo(before);
            device.file().release();
        }
        refusal(
                InvalidValueException.class,
                "disk 1",
                () -> VfioMigratableDevice.overFileDescriptor(
                        fixture.kernel.host(), -1, "disk 1", TransferOptions.defaults()));
        fixture.kernel.assertNothingLeft();
    }

    /// The VMM closes the number next, and it may be another file's then.
    @Test
    void noCallIsMadeOnAFileDescriptorAfterClose() {
        try (var plain = fixture.openPlain()) {
            int fd = plain.file().acquire();
            var device = VfioMigratableDevice.overFileDescriptor(
                    fixture.kernel.host(), fd, ADDRESS, TransferOptions.defaults());
            var session = device.setState(DeviceState.STOP_COPY).orElseThrow();
            var log = new ArrayList<String>();
            fixture.kernel.fail(
                    call -> {
                        if (call.kind().equals("data") && call.name().equals("read")) {
                            device.close();
                            log.addAll(fixture.kernel.log());
                            return true;
                        }
                        return false;
                    },
                    FakeErrno.EIO,
                    0,
                    1);
            refusal(SessionEndedException.class, () -> session.read(ByteBuffer.allocate(8)));
            assertThat(fixture.kernel.log().subList(log.size(), fixture.kernel.log().size()))
                    .noneMatch(line -> line.startsWith("device."));
            plain.file().release();
        }
        fixture.kernel.assertNothingLeft();
    }

    /// Memory that a call of another thread used could not be given back.
    @Test
    void closingAgainTriesAgainWhatCouldNotBeGivenBack() throws InterruptedException {
        var plain = fixture.openPlain();
        var device = VfioMigratableDevice.over(plain, true, TransferOptions.defaults());
        var held = HeldMemory.hold(plain.allocateDma(4096).segment());
        refusal(LiveMigrationException.class, device::close);
        held.end();
        device.close();
        fixture.kernel.assertNothingLeft();
        device.close();
    }

    @Test
    void aFileDescriptorWhoseResetIsBusyForTooLongIsGivenUp() {
        try (var device = fixture.openPlain()) {
            int fd = device.file().acquire();
            var options = TransferOptions.defaults().withTimeouts(Duration.ofMillis(100), Duration.ofSeconds(1));
            var migratable = VfioMigratableDevice.overFileDescriptor(fixture.kernel.host(), fd, ADDRESS, options);
            fixture.kernel.fail(FakeCall.named("RESET"), FakeErrno.EAGAIN, 0, 100);
            assertThat(refusal(TransportException.class, migratable::reset).category())
                    .isEqualTo(FailureCategory.RETRY);
            fixture.kernel.forgetFailures();
            fixture.pci.resetErrno(FakeErrno.EINVAL);
            assertThat(refusal(TransportException.class, migratable::reset).category())
                    .isEqualTo(FailureCategory.FATAL);
            device.file().release();
        }
    }

    @Test
    void regionsAreClosedWhileTheDeviceIsStopped() {
        try (var device = fixture.openPlain();
                var migratable = VfioMigratableDevice.over(device)) {
            device.enableBusMaster();
            var region = device.region(0);
            region.write32(0, 7);
            for (var state : new DeviceState[] {DeviceState.STOP, DeviceState.STOP_COPY, DeviceState.RESUMING}) {
                migratable.setState(state);
                refusal(TransportException.class, () -> region.read32(0));
                migratable.reset();
                device.enableBusMaster();
                assertThat(region.read32(0)).isEqualTo(7);
            }
            fixture.migration.failArc(2, 5, FakeErrno.EIO);
            refusal(TransportException.class, () -> migratable.setState(DeviceState.STOP));
            assertThat(region.read32(0)).as("after a stop that failed").isEqualTo(7);
        }
    }

    @Test
    void theEstimateIsTheKernelsAndNeverNothing() {
        try (var device = fixture.open()) {
            assertThat(device.estimatedStateBytes()).isEqualTo(716);
            fixture.migration.sizeAnswer(0);
            assertThat(device.estimatedStateBytes()).as("the largest so far").isEqualTo(716);
            fixture.migration.sizeAnswer(Long.MAX_VALUE);
            assertThat(device.estimatedStateBytes()).isEqualTo(Long.MAX_VALUE);
        }
        fixture.migration.sizeAnswer(0);
        try (var device = fixture.open()) {
            assertThat(device.estimatedStateBytes()).isEqualTo(1);
            for (int errno : new int[] {FakeErrno.ENOTTY, FakeErrno.EIO}) {
                fixture.kernel.failNext(FakeCall.named("GET_MIG_DATA_SIZE"), errno);
                assertThat(device.estimatedStateBytes()).isEqualTo(1);
            }
            fixture.kernel.failNext(FakeCall.named("GET_MIG_DATA_SIZE"), FakeErrno.ENODEV);
            refusal(TransportException.class, device::estimatedStateBytes);
        }
    }

    @Test
    void aResetThatLeavesAnotherStateIsAFailure() {
        try (var device = fixture.open()) {
            device.setState(DeviceState.STOP);
            fixture.kernel.failNext(FakeCall.named("GET_MIG_DEVICE_STATE"), FakeErrno.EIO);
            refusal(TransportException.class, device::reset);
            fixture.pci.resetErrno(FakeErrno.EINVAL);
            assertThat(refusal(TransportException.class, device::reset).category()).isEqualTo(FailureCategory.FATAL);
        }
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void noticeOfNewInitialDataIsAskedForWhereItCanExist() {
        for (int flags : new int[] {1, 3, 5, 7}) {
            var other = new VfioMigratableDeviceFixture(flags);
            try (var _ = other.open()) {
                assertThat(other.calls("SET_MIG_PRECOPY_INFOv2")).isEqualTo((flags & 4) / 4);
            }
            other.kernel.fail(FakeCall.named("SET_MIG_PRECOPY_INFOv2"), FakeErrno.EINVAL, 0, 1);
            try (var device = other.open()) {
                assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            }
        }
        fixture.kernel.failNext(FakeCall.named("SET_MIG_PRECOPY_INFOv2"), FakeErrno.EIO);
        refusal(TransportException.class, fixture::open);
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void aClosedDeviceDoesNotAnswer() {
        var device = fixture.open();
        device.close();
        refusal(DeviceStateException.class, device::state);
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void aDeviceThatWasClosedUnderneathRefusesByType() {
        var plain = fixture.openPlain();
        var device = VfioMigratableDevice.over(plain);
        var session = device.setState(DeviceState.STOP_COPY).orElseThrow();
        plain.close();
        refusal(TransportException.class, device::state);
        refusal(TransportException.class, () -> device.setState(DeviceState.STOP));
        refusal(TransportException.class, device::reset);
        refusal(SessionEndedException.class, () -> session.read(ByteBuffer.allocate(1)));
        device.close();
        fixture.kernel.assertNothingLeft();
    }
}
