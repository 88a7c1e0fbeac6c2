package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransportException;
import io.nvmelm.core.fsm.Arc;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.core.fsm.Plan;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Requests for a state that fail: where the device is then, what became of the session, what the exception says.
class VfioMigratableDeviceFailureTest {
    private static final int ERROR = 0;
    private static final int UNKNOWN_STATE = 11;

    /// Brings a device to a state, a load with its data.
    private static Optional<MigrationData> bring(VfioMigratableDevice device, DeviceState state) {
        var session = device.setState(state);
        if (state == DeviceState.RESUMING) {
            session.orElseThrow()
                    .write(ByteBuffer.wrap(FakeMigration.streamOf(VfioMigratableDeviceFixture.stateOf(2))));
        }
        return session;
    }

    /// A test for each arc of each plan of each set of capabilities.
    private static Stream<DynamicTest> eachArc(ArcCase test) {
        return Stream.of(1, 3, 5, 7)
                .map(flags -> MigrationStateMachine.of(MigrationCapability.fromFlags(flags)))
                .flatMap(machine -> Stream.of(DeviceState.values())
                        .filter(machine::has)
                        .flatMap(from -> Stream.of(DeviceState.values())
                                .filter(machine::has)
                                .filter(to -> machine.next(from, to) != DeviceState.ERROR && from != to)
                                .map(to -> machine.plan(from, to))))
                .flatMap(plan -> plan.arcs().stream().map(arc -> DynamicTest.dynamicTest(
                        plan + " fails at " + arc, () -> test.run(flagsOf(plan), plan, arc))));
    }

    private interface ArcCase {
        void run(int flags, Plan plan, Arc arc);
    }

    /// The smallest set of capabilities that has this plan.
    private static int flagsOf(Plan plan) {
        return Stream.of(1, 3, 5, 7)
                .filter(flags -> {
                    var machine = MigrationStateMachine.of(MigrationCapability.fromFlags(flags));
                    var from = plan.arcs().getFirst().from();
                    var to = plan.arcs().getLast().to();
                    return machine.next(from, to) != DeviceState.ERROR
                            && machine.plan(from, to).equals(plan);
                })
                .findFirst()
                .orElseThrow();
    }

    @TestFactory
    Stream<DynamicTest> anArcThatFailsIsNamedWithTheStateReached() {
        return eachArc((flags, plan, arc) -> {
            var fixture = new VfioMigratableDeviceFixture(flags);
            try (var device = fixture.open()) {
                var from = plan.arcs().getFirst().from();
                var to = plan.arcs().getLast().to();
                var session = bring(device, from);
                fixture.migration.failArc(arc.from().value(), arc.to().value(), FakeErrno.EIO);
                var failure = refusal(TransportException.class, () -> device.setState(to));
                assertThat(failure.errno()).hasValue(FakeErrno.EIO);
                assertThat(failure.step()).isEqualTo(arc.toString());
                assertThat(failure).hasMessageContaining("for " + to).hasMessageContaining("is in " + arc.from());
                boolean spoiled = arc.from() == DeviceState.RESUMING;
                assertThat(failure.category())
                        .isEqualTo(spoiled ? FailureCategory.RESET_DEVICE : FailureCategory.ABORT_MIGRATION);
                assertThat(device.state()).isEqualTo(arc.from());
                boolean ended = plan.arcs().stream()
                        .takeWhile(executed -> executed != arc)
                        .anyMatch(executed -> executed.effect().ends());
                session.ifPresent(open -> assertThat(open.isOpen()).isEqualTo(!ended));
                device.reset();
                assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            }
            fixture.kernel.assertNothingLeft();
        });
    }

    @TestFactory
    Stream<DynamicTest> anArcThatFailsIntoErrorNeedsAReset() {
        return eachArc((flags, plan, arc) -> {
            var fixture = new VfioMigratableDeviceFixture(flags);
            try (var device = fixture.open()) {
                var session = bring(device, plan.arcs().getFirst().from());
                var to = plan.arcs().getLast().to();
                fixture.migration.failArc(arc.from().value(), arc.to().value(), FakeErrno.EIO, ERROR);
                var failure = refusal(TransportException.class, () -> device.setState(to));
                assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
                assertThat(device.state()).isEqualTo(DeviceState.ERROR);
                var again = refusal(DeviceStateException.class, () -> device.setState(DeviceState.STOP));
                assertThat(again.category()).isEqualTo(FailureCategory.RESET_DEVICE);
                session.ifPresent(ended -> refusal(SessionEndedException.class, ended::preCopyInfo));
                device.reset();
                assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            }
            fixture.kernel.assertNothingLeft();
        });
    }

    @TestFactory
    Stream<DynamicTest> aSessionThatCannotBeDeliveredIsTakenBack() {
        return eachArc((flags, plan, arc) -> {
            if (!arc.effect().opens()) {
                return;
            }
            var fixture = new VfioMigratableDeviceFixture(flags);
            try (var device = fixture.open()) {
                bring(device, plan.arcs().getFirst().from()).ifPresent(MigrationData::close);
                fixture.migration.refuseNextDescriptor();
                var failure = refusal(TransportException.class, () -> device.setState(arc.to()));
                if (arc.to() == DeviceState.RESUMING) {
                    assertThat(device.state()).isEqualTo(DeviceState.RESUMING);
                    assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
                    device.reset();
                } else {
                    assertThat(device.state()).isEqualTo(arc.from());
                    assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
                    assertThat(failure).hasMessageContaining("ulimit -n");
                }
                assertThat(failure.errno()).hasValue(FakeErrno.EMFILE);
                assertThat(failure.step()).isEqualTo(arc.toString());
                assertThat(device.setState(arc.to())).isPresent();
            }
            fixture.kernel.assertNothingLeft();
        });
    }

    @Test
    void aSessionThatCannotBeMadeNonBlockingIsTakenBack() {
        var fixture = new VfioMigratableDeviceFixture(7);
        try (var device = fixture.open()) {
            int open = fixture.kernel.openDescriptors().size();
            fixture.kernel.failNext(FakeCall.named("FIONBIO"), FakeErrno.EINVAL);
            var failure = refusal(TransportException.class, () -> device.setState(DeviceState.PRE_COPY));
            assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(fixture.kernel.openDescriptors()).hasSize(open);
        }
    }

    /// A guest resets its device between the question for the state and the request: the kernel then opens a second
    /// session.
    @Test
    void aSessionThatNobodyAskedForIsGivenUp() {
        for (var target : new DeviceState[] {DeviceState.PRE_COPY_P2P, DeviceState.STOP_COPY}) {
            var fixture = new VfioMigratableDeviceFixture(7);
            try (var device = fixture.open()) {
                int open = fixture.kernel.openDescriptors().size();
                var session = device.setState(DeviceState.PRE_COPY).orElseThrow();
                var asked = new boolean[1];
                fixture.kernel.fail(
                        call -> {
                            if (call.name().equals("SET_MIG_DEVICE_STATE") && !asked[0]) {
                                asked[0] = true;
                                resetBehindItsBack(fixture);
                            }
                            return false;
                        },
                        FakeErrno.EIO,
                        0,
                        1);
                var failure = refusal(TransportException.class, () -> device.setState(target));
                assertThat(failure).hasMessageContaining("reset meanwhile");
                assertThat(device.state())
                        .isEqualTo(target == DeviceState.STOP_COPY ? DeviceState.STOP : DeviceState.RUNNING);
                refusal(SessionEndedException.class, () -> session.read(ByteBuffer.allocate(1)));
                assertThat(fixture.kernel.openDescriptors()).hasSize(open);
            }
            fixture.kernel.assertNothingLeft();
        }
    }

    private static void resetBehindItsBack(VfioMigratableDeviceFixture fixture) {
        int device = Integer.parseInt(fixture.kernel.openDescriptors().stream()
                .filter(line -> line.contains("vfio0") || line.endsWith(VfioMigratableDeviceFixture.ADDRESS))
                .filter(line -> !line.contains("data"))
                .findFirst()
                .orElseThrow()
                .split(" ")[0]);
        assertThat(fixture.kernel.host().calls().ioctl(device, 0x3B6FL, 0L)).isZero();
    }

    @Test
    void aResetOfTheGuestEndsTheSessionAndTheNextRequestGoesOnFromRunning() {
        var fixture = new VfioMigratableDeviceFixture(7);
        try (var device = fixture.open()) {
            var session = device.setState(DeviceState.PRE_COPY).orElseThrow();
            resetBehindItsBack(fixture);
            var ended = refusal(SessionEndedException.class, () -> session.read(ByteBuffer.allocate(9)));
            assertThat(ended).hasMessageContaining("RUNNING");
            assertThat(device.setState(DeviceState.STOP_COPY)).isPresent();
        }
    }

    @Test
    void aSessionEndsWhenTheDeviceIsFoundElsewhereEvenIfNobodyReads() {
        var fixture = new VfioMigratableDeviceFixture(7);
        try (var device = fixture.open()) {
            var session = device.setState(DeviceState.RESUMING).orElseThrow();
            resetBehindItsBack(fixture);
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(session.isOpen()).isFalse();
        }
    }

    @Test
    void aStateWithoutANameIsLikeError() {
        var fixture = new VfioMigratableDeviceFixture(7);
        try (var device = fixture.open()) {
            fixture.migration.stateAnswer(UNKNOWN_STATE);
            assertThat(device.state()).isEqualTo(DeviceState.ERROR);
            var refusal = refusal(DeviceStateException.class, () -> device.setState(DeviceState.STOP));
            assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
            assertThat(refusal).hasMessageContaining("reset");
            device.reset();
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        }
    }

    @Test
    void anArcThatFailsIntoAStateWithoutANameNeedsAReset() {
        var fixture = new VfioMigratableDeviceFixture(3);
        try (var device = fixture.open()) {
            fixture.migration.failArc(2, 5, FakeErrno.EIO, UNKNOWN_STATE);
            var failure = refusal(TransportException.class, () -> device.setState(DeviceState.STOP));
            assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
        }
    }

    @Test
    void aDeviceThatDoesNotEvenTellItsStateIsGone() {
        var fixture = new VfioMigratableDeviceFixture(3);
        try (var device = fixture.open()) {
            fixture.migration.failArc(2, 5, FakeErrno.ENODEV);
            fixture.kernel.fail(FakeCall.named("GET_MIG_DEVICE_STATE"), FakeErrno.ENODEV, 1, 1);
            var failure = refusal(TransportException.class, () -> device.setState(DeviceState.STOP));
            assertThat(failure.category()).isEqualTo(FailureCategory.FATAL);
            fixture.kernel.failNext(FakeCall.named("GET_MIG_DEVICE_STATE"), FakeErrno.ENODEV);
            assertThat(refusal(TransportException.class, device::state).category()).isEqualTo(FailureCategory.FATAL);
        }
    }

    @Test
    void aRefusalThatMayPassIsWorthATry() {
        var fixture = new VfioMigratableDeviceFixture(1);
        try (var device = fixture.open()) {
            for (int errno : new int[] {FakeErrno.EAGAIN, FakeErrno.EBUSY, FakeErrno.EINTR, FakeErrno.ENOMEM}) {
                fixture.migration.failArc(2, 1, errno);
                var failure = refusal(TransportException.class, () -> device.setState(DeviceState.STOP));
                assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
            }
            assertThat(device.setState(DeviceState.STOP)).isEmpty();
        }
    }

    /// A load is not spoiled by a shortage that passes.
    @Test
    void aLoadThatLackedMemoryCanBeCompleted() {
        var fixture = new VfioMigratableDeviceFixture(1);
        try (var device = fixture.open()) {
            bring(device, DeviceState.RESUMING);
            fixture.migration.failArc(4, 1, FakeErrno.ENOMEM);
            refusal(TransportException.class, () -> device.setState(DeviceState.RUNNING));
            device.setState(DeviceState.RUNNING);
            assertThat(fixture.migration.guestState()).isEqualTo(VfioMigratableDeviceFixture.stateOf(2));
        }
    }

    @Test
    void whatIsImpossibleIsNotAskedOfTheKernel() {
        var fixture = new VfioMigratableDeviceFixture(1);
        try (var device = fixture.open()) {
            fixture.kernel.clearLog();
            for (var target : new DeviceState[] {DeviceState.PRE_COPY, DeviceState.RUNNING_P2P, DeviceState.ERROR}) {
                refusal(DeviceStateException.class, () -> device.setState(target));
            }
            assertThat(device.setState(DeviceState.RUNNING)).isEmpty();
            assertThat(fixture.calls("SET_MIG_DEVICE_STATE")).isZero();
        }
    }
}
