package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.SessionEndedException;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several threads at one device: whoever comes too late gets a typed failure, and nobody waits for a peer.
@Timeout(120)
class VfioMigratableDeviceRacesTest {
    private static final int ROUNDS = 200;
    private static final MemoryRange RANGE = new MemoryRange(0, 1 << 20);

    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);

    @AfterEach
    void nothingIsLeft() {
        fixture.kernel.assertNothingLeft();
    }

    private static void join(Future<?> future) throws InterruptedException, ExecutionException, TimeoutException {
        future.get(60, TimeUnit.SECONDS);
    }

    /// A read that waits for the driver is told of the end of its session, whatever ends it.
    @Test
    void aReaderThatWaitsIsWoken() throws Exception {
        for (var end : List.<Ending>of(
                (device, _) -> device.reset(),
                (device, _) -> device.setState(DeviceState.STOP),
                (_, session) -> session.close(),
                (device, _) -> device.close())) {
            var its = new VfioMigratableDeviceFixture(7);
            its.kernel.clock().manual();
            try (var device = its.open();
                    var threads = Executors.newSingleThreadExecutor()) {
                var session = device.setState(DeviceState.STOP_COPY).orElseThrow();
                its.migration.notReadyFor(Duration.ofDays(1));
                var reader = threads.submit(() -> VfioMigratableDeviceFixture.refusal(
                        SessionEndedException.class, () -> session.read(ByteBuffer.allocateDirect(8))));
                while (its.kernel.clock().waiting() == 0) {
                    Thread.onSpinWait();
                }
                end.run(device, session);
                its.kernel.clock().advance(Duration.ofMillis(30));
                join(reader);
            }
            its.kernel.assertNothingLeft();
        }
    }

    private static void awaitWaiter(VfioMigratableDeviceFixture fixture) {
        while (fixture.kernel.clock().waiting() == 0) {
            Thread.onSpinWait();
        }
    }

    /// The data has a gap then, and a driver that does not check it would take it for whole.
    @Test
    void aWriteThatACloseCutsSpoilsTheLoad() throws Exception {
        fixture.migration.mostWrite(50).forgetsFailedWrites(true);
        fixture.kernel.clock().manual();
        try (var device = fixture.open();
                var threads = Executors.newSingleThreadExecutor()) {
            var session = device.setState(DeviceState.RESUMING).orElseThrow();
            session.write(ByteBuffer.allocate(100));
            fixture.migration.notReadyFor(Duration.ofDays(1));
            var writer = threads.submit(() -> VfioMigratableDeviceFixture.refusal(
                    SessionEndedException.class, () -> session.write(ByteBuffer.allocate(200))));
            awaitWaiter(fixture);
            fixture.kernel.clearLog();
            var early = VfioMigratableDeviceFixture.refusal(
                    DeviceStateException.class, () -> device.setState(DeviceState.STOP));
            assertThat(early).hasMessageContaining("under way");
            session.close();
            VfioMigratableDeviceFixture.refusal(
                    DeviceStateException.class, () -> device.setState(DeviceState.STOP));
            fixture.kernel.clock().advance(Duration.ofMillis(50));
            join(writer);
            var late = VfioMigratableDeviceFixture.refusal(
                    DeviceStateException.class, () -> device.setState(DeviceState.RUNNING));
            assertThat(late.category()).isEqualTo(FailureCategory.RESET_DEVICE);
            assertThat(late).hasMessageContaining("incomplete");
            assertThat(fixture.calls("SET_MIG_DEVICE_STATE")).isZero();
            device.reset();
            device.setState(DeviceState.STOP);
        }
    }

    @Test
    void preCopyInfoDoesNotWaitForAReadThatWaitsForTheDriver() throws Exception {
        fixture.kernel.clock().manual();
        try (var device = fixture.open();
                var threads = Executors.newSingleThreadExecutor()) {
            var session = device.setState(DeviceState.PRE_COPY).orElseThrow();
            fixture.migration.notReadyFor(Duration.ofDays(1));
            var reader = threads.submit(() -> VfioMigratableDeviceFixture.refusal(
                    SessionEndedException.class, () -> session.read(ByteBuffer.allocateDirect(8))));
            awaitWaiter(fixture);
            assertThat(session.preCopyInfo()).isPresent();
            session.close();
            fixture.kernel.clock().advance(Duration.ofMillis(50));
            join(reader);
        }
    }

    @Test
    void preCopyInfoOfASessionThatIsClosedMeanwhileSaysThatItEnded() throws Exception {
        var done = new AtomicBoolean();
        var current = new AtomicReference<MigrationData>();
        try (var device = fixture.open();
                var threads = Executors.newFixedThreadPool(2)) {
            var work = new ArrayList<Future<?>>();
            for (int i = 0; i < 2; i++) {
                work.add(threads.submit(() -> repeatUntilEnded(done, () -> {
                    var session = current.get();
                    if (session != null) {
                        session.preCopyInfo();
                    }
                })));
            }
            for (int round = 0; round < 50 * ROUNDS; round++) {
                var session = device.setState(DeviceState.PRE_COPY).orElseThrow();
                current.set(session);
                session.preCopyInfo();
                session.close();
                device.setState(DeviceState.RUNNING);
            }
            done.set(true);
            for (var future : work) {
                join(future);
            }
        }
    }

    private static void repeatUntilEnded(AtomicBoolean done, Runnable work) {
        while (!done.get()) {
            try {
                work.run();
            } catch (SessionEndedException ended) {
                assertThat(ended.device()).isEqualTo(VfioMigratableDeviceFixture.ADDRESS);
            }
        }
    }

    private interface Ending {
        void run(VfioMigratableDevice device, MigrationData session);
    }

    /// Drivers of two manners answer a session that has gone.
    @Test
    void readersWritersReportersAndRequestersMeetResetsOnly() throws Exception {
        for (int errno : new int[] {FakeErrno.ENODEV, FakeErrno.EINVAL}) {
            fixture.migration.goneErrno(errno).mostRead(5).mostWrite(5);
            fixture.pci.logging(new FakeDmaLogging());
            var done = new AtomicBoolean();
            try (var device = fixture.open();
                    var threads = Executors.newFixedThreadPool(4)) {
                var tracking = device.dirtyMemory().orElseThrow();
                var bitmap = MemorySegment.ofArray(new byte[32]);
                var work = new ArrayList<Future<?>>();
                work.add(threads.submit(() -> repeat(done, () -> use(device.setState(DeviceState.STOP_COPY)))));
                work.add(threads.submit(() -> repeat(done, () -> use(device.setState(DeviceState.PRE_COPY)))));
                work.add(threads.submit(() -> repeat(done, () -> use(device.setState(DeviceState.RESUMING)))));
                work.add(threads.submit(() -> repeat(done, () -> {
                    tracking.stop();
                    tracking.start(List.of(RANGE), 4096);
                    tracking.report(RANGE, 4096, bitmap);
                    device.estimatedStateBytes();
                })));
                for (int round = 0; round < ROUNDS; round++) {
                    device.reset();
                }
                done.set(true);
                for (var future : work) {
                    join(future);
                }
                device.reset();
                assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            }
        }
    }

    private static void use(Optional<MigrationData> session) {
        session.ifPresent(data -> {
            var piece = ByteBuffer.allocate(16);
            for (int i = 0; i < 50 && data.isOpen(); i++) {
                if (data.direction() == MigrationData.Direction.SAVING) {
                    data.preCopyInfo();
                    if (data.read(piece.clear()) < 0) {
                        return;
                    }
                } else {
                    data.write(piece.clear());
                }
            }
        });
    }

    /// Nothing but typed failures that name the device may come out.
    private static void repeat(AtomicBoolean done, Runnable work) {
        while (!done.get()) {
            try {
                work.run();
            } catch (LiveMigrationException e) {
                assertThat(e.device()).as("device named by: %s", e).isEqualTo(VfioMigratableDeviceFixture.ADDRESS);
            }
        }
    }

    @Test
    void aDeviceIsClosedWhileOthersUseIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var done = new AtomicBoolean();
            try (var threads = Executors.newFixedThreadPool(2)) {
                var device = fixture.open();
                var user = threads.submit(() -> repeat(done, () -> use(device.setState(DeviceState.STOP_COPY))));
                var other = threads.submit(() -> repeat(done, device::state));
                device.setState(DeviceState.STOP);
                device.close();
                done.set(true);
                join(user);
                join(other);
            }
        }
    }
}
