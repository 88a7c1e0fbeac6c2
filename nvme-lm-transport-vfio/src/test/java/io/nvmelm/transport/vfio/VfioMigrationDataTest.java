package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.drain;
import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyInfo;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VfioMigrationDataTest {
    private static final byte[] STATE = VfioMigratableDeviceFixture.stateOf(1);
    private static final byte[] OTHER = VfioMigratableDeviceFixture.stateOf(2);
    private static final TransferOptions SMALL_PIECES = TransferOptions.defaults().withPieces(64, 1);

    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);
    private final FakeMigration migration = fixture.migration;
    private final VfioMigratableDevice device = fixture.open(AccessPath.GROUP, SMALL_PIECES);

    @AfterEach
    void nothingIsLeft() {
        device.close();
        fixture.kernel.assertNothingLeft();
    }

    private MigrationData session(DeviceState state) {
        return device.setState(state).orElseThrow();
    }

    @Test
    void aDirectBufferGoesToTheKernelInOneCallAndAHeapBufferInPieces() {
        var session = session(DeviceState.STOP_COPY);
        fixture.kernel.clearLog();
        assertThat(session.read(ByteBuffer.allocateDirect(500))).isEqualTo(500);
        assertThat(fixture.kernel.log()).containsExactly("data.read(500) = 500");
        assertThat(session.read(ByteBuffer.allocate(500))).isEqualTo(64);
        var load = session(DeviceState.RESUMING);
        fixture.kernel.clearLog();
        assertThat(load.write(ByteBuffer.allocateDirect(300).position(10))).isEqualTo(290);
        assertThat(fixture.calls("write")).isEqualTo(1);
        assertThat(load.write(ByteBuffer.allocate(130).position(2))).isEqualTo(128);
        assertThat(fixture.calls("write")).isEqualTo(3);
    }

    @Test
    void sliceViewsAndAlternatingBuffersKeepTheirBytesApart() {
        var session = session(DeviceState.STOP_COPY);
        var whole = ByteBuffer.allocateDirect(64);
        var slice = whole.slice(16, 16);
        var other = ByteBuffer.allocateDirect(32);
        byte[] stream = FakeMigration.streamOf(STATE);
        assertThat(session.read(slice.position(4).limit(8))).isEqualTo(4);
        assertThat(session.read(other.position(1).limit(3))).isEqualTo(2);
        assertThat(session.read(slice.limit(12))).isEqualTo(4);
        byte[] expected = new byte[64];
        System.arraycopy(stream, 0, expected, 20, 4);
        System.arraycopy(stream, 6, expected, 24, 4);
        byte[] found = new byte[64];
        whole.get(0, found);
        assertThat(found).isEqualTo(expected);
        assertThat(other.get(1)).isEqualTo(stream[4]);
        assertThat(other.get(2)).isEqualTo(stream[5]);
        assertThat(slice.position()).isEqualTo(12);
    }

    @Test
    void aShortWriteIsContinued() {
        migration.mostWrite(7);
        byte[] stream = FakeMigration.streamOf(OTHER);
        for (boolean direct : new boolean[] {true, false}) {
            device.reset();
            migration.setGuestState(STATE);
            var source = direct ? ByteBuffer.allocateDirect(stream.length) : ByteBuffer.allocate(stream.length);
            assertThat(session(DeviceState.RESUMING).write(source.put(stream).flip().asReadOnlyBuffer()))
                    .isEqualTo(stream.length);
            device.setState(DeviceState.RUNNING);
            assertThat(migration.guestState()).isEqualTo(OTHER);
        }
    }

    @Test
    void anInterruptedCallIsRepeated() {
        var session = session(DeviceState.STOP_COPY);
        fixture.kernel.fail(FakeCall.on("data", "read"), FakeErrno.EINTR, 1, 3);
        assertThat(drain(session)).isEqualTo(FakeMigration.streamOf(STATE));
        assertThat(fixture.kernel.failuresLeft()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTemporaryEndIsZeroInWhicheverMannerAndTheEndComesStopped(boolean zero) {
        migration.temporaryEndIsZero(zero).initialBytes(10);
        var session = session(DeviceState.PRE_COPY);
        assertThat(drain(session)).hasSize(26);
        assertThat(session.read(ByteBuffer.allocate(1))).isZero();
        migration.dirty(5);
        device.setState(DeviceState.PRE_COPY_P2P);
        assertThat(drain(session)).hasSize(21);
        assertThat(session.read(ByteBuffer.allocateDirect(1))).isZero();
        device.setState(DeviceState.STOP_COPY);
        assertThat(drain(session)).isEqualTo(FakeMigration.streamOf(STATE));
        assertThat(session.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(session.read(ByteBuffer.allocateDirect(1))).isEqualTo(-1);
    }

    @Test
    void noMessageFromAStoppedDeviceIsAFailure() {
        var session = session(DeviceState.STOP_COPY);
        fixture.kernel.failNext(FakeCall.on("data", "read"), FakeErrno.ENOMSG);
        var failure = refusal(TransportException.class, () -> session.read(ByteBuffer.allocate(8)));
        assertThat(failure.errno()).hasValue(FakeErrno.ENOMSG);
    }

    @Test
    void aDriverThatNeedsTimeIsWaitedFor() {
        var session = session(DeviceState.STOP_COPY);
        migration.notReadyFor(Duration.ofSeconds(3));
        assertThat(drain(session)).isEqualTo(FakeMigration.streamOf(STATE));
    }

    @Test
    void waitingEndsWithTheDeadline() {
        var session = session(DeviceState.STOP_COPY);
        migration.notReadyFor(Duration.ofSeconds(11));
        long start = fixture.kernel.clock().nanoTime();
        var failure =
                refusal(CommandTimeoutException.class, () -> session.read(ByteBuffer.allocate(8)));
        assertThat(failure.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(fixture.kernel.clock().nanoTime() - start).isBetween(10_000_000_000L, 10_100_000_000L);
        assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
    }

    /// Some drivers have no `poll` of their own, so that their files always look ready.
    @Test
    void aFileThatAlwaysLooksReadyIsNotAskedInAHotLoop() {
        var session = session(DeviceState.STOP_COPY);
        fixture.kernel.fail(FakeCall.on("data", "read"), FakeErrno.EAGAIN, 0, 100);
        long start = fixture.kernel.clock().nanoTime();
        assertThat(session.read(ByteBuffer.allocate(8))).isEqualTo(8);
        assertThat(fixture.kernel.clock().nanoTime() - start).isBetween(500_000_000L, 1_000_000_000L);
    }

    @Test
    void aWriteThatTimedOutSpoilsTheLoad() {
        var session = session(DeviceState.RESUMING);
        migration.notReadyFor(Duration.ofSeconds(11));
        refusal(CommandTimeoutException.class, () -> session.write(ByteBuffer.wrap(FakeMigration.streamOf(OTHER))));
        var refusal = refusal(DeviceStateException.class, () -> device.setState(DeviceState.RUNNING));
        assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
    }

    /// A driver that forgets that it refused a part would let the device run with a state that has a gap.
    @Test
    void aWriteThatFailedIsRememberedEvenIfTheDriverForgets() {
        migration.forgetsFailedWrites(true).failWriteAt(100, FakeErrno.EINVAL);
        var session = session(DeviceState.RESUMING);
        byte[] stream = FakeMigration.streamOf(OTHER);
        var failure = refusal(TransportException.class, () -> session.write(ByteBuffer.wrap(stream)));
        assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
        assertThat(failure.errno()).hasValue(FakeErrno.EINVAL);
        fixture.kernel.clearLog();
        refusal(DeviceStateException.class, () -> session.write(ByteBuffer.wrap(stream)));
        session.close();
        for (var target : new DeviceState[] {DeviceState.STOP, DeviceState.RUNNING, DeviceState.PRE_COPY}) {
            var refusal = refusal(DeviceStateException.class, () -> device.setState(target));
            assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
            assertThat(refusal.state()).isEqualTo(DeviceState.RESUMING);
        }
        assertThat(fixture.calls("SET_MIG_DEVICE_STATE")).isZero();
        device.reset();
        session(DeviceState.RESUMING).write(ByteBuffer.wrap(stream));
        device.setState(DeviceState.RUNNING);
        assertThat(migration.guestState()).isEqualTo(OTHER);
    }

    @Test
    void garbageIsRefusedAtTheEndOfTheLoadAndStaysRefused() {
        var session = session(DeviceState.RESUMING);
        byte[] garbage = FakeMigration.streamOf(OTHER);
        garbage[40] ^= 1;
        session.write(ByteBuffer.wrap(garbage));
        var failure = refusal(TransportException.class, () -> device.setState(DeviceState.RUNNING));
        assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
        assertThat(failure.step()).isEqualTo("RESUMING to STOP");
        refusal(DeviceStateException.class, () -> device.setState(DeviceState.STOP));
        assertThat(migration.guestState()).isEqualTo(STATE);
    }

    @Test
    void aReadThatFailedLeavesTheDeviceUsable() {
        migration.failReadAt(50, FakeErrno.EIO);
        var session = session(DeviceState.STOP_COPY);
        var buffer = ByteBuffer.allocateDirect(1000);
        assertThat(session.read(buffer)).isEqualTo(50);
        var failure = refusal(TransportException.class, () -> session.read(buffer));
        assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
        assertThat(failure).hasMessageContaining("STOP_COPY");
        assertThat(buffer.position()).isEqualTo(50);
        device.setState(DeviceState.RUNNING);
        assertThat(drain(session(DeviceState.STOP_COPY))).isEqualTo(FakeMigration.streamOf(STATE));
    }

    @Test
    void buffersThatCannotBeUsedAreRefusedByType() {
        var session = session(DeviceState.STOP_COPY);
        refusal(InvalidValueException.class, () -> session.read(ByteBuffer.allocate(8).asReadOnlyBuffer()));
        ByteBuffer dead;
        try (var arena = Arena.ofConfined()) {
            dead = arena.allocate(8).asByteBuffer();
        }
        refusal(InvalidValueException.class, () -> session.read(dead));
        assertThat(drain(session)).isEqualTo(FakeMigration.streamOf(STATE));
        assertThat(session.totalBytes()).isEmpty();
    }

    @Test
    void theViewOfADirectBufferIsKeptAsLongAsItComesAgain() {
        migration.setGuestState(new byte[4 << 20]);
        var session = session(DeviceState.STOP_COPY);
        var buffer = ByteBuffer.allocateDirect(4096);
        var memory = new VfioMigrationDataMemory(64);
        var view = memory.of(buffer);
        assertThat(session.read(buffer)).isPositive();
        assertThat(memory.of(buffer.clear())).isSameAs(view);
        assertThat(memory.of(ByteBuffer.allocateDirect(1))).isNotSameAs(view);
    }

    /// The bounce piece held guest state.
    @Test
    void theBouncePieceIsZeroedAndFreed() {
        var memory = new VfioMigrationDataMemory(64);
        memory.copyIn(ByteBuffer.wrap(STATE), 64);
        var piece = memory.bounceMemory();
        memory.close();
        assertThat(piece.scope().isAlive()).isFalse();
        memory.close();
    }

    @Test
    void preCopyInfoIsThereWhileTheDeviceRuns() {
        migration.initialBytes(10);
        var session = session(DeviceState.PRE_COPY);
        assertThat(session.preCopyInfo()).contains(new PreCopyInfo(26, 0, false));
        drain(session);
        assertThat(session.preCopyInfo().orElseThrow().nothingLeft()).isTrue();
        migration.dirty(4);
        assertThat(session.preCopyInfo()).contains(new PreCopyInfo(0, 20, false));
        migration.newInitialData(8);
        assertThat(session.preCopyInfo()).as("not opted in").contains(new PreCopyInfo(0, 44, false));
        device.setState(DeviceState.STOP_COPY);
        assertThat(session.preCopyInfo()).isEmpty();
        device.setState(DeviceState.STOP);
        refusal(SessionEndedException.class, session::preCopyInfo);
        assertThat(session(DeviceState.RESUMING).preCopyInfo()).isEmpty();
    }

    @Test
    void preCopyInfoThatTheDriverLacksIsEmptyAndOneThatFailsIsAFailure() {
        var session = session(DeviceState.PRE_COPY);
        fixture.kernel.failNext(FakeCall.named("GET_PRECOPY_INFO"), FakeErrno.ENOTTY);
        assertThat(session.preCopyInfo()).isEmpty();
        fixture.kernel.failNext(FakeCall.named("GET_PRECOPY_INFO"), FakeErrno.EIO);
        assertThat(refusal(TransportException.class, session::preCopyInfo).errno()).hasValue(FakeErrno.EIO);
    }

    @Test
    void newInitialDataIsToldWhereTheKernelKnowsHow() {
        var newer = new VfioMigratableDeviceFixture(7);
        newer.migration.knowsReinit(true);
        try (var opened = newer.open()) {
            var session = opened.setState(DeviceState.PRE_COPY).orElseThrow();
            drain(session);
            newer.migration.newInitialData(8);
            assertThat(session.preCopyInfo()).contains(new PreCopyInfo(24, 0, true));
            assertThat(session.preCopyInfo()).contains(new PreCopyInfo(24, 0, false));
        }
    }

    @Test
    void aWriterBelievesNoDriverThatTakesNothing() {
        migration.mostWrite(0);
        var session = session(DeviceState.RESUMING);
        var failure = refusal(TransportException.class, () -> session.write(ByteBuffer.allocate(8)));
        assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
    }

    @Test
    void aStateGoesThereAndBackAgainAndAgain() {
        var there = new VfioMigratableDeviceFixture(7);
        try (var destination = there.open()) {
            var devices = new VfioMigratableDevice[] {device, destination};
            var kernels = new FakeMigration[] {migration, there.migration};
            for (int round = 0; round < 20; round++) {
                byte[] state = Arrays.copyOf(VfioMigratableDeviceFixture.stateOf(round), 100 + round);
                kernels[round % 2].setGuestState(state);
                kernels[1 - round % 2].setGuestState(STATE);
                var from = devices[round % 2];
                var to = devices[1 - round % 2];
                try (var saving = from.setState(DeviceState.STOP_COPY).orElseThrow();
                        var loading = to.setState(DeviceState.RESUMING).orElseThrow()) {
                    loading.write(ByteBuffer.wrap(drain(saving)));
                }
                to.setState(DeviceState.RUNNING);
                from.setState(DeviceState.RUNNING);
                assertThat(kernels[1 - round % 2].guestState()).isEqualTo(state);
            }
        }
        there.kernel.assertNothingLeft();
    }
}
