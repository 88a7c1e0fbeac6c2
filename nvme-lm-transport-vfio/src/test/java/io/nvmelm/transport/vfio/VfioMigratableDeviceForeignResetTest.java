package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A device that somebody else resets, the VMM or its guest: what was loaded, read or tracked is gone, and that is said.
@Timeout(120)
class VfioMigratableDeviceForeignResetTest {
    private static final byte[] LOADED = VfioMigratableDeviceFixture.stateOf(2);

    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);
    private final FakeDmaLogging logging = new FakeDmaLogging();
    private final VfioDevice plain;
    private final VfioMigratableDevice device;

    VfioMigratableDeviceForeignResetTest() {
        fixture.pci.logging(logging);
        plain = fixture.openPlain();
        device = VfioMigratableDevice.over(plain);
    }

    @AfterEach
    void nothingIsLeft() {
        device.close();
        plain.close();
        fixture.kernel.assertNothingLeft();
    }

    private MigrationData load() {
        var session = device.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.wrap(FakeMigration.streamOf(LOADED)));
        return session;
    }

    /// The device runs, so a request to run would have nothing to do; but it is blank.
    @Test
    void aLoadThatAResetEndedIsToldOnceWhateverIsAskedNext() {
        for (var target : new DeviceState[] {DeviceState.RUNNING, DeviceState.STOP, DeviceState.PRE_COPY}) {
            load().close();
            plain.reset();
            var lost = refusal(DeviceStateException.class, () -> device.setState(target));
            assertThat(lost).hasMessageContaining("nothing was loaded");
            assertThat(lost.remedy()).containsIgnoringCase("load the state again");
            assertThat(lost.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
            assertThat(lost.state()).isEqualTo(DeviceState.RUNNING);
            device.setState(target);
            assertThat(device.state()).isEqualTo(target);
            device.setState(DeviceState.RUNNING);
        }
        assertThat(fixture.migration.guestState()).isNotEqualTo(LOADED);
    }

    @Test
    void aQuestionForTheStateDoesNotMakeTheLossForgotten() {
        load();
        plain.reset();
        assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        refusal(DeviceStateException.class, () -> device.setState(DeviceState.RUNNING));
        assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
    }

    @Test
    void aLoadThatWasCommittedButDidNotRunYetCanBeLostToo() {
        load();
        device.setState(DeviceState.STOP);
        plain.reset();
        refusal(DeviceStateException.class, () -> device.setState(DeviceState.RUNNING));
    }

    @Test
    void whoLoadsAnewOrResetsIsNotHeldUp() {
        load();
        plain.reset();
        load();
        device.setState(DeviceState.RUNNING);
        assertThat(fixture.migration.guestState()).isEqualTo(LOADED);
        load();
        plain.reset();
        device.reset();
        assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
    }

    @Test
    void aStateThatIsSavedOrStoppedIsNoLoad() {
        for (var state : new DeviceState[] {DeviceState.STOP_COPY, DeviceState.STOP, DeviceState.PRE_COPY}) {
            device.setState(state);
            plain.reset();
            assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
        }
    }

    /// The driver executes a reset that comes during an arc after it.
    @Test
    void aResetDuringTheArcThatCommitsIsNoticed() {
        load();
        int fd = plain.file().acquire();
        fixture.migration.beforeArc((from, _) -> {
            if (from == DeviceState.RESUMING.value()) {
                assertThat(fixture.kernel.host().calls().ioctl(fd, 0x3B6FL, 0L)).isZero();
            }
        });
        var lost = refusal(LiveMigrationException.class, () -> device.setState(DeviceState.RUNNING));
        plain.file().release();
        assertThat(lost).hasMessageContaining("nothing was loaded");
        assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
    }

    /// Between the last look at the state and the arc, a reset of the open device has to wait.
    @Test
    void noResetOfTheOpenDeviceComesBetweenTheLastLookAndTheArc() throws InterruptedException {
        load();
        var other = new AtomicReference<Thread>();
        int resets = fixture.migration.resets();
        fixture.migration.beforeArc((from, _) -> {
            if (from == DeviceState.RESUMING.value()) {
                var thread = Thread.ofPlatform().start(plain::reset);
                other.set(thread);
                while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
                    Thread.onSpinWait();
                }
                assertThat(fixture.migration.resets()).as("resets during the arc").isEqualTo(resets);
            }
        });
        device.setState(DeviceState.STOP);
        other.get().join();
        assertThat(fixture.migration.guestState()).isEqualTo(LOADED);
        refusal(DeviceStateException.class, () -> device.setState(DeviceState.RUNNING));
    }

    /// What the device had logged is gone, and it is not to be taken for nothing written.
    @Test
    void trackingIsRefusedWhenTheDeviceIsFoundToHaveBeenReset() {
        var range = new MemoryRange(0, 1 << 20);
        var bitmap = MemorySegment.ofArray(new byte[32]);
        var tracking = device.dirtyMemory().orElseThrow();
        tracking.start(List.of(range), 4096);
        device.setState(DeviceState.STOP_COPY);
        tracking.report(range, 4096, bitmap);
        plain.reset();
        device.state();
        assertThat(refusal(DeviceStateException.class, () -> tracking.report(range, 4096, bitmap)))
                .hasMessageContaining("all memory for written");
        fixture.kernel.failNext(FakeCall.named("SET_DMA_LOGGING_STOP"), FakeErrno.EINVAL);
        tracking.stop();
        tracking.start(List.of(range), 4096);
        tracking.report(range, 4096, bitmap);
        device.setState(DeviceState.STOP);
        device.setState(DeviceState.RUNNING);
        tracking.report(range, 4096, bitmap);
    }

    /// The reset comes while the report is collected, which is clean then.
    @Test
    void aReportThatAResetOvertookIsRefused() {
        var range = new MemoryRange(0, 1 << 20);
        var tracking = device.dirtyMemory().orElseThrow();
        tracking.start(List.of(range), 4096);
        device.setState(DeviceState.STOP);
        fixture.kernel.fail(
                call -> {
                    if (call.name().equals("GET_DMA_LOGGING_REPORT")) {
                        ((VfioMigratableDeviceTracking) tracking).deviceWasReset();
                    }
                    return false;
                },
                FakeErrno.EIO,
                0,
                1);
        refusal(
                DeviceStateException.class,
                () -> tracking.report(range, 4096, MemorySegment.ofArray(new byte[32])));
        fixture.kernel.forgetFailures();
    }

    /// A driver may answer 0 also for a session that is gone.
    @Test
    void theEndOfTheDataIsOnlyTheEndWhileTheDeviceIsInStopCopy() {
        var session = device.setState(DeviceState.STOP_COPY).orElseThrow();
        assertThat(VfioMigratableDeviceFixture.drain(session))
                .isEqualTo(FakeMigration.streamOf(VfioMigratableDeviceFixture.stateOf(1)));
        assertThat(session.read(ByteBuffer.allocate(8))).isEqualTo(-1);
        fixture.migration.stateAnswer(DeviceState.RUNNING.value());
        refusal(SessionEndedException.class, () -> session.read(ByteBuffer.allocate(8)));
        fixture.migration.stateAnswer(-1);
    }

    /// The function was reset although its interrupts could not be ended.
    @Test
    void aResetThatFailsHalfwayLeavesWhatTheDeviceIsKnown() {
        var tracking = device.dirtyMemory().orElseThrow();
        tracking.start(List.of(new MemoryRange(0, 1 << 20)), 4096);
        plain.interrupts().enable(1);
        load();
        fixture.kernel.failNext(FakeCall.named("SET_IRQS"), FakeErrno.EIO);
        refusal(TransportException.class, device::reset);
        assertThat(fixture.migration.state()).isEqualTo(DeviceState.RUNNING.value());
        plain.enableBusMaster();
        plain.region(0).read32(0);
        refusal(
                DeviceStateException.class,
                () -> tracking.report(new MemoryRange(0, 1 << 20), 4096, MemorySegment.ofArray(new byte[32])));
        assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
    }

    @Test
    void aDeviceThatStaysStoppedStaysClosedToAccessUntilItRuns() {
        plain.enableBusMaster();
        var region = plain.region(0);
        device.setState(DeviceState.STOP);
        device.close();
        refusal(TransportException.class, () -> region.read32(0));
        try (var next = VfioMigratableDevice.over(plain)) {
            next.setState(DeviceState.RUNNING);
            region.read32(0);
            next.setState(DeviceState.STOP);
        }
        refusal(TransportException.class, () -> region.read32(0));
        plain.reset();
        plain.enableBusMaster();
        region.read32(0);
    }
}
