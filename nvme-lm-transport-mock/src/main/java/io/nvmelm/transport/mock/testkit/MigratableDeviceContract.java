package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.StateBytes.ALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What [MigratableDevice] promises to a VMM. The author of a device extends this class, says how to open two of them and how
/// to tell their states, and has the promises tested, those of the sessions by [MigrationDataContract] included.
///
/// ```java
/// class MyDeviceTest extends MigratableDeviceContract {
///     @Override
///     protected MigratableDevice openSource() {
///         return MyDevice.open(...);
///     }
///
///     @Override
///     protected MigratableDevice openDestination() {
///         return MyDevice.open(...);
///     }
///
///     @Override
///     protected void giveSourceState(int mark) {
///         // what a guest would do with the source
///     }
///
///     @Override
///     protected void assertDestinationState(int mark) {
///         // what a guest would see at the destination
///     }
/// }
/// ```
///
/// Every refusal and failure has to be a [LiveMigrationException] that names the device. Threads are used where the promise is
/// about threads, with nothing random but the order in which they run.
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
public abstract class MigratableDeviceContract extends MigrationDataContract {
    private static final int ROUNDS = 20;
    private static final int THREADS = 4;
    private static final int REQUESTS_OF_A_THREAD = 40;
    private static final long REQUEST_SEED = 20_260_108;

    /// For subclasses.
    protected MigratableDeviceContract() {}

    /// A device that is opened runs, can be stopped and copied, and has a name.
    @Test
    public void aFreshDeviceRuns() {
        for (var device : List.of(source(), destination())) {
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(device.capabilities()).contains(MigrationCapability.STOP_COPY);
            assertThat(device.identity().name()).isNotBlank();
            assertThat(device.identity()).isEqualTo(device.identity());
            assertThat(device.dirtyMemory()).isNotNull();
        }
    }

    /// From every state that can be had, every request goes as [MigrationStateMachine] plans it for the capabilities of the
    /// device, or is refused and changes nothing. A session is given out exactly when the last arc opens one, and an earlier
    /// one has ended exactly when an arc ended it.
    ///
    /// @return a test for each pair of states
    @TestFactory
    public Stream<DynamicTest> everyRequestGoesAsTheStateMachinePlans() {
        byte[] state = savedState(1);
        return reachableStates()
                .flatMap(from -> Stream.of(DeviceState.values())
                        .map(to -> DynamicTest.dynamicTest(from + " to " + to, () -> assertRequest(from, to, state))));
    }

    private Stream<DeviceState> reachableStates() {
        var machine = MigrationStateMachine.of(destination().capabilities());
        return Stream.of(DeviceState.values()).filter(machine::has);
    }

    private void assertRequest(DeviceState from, DeviceState to, byte[] state) {
        var device = destination();
        var earlier = bringTo(from);
        var machine = MigrationStateMachine.of(device.capabilities());
        boolean possible = catchThrowable(() -> machine.plan(from, to)) == null;
        boolean moves = possible && !machine.plan(from, to).isEmpty();
        if (from == DeviceState.RESUMING) {
            StateBytes.write(earlier.orElseThrow(), state, 0, moves ? state.length : state.length / 2, ALL);
        }
        if (!possible) {
            var refusal = assertRefused(device, DeviceStateException.class, () -> device.setState(to));
            assertThat(refusal.state()).isEqualTo(from);
            assertThat(device.state()).isEqualTo(from);
            earlier.ifPresent(session -> assertGoesOn(session, state));
            return;
        }
        var plan = machine.plan(from, to);
        var session = device.setState(to);
        assertThat(device.state()).isEqualTo(to);
        assertThat(session.isPresent()).as("session of the plan %s", plan).isEqualTo(plan.opensSession());
        session.ifPresent(opened -> assertThat(plan.sessionAtEnd()).contains(opened.direction()));
        if (plan.isEmpty() || plan.arcs().stream().noneMatch(arc -> arc.effect().ends())) {
            earlier.ifPresent(open -> assertGoesOn(open, state));
        } else {
            earlier.ifPresent(ended -> assertEnded(device, ended));
        }
    }

    /// Brings the destination to a state, freshly reset.
    private Optional<MigrationData> bringTo(DeviceState state) {
        resetDestination();
        var session = destination().setState(state);
        assertThat(destination().state()).isEqualTo(state);
        return session;
    }

    /// Asserts that a session works as if nothing had been asked of the device; one that loads has half of the state.
    private void assertGoesOn(MigrationData session, byte[] state) {
        var device = destination();
        if (session.direction() == MigrationData.Direction.LOADING) {
            StateBytes.write(session, state, state.length / 2, state.length, ALL);
            device.setState(DeviceState.STOP);
            assertThat(device.state()).isEqualTo(DeviceState.STOP);
        } else if (device.state() == DeviceState.STOP_COPY) {
            assertThat(StateBytes.read(session, ALL)).isNotEmpty();
        } else {
            StateBytes.readAvailable(session, ALL);
        }
    }

    /// A reset leads to RUNNING from every state, ends the session, and leaves a device that migrates.
    ///
    /// @return a test for each state
    @TestFactory
    public Stream<DynamicTest> aResetLeadsToRunning() {
        return reachableStates().map(state -> DynamicTest.dynamicTest("from " + state, () -> {
            byte[] saved = savedState(1);
            var session = bringTo(state);
            destination().reset();
            assertThat(destination().state()).isEqualTo(DeviceState.RUNNING);
            session.ifPresent(ended -> assertEnded(destination(), ended));
            destination().reset();
            prepareDestination();
            load(saved, ALL);
            assertDestinationState(1);
        }));
    }

    /// The estimate is there in every state and never 0.
    ///
    /// @return a test for each state
    @TestFactory
    public Stream<DynamicTest> theEstimateIsNeverZero() {
        return reachableStates().map(state -> DynamicTest.dynamicTest("in " + state, () -> {
            bringTo(state);
            assertThat(destination().estimatedStateBytes()).isPositive();
            assertThat(destination().state()).isEqualTo(state);
        }));
    }

    /// Announcing a suspension changes nothing that can be seen.
    @Test
    public void announcingASuspensionChangesNothing() {
        start(1);
        source().announceSuspension();
        source().announceSuspension();
        assertThat(source().state()).isEqualTo(DeviceState.RUNNING);
        byte[] bytes;
        try (var session = openSession(source(), DeviceState.STOP_COPY)) {
            bytes = StateBytes.read(session, 4096);
        }
        load(bytes, 4096);
        assertDestinationState(1);
    }

    /// A device that is stopped and runs again can still be migrated, with the state that it had.
    @Test
    public void stoppingAndGoingOnLosesNothing() {
        start(1);
        for (var state : List.of(DeviceState.STOP, DeviceState.RUNNING, DeviceState.STOP_COPY, DeviceState.RUNNING)) {
            source().setState(state);
        }
        try (var session = openSession(source(), DeviceState.STOP_COPY)) {
            load(StateBytes.read(session, ALL), ALL);
        }
        assertDestinationState(1);
    }

    /// Every format that both devices list can be saved and loaded; there is no choosing while a session is open, and no
    /// choosing what is not listed.
    ///
    /// @return a test for each format, and one for the refusals
    @TestFactory
    public Stream<DynamicTest> formatsAreChosenFromTheList() {
        var formats = new ArrayList<>(source().stateFormats());
        assertThat(new HashSet<>(formats)).hasSameSizeAs(formats);
        formats.retainAll(destination().stateFormats());
        var each = formats.stream().map(format -> DynamicTest.dynamicTest(format.toString(), () -> {
            source().selectStateFormat(format);
            byte[] bytes = savedState(1);
            resetDestination();
            destination().selectStateFormat(format);
            var session = openSession(destination(), DeviceState.RESUMING);
            assertRefused(destination(), DeviceStateException.class, () -> destination().selectStateFormat(format));
            StateBytes.write(session, bytes, ALL);
            destination().setState(DeviceState.STOP);
        }));
        var unlisted = Stream.iterate(0xFFFF, version -> version - 1)
                .map(StateFormat::ofVersion)
                .filter(format -> !source().stateFormats().contains(format))
                .findFirst()
                .orElseThrow();
        var refusal = DynamicTest.dynamicTest(
                "none that is not listed",
                () -> assertRefused(
                        source(), InvalidValueException.class, () -> source().selectStateFormat(unlisted)));
        return Stream.concat(each, Stream.of(refusal));
    }

    /// A reset is not held up by a reader, and a reader gets data or a typed failure.
    @Test
    public void aResetComesBetweenReads() {
        giveSourceState(1);
        for (int round = 0; round < ROUNDS; round++) {
            var session = openSession(source(), DeviceState.STOP_COPY);
            var reader = startReader(session);
            source().reset();
            reader.join(patience());
            assertThat(source().state()).isEqualTo(DeviceState.RUNNING);
            assertEnded(source(), session);
            session.close();
        }
    }

    /// The same for an arc that ends the session.
    @Test
    public void anArcComesBetweenReads() {
        giveSourceState(1);
        for (int round = 0; round < ROUNDS; round++) {
            var session = openSession(source(), DeviceState.STOP_COPY);
            var reader = startReader(session);
            source().setState(DeviceState.STOP);
            reader.join(patience());
            assertEnded(source(), session);
            session.close();
        }
    }

    /// A session can be closed while another thread reads it.
    @Test
    public void aCloseComesBetweenReads() {
        giveSourceState(1);
        for (int round = 0; round < ROUNDS; round++) {
            var session = openSession(source(), DeviceState.STOP_COPY);
            var reader = startReader(session);
            session.close();
            reader.join(patience());
            assertThat(source().state()).isEqualTo(DeviceState.STOP_COPY);
            source().setState(DeviceState.STOP);
        }
    }

    /// A device can be closed while another thread reads from it.
    @Test
    public void theDeviceIsClosedBetweenReads() {
        giveSourceState(1);
        var session = openSession(source(), DeviceState.STOP_COPY);
        var reader = startReader(session);
        source().close();
        reader.join(patience());
        assertEnded(source(), session);
    }

    private Background startReader(MigrationData session) {
        return Background.startAndAwait("reader", patience(), isUnderWay -> {
            var piece = ByteBuffer.allocate(1);
            try {
                while (StateBytes.readSome(session, piece.clear())) {
                    isUnderWay.run();
                }
            } catch (LiveMigrationException e) {
                requireNamed(source(), e);
            }
        });
    }

    /// A reset is not held up by a writer, and a writer succeeds or gets a typed failure.
    @Test
    public void aResetComesBetweenWrites() {
        byte[] state = savedState(1);
        var device = destination();
        for (int round = 0; round < ROUNDS; round++) {
            resetDestination();
            var session = openSession(device, DeviceState.RESUMING);
            var writer = Background.startAndAwait("writer", patience(), isUnderWay -> {
                try {
                    for (int i = 0; i < state.length; i++) {
                        StateBytes.write(session, state, i, i + 1, 1);
                        isUnderWay.run();
                    }
                } catch (LiveMigrationException e) {
                    requireNamed(device, e);
                }
            });
            device.reset();
            writer.join(patience());
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertEnded(device, session);
        }
        resetDestination();
        load(state, ALL);
        assertDestinationState(1);
    }

    /// Requests of several threads come one after the other: each is served or refused by type, and the device is in a state
    /// that it has, with all that belongs to it.
    @Test
    public void requestsOfSeveralThreadsExcludeEachOther() {
        byte[] saved = savedState(1);
        var device = destination();
        var states = DeviceState.values();
        var threads = new ArrayList<Background>();
        for (int thread = 0; thread < THREADS; thread++) {
            var random = new SplittableRandom(REQUEST_SEED + thread);
            threads.add(Background.start("requester " + thread + " of seed " + REQUEST_SEED, () -> {
                for (int i = 0; i < REQUESTS_OF_A_THREAD; i++) {
                    try {
                        if (random.nextInt(8) == 0) {
                            device.reset();
                        } else {
                            device.setState(states[random.nextInt(states.length)]).ifPresent(MigrationData::close);
                        }
                        assertThat(device.estimatedStateBytes()).isPositive();
                    } catch (LiveMigrationException e) {
                        requireNamed(device, e);
                    }
                }
            }));
        }
        threads.forEach(requester -> requester.join(patience()));
        assertThat(device.state() == DeviceState.ERROR || reachableStates().toList().contains(device.state())).isTrue();
        resetDestination();
        load(saved, ALL);
        assertDestinationState(1);
    }

    /// A device may be closed more than once, and by several threads at the same time.
    @Test
    public void closingTwiceIsClosingOnce() {
        var device = source();
        device.setState(DeviceState.STOP);
        var other = Background.start("closer", device::close);
        device.close();
        other.join(patience());
        device.close();
    }

    /// A closed device refuses everything but to say who it is.
    @Test
    public void aClosedDeviceRefuses() {
        var device = source();
        var identity = device.identity();
        var capabilities = device.capabilities();
        device.close();
        assertThat(device.identity()).isEqualTo(identity);
        assertThat(device.capabilities()).isEqualTo(capabilities);
        Arrays.stream(DeviceState.values())
                .forEach(state -> assertRefused(device, LiveMigrationException.class, () -> device.setState(state)));
        assertRefused(device, LiveMigrationException.class, device::reset);
        assertRefused(device, LiveMigrationException.class, device::estimatedStateBytes);
    }

    /// The capabilities are the same in every state.
    @Test
    public void capabilitiesDoNotChange() {
        var before = Set.copyOf(source().capabilities());
        source().setState(DeviceState.STOP);
        assertThat(source().capabilities()).isEqualTo(before);
        source().reset();
        assertThat(source().capabilities()).isEqualTo(before);
    }
}
