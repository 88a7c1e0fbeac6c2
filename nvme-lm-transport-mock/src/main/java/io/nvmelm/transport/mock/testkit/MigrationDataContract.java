package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.StateBytes.ALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationData.Direction;
import io.nvmelm.SessionEndedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// What [MigrationData] promises, whatever device opens the session. The first part of [MigratableDeviceContract], which is
/// what to extend.
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
@Timeout(300)
public abstract class MigrationDataContract {
    private static final long GARBAGE_SEED = 20_260_107;
    private static final byte PATTERN = 0x5A;

    private final List<MigratableDevice> opened = new ArrayList<>();
    private Optional<MigratableDevice> source = Optional.empty();
    private Optional<MigratableDevice> destination = Optional.empty();

    /// For subclasses.
    protected MigrationDataContract() {}

    /// Opens the device whose state is saved. Called at most once in a test; the contract closes it.
    ///
    /// @return the device, RUNNING
    protected abstract MigratableDevice openSource();

    /// Opens the device that is loaded, of the same kind as the source. Called at most once in a test; the contract closes it.
    ///
    /// @return the device, RUNNING and as after a reset
    protected abstract MigratableDevice openDestination();

    /// Gives the source a state that can be recognised, as its guest would. The source is RUNNING, and was reset or has a
    /// state that was given before.
    ///
    /// @param mark which state: states of different marks can be told apart; 1 or 2
    protected abstract void giveSourceState(int mark);

    /// Does for the destination what a VMM does before a state is loaded, if anything: attaching guest memory, for instance.
    /// The destination is RUNNING and was reset, or is fresh; the source may be stopped.
    protected void prepareDestination() {}

    /// Asserts that the destination goes on with the state that the source had, as its guest would see it. The destination is
    /// RUNNING.
    ///
    /// @param mark what [#giveSourceState(int)] was last called with
    protected abstract void assertDestinationState(int mark);

    /// {@return how long the contract waits for another thread} To be overridden for a device that needs longer than 30 s to
    /// save or load its state byte by byte.
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /// {@return the source of this test; opened at the first call}
    protected final MigratableDevice source() {
        if (source.isEmpty()) {
            source = Optional.of(closedAfterwards(openSource()));
        }
        return source.get();
    }

    /// {@return the destination of this test; opened at the first call}
    protected final MigratableDevice destination() {
        if (destination.isEmpty()) {
            destination = Optional.of(closedAfterwards(openDestination()));
        }
        return destination.get();
    }

    private MigratableDevice closedAfterwards(MigratableDevice device) {
        opened.add(device);
        return device;
    }

    /// Closes the devices of the test.
    @AfterEach
    public void closeDevices() {
        opened.forEach(MigratableDevice::close);
    }

    // What both parts of the contract do.

    static MigrationData openSession(MigratableDevice device, DeviceState state) {
        var session = device.setState(state);
        assertThat(session).as("session of %s", state).isPresent();
        return session.orElseThrow();
    }

    /// Resets both devices and gives the source a state.
    final void start(int mark) {
        source().reset();
        giveSourceState(mark);
        resetDestination();
    }

    final void resetDestination() {
        destination().reset();
        prepareDestination();
    }

    /// {@return the state of the source, which is STOP afterwards}
    final byte[] savedState(int mark) {
        source().reset();
        giveSourceState(mark);
        byte[] bytes;
        try (var session = openSession(source(), DeviceState.STOP_COPY)) {
            bytes = StateBytes.read(session, ALL);
        }
        source().setState(DeviceState.STOP);
        assertThat(bytes).as("state of the source").isNotEmpty();
        return bytes;
    }

    /// Loads a state into a prepared destination, which is RUNNING afterwards.
    final void load(byte[] bytes, int pieceBytes) {
        try (var session = openSession(destination(), DeviceState.RESUMING)) {
            StateBytes.write(session, bytes, pieceBytes);
        }
        assertThat(destination().setState(DeviceState.STOP)).isEmpty();
        assertThat(destination().setState(DeviceState.RUNNING)).isEmpty();
    }

    /// Asserts that a device refuses by a failure of a type that names the device and says what to do.
    static <T extends LiveMigrationException> T assertRefused(
            MigratableDevice device, Class<T> type, ThrowingCallable call) {
        var failure = catchThrowable(call);
        assertThat(failure).isInstanceOf(type);
        return requireNamed(device, type.cast(failure));
    }

    static <T extends LiveMigrationException> T requireNamed(MigratableDevice device, T failure) {
        assertThat(failure.device()).as("device that is named by: %s", failure).isEqualTo(device.identity().name());
        return AdminCalls.requireExplained(failure);
    }

    static void assertEnded(MigratableDevice device, MigrationData session) {
        if (session.direction() == Direction.SAVING) {
            assertRefused(device, SessionEndedException.class, () -> session.read(ByteBuffer.allocate(1)));
        } else {
            assertRefused(device, SessionEndedException.class, () -> session.write(ByteBuffer.allocate(1)));
        }
    }

    // The contract.

    /// A state arrives whatever the sizes of the reads and writes are.
    ///
    /// @return a test for each size: 1, 7, 4096, all at once
    @TestFactory
    public Stream<DynamicTest> aStateArrivesInPiecesOfAnySize() {
        return Stream.of(1, 7, 4096, ALL).map(size -> DynamicTest.dynamicTest("pieces of " + size, () -> {
            start(1);
            byte[] bytes;
            try (var session = openSession(source(), DeviceState.STOP_COPY)) {
                bytes = StateBytes.read(session, size);
                session.totalBytes().ifPresent(total -> assertThat(bytes.length).isEqualTo(total));
            }
            load(bytes, size);
            assertDestinationState(1);
        }));
    }

    /// A state that is written while it is read arrives; nothing waits for the end.
    @Test
    public void aStateArrivesWhileItIsRead() {
        start(2);
        try (var from = openSession(source(), DeviceState.STOP_COPY);
                var to = openSession(destination(), DeviceState.RESUMING)) {
            var piece = ByteBuffer.allocate(100);
            while (StateBytes.readSome(from, piece)) {
                to.write(piece.flip());
                piece.clear();
            }
        }
        destination().setState(DeviceState.RUNNING);
        assertDestinationState(2);
    }

    /// At the end of the state every read says so.
    @Test
    public void theEndStaysTheEnd() {
        giveSourceState(1);
        var session = openSession(source(), DeviceState.STOP_COPY);
        StateBytes.read(session, ALL);
        for (int i = 0; i < 3; i++) {
            assertThat(session.read(ByteBuffer.allocate(16))).isEqualTo(-1);
        }
    }

    /// A buffer without room is neither an end nor a failure, and takes nothing from the state.
    @Test
    public void aBufferWithoutRoomMovesNothing() {
        start(1);
        byte[] bytes;
        try (var session = openSession(source(), DeviceState.STOP_COPY)) {
            assertThat(session.read(ByteBuffer.allocate(0))).isZero();
            bytes = StateBytes.read(session, 7);
        }
        try (var session = openSession(destination(), DeviceState.RESUMING)) {
            assertThat(session.write(ByteBuffer.allocate(0))).isZero();
            StateBytes.write(session, bytes, ALL);
            assertThat(session.write(ByteBuffer.allocate(0))).isZero();
        }
        destination().setState(DeviceState.RUNNING);
        assertDestinationState(1);
    }

    /// A read stays between position and limit of its buffer.
    @Test
    public void aReadStaysWithinItsBuffer() {
        giveSourceState(1);
        var session = openSession(source(), DeviceState.STOP_COPY);
        var array = new byte[64];
        Arrays.fill(array, PATTERN);
        assertThat(session.read(ByteBuffer.wrap(array, 16, 8))).isBetween(1, 8);
        assertThat(Arrays.copyOf(array, 16)).containsOnly(PATTERN);
        assertThat(Arrays.copyOfRange(array, 24, 64)).containsOnly(PATTERN);
    }

    /// A session says which way it goes; its size, where it is known, is that of the state.
    @Test
    public void aSessionKnowsItsDirectionAndSize() {
        start(1);
        var saving = openSession(source(), DeviceState.STOP_COPY);
        assertThat(saving.direction()).isEqualTo(Direction.SAVING);
        assertThat(saving.isOpen()).isTrue();
        var total = saving.totalBytes();
        byte[] bytes = StateBytes.read(saving, ALL);
        total.ifPresent(known -> assertThat(known).isEqualTo(bytes.length));
        var loading = openSession(destination(), DeviceState.RESUMING);
        assertThat(loading.direction()).isEqualTo(Direction.LOADING);
        assertThat(loading.isOpen()).isTrue();
        StateBytes.write(loading, bytes, ALL);
        loading.totalBytes().ifPresent(known -> assertThat(known).isEqualTo(bytes.length));
        saving.close();
        try {
            saving.totalBytes().ifPresent(known -> assertThat(known).isEqualTo(bytes.length));
        } catch (LiveMigrationException e) {
            requireNamed(source(), e);
        }
    }

    /// A session for saving is not written and one for loading is not read, and neither suffers from the attempt.
    @Test
    public void theWrongDirectionIsRefusedAndHarmless() {
        start(1);
        byte[] bytes;
        try (var session = openSession(source(), DeviceState.STOP_COPY)) {
            assertRefused(source(), DeviceStateException.class, () -> session.write(ByteBuffer.allocate(8)));
            bytes = StateBytes.read(session, ALL);
        }
        try (var session = openSession(destination(), DeviceState.RESUMING)) {
            assertRefused(destination(), DeviceStateException.class, () -> session.read(ByteBuffer.allocate(8)));
            StateBytes.write(session, bytes, ALL);
        }
        destination().setState(DeviceState.RUNNING);
        assertDestinationState(1);
    }

    /// A session ends with an arc that leaves its state, a reset, the device, or its own close.
    ///
    /// @return a test for each
    @TestFactory
    public Stream<DynamicTest> aSessionEnds() {
        Map<String, Consumer<MigrationData>> savingEnds = new LinkedHashMap<>();
        savingEnds.put("by an arc", _ -> source().setState(DeviceState.STOP));
        savingEnds.put("by a reset", _ -> source().reset());
        savingEnds.put("by its close", MigrationData::close);
        savingEnds.put("by the close of the device", _ -> source().close());
        Map<String, Consumer<MigrationData>> loadingEnds = new LinkedHashMap<>();
        byte[] bytes = savedState(1);
        loadingEnds.put("by an arc", session -> {
            StateBytes.write(session, bytes, ALL);
            destination().setState(DeviceState.STOP);
        });
        loadingEnds.put("by a reset", _ -> destination().reset());
        loadingEnds.put("by its close", MigrationData::close);
        loadingEnds.put("by the close of the device", _ -> destination().close());
        return Stream.concat(
                savingEnds.entrySet().stream().map(end -> DynamicTest.dynamicTest("saving, " + end.getKey(), () -> {
                    source().reset();
                    var session = openSession(source(), DeviceState.STOP_COPY);
                    assertThat(session.read(ByteBuffer.allocate(1))).isEqualTo(1);
                    end.getValue().accept(session);
                    assertEnded(source(), session);
                    session.close();
                    session.close();
                    assertThat(session.isOpen()).isFalse();
                    assertEnded(source(), session);
                })),
                loadingEnds.entrySet().stream().map(end -> DynamicTest.dynamicTest("loading, " + end.getKey(), () -> {
                    resetDestination();
                    var session = openSession(destination(), DeviceState.RESUMING);
                    end.getValue().accept(session);
                    assertEnded(destination(), session);
                    session.close();
                    session.close();
                    assertThat(session.isOpen()).isFalse();
                    assertEnded(destination(), session);
                })));
    }

    /// Closing a session does not move the device.
    @Test
    public void closingASessionLeavesTheDeviceWhereItIs() {
        start(1);
        openSession(source(), DeviceState.STOP_COPY).close();
        assertThat(source().state()).isEqualTo(DeviceState.STOP_COPY);
        assertThat(source().setState(DeviceState.RUNNING)).isEmpty();
        openSession(destination(), DeviceState.RESUMING).close();
        assertThat(destination().state()).isEqualTo(DeviceState.RESUMING);
    }

    /// A second session delivers the state of its own time, from the start, whatever became of the first.
    @Test
    public void aSecondSessionHasNothingOfTheFirst() {
        start(1);
        var first = openSession(source(), DeviceState.STOP_COPY);
        assertThat(first.read(ByteBuffer.allocate(5))).isPositive();
        source().setState(DeviceState.RUNNING);
        giveSourceState(2);
        var second = openSession(source(), DeviceState.STOP_COPY);
        assertEnded(source(), first);
        first.close();
        byte[] bytes = StateBytes.read(second, 7);
        load(bytes, ALL);
        assertDestinationState(2);
    }

    /// A load that was given up by a reset leaves nothing behind for the next.
    @Test
    public void aSecondLoadHasNothingOfTheFirst() {
        byte[] one = savedState(1);
        byte[] two = savedState(2);
        resetDestination();
        var first = openSession(destination(), DeviceState.RESUMING);
        StateBytes.write(first, one, 0, one.length / 2, ALL);
        resetDestination();
        var second = openSession(destination(), DeviceState.RESUMING);
        assertEnded(destination(), first);
        first.close();
        StateBytes.write(second, two, ALL);
        destination().setState(DeviceState.RUNNING);
        assertDestinationState(2);
    }

    /// What is not a whole state is refused, at the latest when the device leaves RESUMING; the device has to be reset then,
    /// and takes a good state.
    ///
    /// @return a test for each kind of damage
    @TestFactory
    public Stream<DynamicTest> aDamagedStateIsRefusedAndAResetHelps() {
        byte[] good = savedState(1);
        Map<String, IntFunction<byte[]>> damages = new LinkedHashMap<>();
        damages.put("garbage of seed " + GARBAGE_SEED, length -> {
            byte[] garbage = new byte[length];
            new SplittableRandom(GARBAGE_SEED).nextBytes(garbage);
            return garbage;
        });
        damages.put("zeroes", byte[]::new);
        damages.put("no byte", _ -> new byte[0]);
        damages.put("one byte", _ -> Arrays.copyOf(good, 1));
        damages.put("half", length -> Arrays.copyOf(good, length / 2));
        damages.put("all but one byte", length -> Arrays.copyOf(good, length - 1));
        var pieces = List.of(7, ALL);
        return damages.entrySet().stream()
                .flatMap(damage -> pieces.stream()
                        .map(size -> DynamicTest.dynamicTest(damage.getKey() + ", in pieces of " + size, () -> {
                            byte[] state = savedState(1);
                            assertRefusedAndRecovered(damage.getValue().apply(good.length), state, size);
                        })));
    }

    private void assertRefusedAndRecovered(byte[] bad, byte[] good, int pieceBytes) {
        resetDestination();
        var device = destination();
        var session = openSession(device, DeviceState.RESUMING);
        try {
            StateBytes.write(session, bad, pieceBytes);
        } catch (LiveMigrationException e) {
            requireNamed(device, e);
        }
        assertRefused(device, LiveMigrationException.class, () -> device.setState(DeviceState.STOP));
        assertThat(device.state()).isIn(DeviceState.RESUMING, DeviceState.ERROR);
        if (device.state() == DeviceState.ERROR) {
            for (var target : DeviceState.values()) {
                assertRefused(device, DeviceStateException.class, () -> device.setState(target));
            }
        } else {
            assertRefused(device, LiveMigrationException.class, () -> device.setState(DeviceState.RUNNING));
        }
        resetDestination();
        assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        assertEnded(device, session);
        load(good, ALL);
        assertDestinationState(1);
    }

    /// A state of which a part was read while the device ran arrives whole; a device without pre-copy refuses to try.
    @Test
    public void aStateReadWhileTheDeviceRunsArrives() {
        if (!source().capabilities().contains(MigrationCapability.PRE_COPY)) {
            assertRefused(source(), DeviceStateException.class, () -> source().setState(DeviceState.PRE_COPY));
            return;
        }
        start(1);
        var bytes = new ByteArrayOutputStream();
        try (var session = openSession(source(), DeviceState.PRE_COPY)) {
            assertThat(session.direction()).isEqualTo(Direction.SAVING);
            assertThat(session.totalBytes()).as("size while the device runs").isEmpty();
            bytes.writeBytes(StateBytes.readAvailable(session, ALL));
            if (source().capabilities().contains(MigrationCapability.P2P)) {
                assertThat(source().setState(DeviceState.PRE_COPY_P2P)).isEmpty();
                bytes.writeBytes(StateBytes.readAvailable(session, ALL));
            }
            assertThat(source().setState(DeviceState.STOP_COPY)).isEmpty();
            bytes.writeBytes(StateBytes.read(session, 7));
        }
        load(bytes.toByteArray(), 7);
        assertDestinationState(1);
    }
}
