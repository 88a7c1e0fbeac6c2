package io.nvmelm.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CallbackException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationRole;
import io.nvmelm.SessionEndedException;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The device's arcs: which commands each one sends and where each failure leaves the device.
class NvmeMigratableDeviceTest {

    private static byte[] readAll(MigrationData session) {
        var buffer = ByteBuffer.allocate(1 << 20);
        while (session.read(buffer) >= 0) {
            assertThat(buffer.hasRemaining()).isTrue();
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Test
    void aDeviceThatIsNotSuspendedOpensRunning() {
        var fixture = DeviceFixture.withQueuePairs(1);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.device.capabilities())
                .containsExactlyInAnyOrder(MigrationCapability.STOP_COPY, MigrationCapability.P2P);
        assertThat(fixture.function.calls).isEmpty();
    }

    @Test
    void aSuspendedControllerOpensInStopAndIsNotResumed() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.device.close();
        var again = NvmeMigratableDevice.open(
                ControllingController.open(fixture.transport).migratable(5), fixture.function);
        assertThat(again.state()).isEqualTo(DeviceState.STOP);
        assertThat(fixture.transport.suspended).isTrue();
        again.setState(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void savingSendsExactlySuspendAndGet() {
        var fixture = DeviceFixture.withQueuePairs(8);
        var session = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        assertThat(readAll(session)).isEqualTo(fixture.transport.state);
        assertThat(session.totalBytes()).hasValue(fixture.transport.state.length);
        assertThat(fixture.sent()).containsExactly("suspend", "get");
        assertThat(fixture.function.calls).containsExactly("block");
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.sent()).containsExactly("resume");
        assertThat(fixture.function.calls).containsExactly("block", "restore");
    }

    @Test
    void loadingSendsExactlySetBetweenGettingReadyAndResume() {
        var state = SampleState.withQueuePairs(8);
        var fixture = DeviceFixture.withQueuePairs(0);
        var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        assertThat(fixture.sent()).containsExactly("suspend", "get");
        session.write(ByteBuffer.wrap(state));
        session.close();
        assertThat(fixture.device.setState(DeviceState.STOP)).isEmpty();
        assertThat(fixture.sent()).containsExactly("set ONLY");
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.sent()).containsExactly("resume");
        assertThat(fixture.transport.loaded()).isEqualTo(state);
    }

    @Test
    void announcingSendsTheNotificationAndLearnsTheSize() {
        var fixture = DeviceFixture.withQueuePairs(100, 512);
        fixture.device.announceSuspension();
        assertThat(fixture.sent()).containsExactly("announce", "get");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        int allocations = fixture.transport.allocations;
        var session = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        assertThat(readAll(session)).isEqualTo(fixture.transport.state);
        assertThat(fixture.transport.allocations - allocations).isLessThanOrEqualTo(1);
    }

    @Test
    void loadingIntoAControllerWithQueuesIsRefusedBeforeAnythingIsSent() {
        var fixture = DeviceFixture.withQueuePairs(3);
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RESUMING))
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("6 I/O queues")
                .hasMessageContaining("Reset the device");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.STOP);
        fixture.device.reset();
        fixture.device.setState(DeviceState.RESUMING);
    }

    @Test
    void askingForThePresentStateDoesNothing() {
        var fixture = DeviceFixture.withQueuePairs(1);
        assertThat(fixture.device.setState(DeviceState.RUNNING)).isEmpty();
        assertThat(fixture.sent()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"PRE_COPY", "PRE_COPY_P2P", "ERROR"})
    void aStateThatTheDeviceLacksIsRefused(DeviceState target) {
        var fixture = DeviceFixture.withQueuePairs(1);
        assertThatThrownBy(() -> fixture.device.setState(target)).isInstanceOf(DeviceStateException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.sent()).isEmpty();
    }

    @Test
    void aRefusedSuspendLeavesTheDeviceRunning() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.transport.override = command -> command instanceof SuspendCommand
                ? Completion.failure(StatusCode.INVALID_CONTROLLER_IDENTIFIER)
                : null;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                    assertThat(e.device()).isEqualTo("controller 0005h of nqn.2014-08.org.example:s");
                    assertThat(e.step()).isEqualTo("RUNNING to RUNNING_P2P");
                    assertThat(e.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
                });
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.sent()).containsExactly("suspend");
    }

    @Test
    void aSuspendThatTimesOutIsJoinedAndThenResumed() {
        var fixture = DeviceFixture.withQueuePairs(1);
        var first = new AtomicInteger();
        fixture.transport.never = command -> command instanceof SuspendCommand && first.getAndIncrement() == 0;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(CommandTimeoutException.class);
        assertThat(fixture.sent()).containsExactly("suspend", "suspend", "resume");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void aSuspendThatNeverAnswersLeavesTheDeviceInErrorUntilReset() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.transport.never = command -> command instanceof SuspendCommand;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(fixture.device.state()).isEqualTo(DeviceState.ERROR);
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RUNNING))
                .isInstanceOfSatisfying(
                        DeviceStateException.class,
                        e -> assertThat(e.category()).isEqualTo(FailureCategory.RESET_DEVICE));
        fixture.device.reset();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void aResumeThatWasExecutedButNotAnsweredSucceedsWhenAskedAgain() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.transport.never = command -> command instanceof ResumeCommand;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RUNNING))
                .isInstanceOf(CommandTimeoutException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING_P2P);
        fixture.transport.never = command -> false;
        fixture.transport.suspended = false;
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void aControllerFoundRunningWhereItShouldBeSuspendedIsReported() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.transport.suspended = false;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RUNNING))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("Controller Not Suspended");
    }

    @Test
    void aFailedLoadStaysInResumingUntilReset() {
        var fixture = DeviceFixture.withQueuePairs(0);
        var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        fixture.transport.override = command -> command instanceof SetControllerStateCommand
                ? Completion.failure(StatusCode.NOT_ENOUGH_RESOURCES)
                : null;
        session.write(ByteBuffer.wrap(SampleState.withQueuePairs(1)));
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("RESUMING to STOP");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RESUMING);
        fixture.transport.override = command -> null;
        fixture.device.reset();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void aLoadThatFailsAfterAPieceWasSentIsAnError() {
        var fixture = DeviceFixture.withQueuePairs(0, 512);
        var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.wrap(SampleState.withQueuePairs(100), 0, 2000));
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(InvalidValueException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.ERROR);
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "RUNNING_P2P", "STOP", "STOP_COPY", "RESUMING"})
    void resetLeadsToRunningFromEveryStateAndEndsTheSession(DeviceState from) {
        var fixture = DeviceFixture.withQueuePairs(0);
        var session = fixture.device.setState(from);
        fixture.device.reset();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
        session.ifPresent(ended -> {
            if (ended.direction() == MigrationData.Direction.SAVING) {
                assertThatThrownBy(() -> ended.read(ByteBuffer.allocate(8))).isInstanceOf(SessionEndedException.class);
            } else {
                assertThatThrownBy(() -> ended.write(ByteBuffer.allocate(8))).isInstanceOf(SessionEndedException.class);
            }
        });
    }

    @Test
    void aResetThatDoesNotEndTheSuspensionIsFollowedByResume() {
        var fixture = DeviceFixture.withQueuePairs(0);
        fixture.function.resetEndsSuspension = false;
        fixture.device.setState(DeviceState.STOP);
        fixture.device.reset();
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void aResetThatFailsIsAnError() {
        var fixture = DeviceFixture.withQueuePairs(0);
        fixture.transport.never = command -> true;
        assertThatThrownBy(fixture.device::reset).isInstanceOf(LiveMigrationException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.ERROR);
    }

    @Test
    void anOldSessionNeverTouchesTheNextOne() {
        var fixture = DeviceFixture.withQueuePairs(2);
        var first = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        first.read(ByteBuffer.allocate(10));
        fixture.device.setState(DeviceState.STOP);
        var second = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        assertThatThrownBy(() -> first.read(ByteBuffer.allocate(10))).isInstanceOf(SessionEndedException.class);
        assertThat(readAll(second)).isEqualTo(fixture.transport.state);
    }

    @Test
    void theFormatIsFixedWhileASessionIsOpen() {
        var fixture = DeviceFixture.withQueuePairs(2);
        fixture.device.setState(DeviceState.STOP_COPY);
        assertThatThrownBy(() -> fixture.device.selectStateFormat(StateFormat.ofVersion(0)))
                .isInstanceOf(DeviceStateException.class);
        fixture.device.setState(DeviceState.RUNNING);
        fixture.device.selectStateFormat(StateFormat.ofVersion(0));
        assertThatThrownBy(() -> fixture.device.selectStateFormat(StateFormat.ofVersion(1)))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aClosedDeviceRefusesEverythingAndLeavesTheControllerAsItIs() {
        var fixture = DeviceFixture.withQueuePairs(2);
        var session = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        fixture.device.close();
        fixture.device.close();
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RUNNING)).isInstanceOf(DeviceStateException.class);
        assertThatThrownBy(fixture.device::reset).isInstanceOf(DeviceStateException.class);
        assertThatThrownBy(() -> session.read(ByteBuffer.allocate(1))).isInstanceOf(SessionEndedException.class);
        assertThat(fixture.transport.suspended).isTrue();
        assertThat(fixture.transport.open).isZero();
    }

    @Test
    void aFunctionHookThatThrowsIsATypedFailureAndTheDeviceStaysWhereItWas() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.function.failing = "block";
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                .isInstanceOf(CallbackException.class)
                .hasMessageContaining("RUNNING_P2P to STOP");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING_P2P);
        fixture.function.failing = "reset";
        assertThatThrownBy(fixture.device::reset).isInstanceOf(CallbackException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.ERROR);
        fixture.function.failing = "";
        fixture.device.reset();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void accessIsBlockedWhereAControllerIsFoundSuspendedAndRestoredByAReset() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.transport.suspended = true;
        var again = NvmeMigratableDevice.open(
                ControllingController.open(fixture.transport).migratable(5), fixture.function);
        assertThat(fixture.function.calls).containsExactly("block");
        again.reset();
        assertThat(fixture.function.calls).containsExactly("block", "reset", "restore");
    }

    @Test
    void aSuspendThatTookEffectAlthoughItFailedIsUndone() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.transport.override = command -> {
            if (command instanceof SuspendCommand) {
                fixture.transport.suspended = true;
                return Completion.failure(StatusCode.INTERNAL_ERROR);
            }
            return null;
        };
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(CommandFailedException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void aControllerThatIsKnownToBeSuspendedCanBeResumedLater() {
        var fixture = DeviceFixture.withQueuePairs(1);
        var first = new AtomicInteger();
        fixture.transport.never = command -> command instanceof SuspendCommand && first.getAndIncrement() == 0;
        fixture.transport.override = command -> command instanceof ResumeCommand
                ? Completion.failure(StatusCode.INTERNAL_ERROR)
                : null;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(CommandTimeoutException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING_P2P);
        fixture.transport.override = command -> null;
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void theCategorySaysWhatTheStateOfTheDeviceAllows() {
        var recovered = DeviceFixture.withQueuePairs(1);
        var first = new AtomicInteger();
        recovered.transport.never = command -> command instanceof SuspendCommand && first.getAndIncrement() == 0;
        assertThatThrownBy(() -> recovered.device.setState(DeviceState.STOP))
                .isInstanceOfSatisfying(CommandTimeoutException.class, e -> assertThat(e.category())
                        .isEqualTo(FailureCategory.ABORT_MIGRATION));
        var lost = DeviceFixture.withQueuePairs(1);
        lost.transport.never = command -> command instanceof SuspendCommand;
        assertThatThrownBy(() -> lost.device.setState(DeviceState.STOP))
                .isInstanceOfSatisfying(CommandTimeoutException.class, e -> assertThat(e.category())
                        .isEqualTo(FailureCategory.RESET_DEVICE));
    }

    @Test
    void aControllerThatIsNoLongerSuspendedTakesNoState() {
        var fixture = DeviceFixture.withQueuePairs(0);
        fixture.device.setState(DeviceState.STOP);
        fixture.transport.suspended = false;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RESUMING))
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("not suspended any more");
    }

    @Test
    void aResetHasTheControllerForgetAPartOfAState() {
        var fixture = DeviceFixture.withQueuePairs(0, 512);
        var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.wrap(SampleState.withQueuePairs(100), 0, 2000));
        fixture.sent();
        fixture.device.reset();
        assertThat(fixture.sent()).containsExactly("suspend", "set ONLY", "get", "resume");
        assertThat(fixture.transport.loaded()).hasSize(56);
        fixture.device.reset();
        assertThat(fixture.sent()).containsExactly("get");
    }

    @Test
    void memoryIsGivenBackWhenASessionEnds() {
        var fixture = DeviceFixture.withQueuePairs(0, 512);
        for (int i = 0; i < 20; i++) {
            fixture.device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.wrap(
                    SampleState.withQueuePairs(100), 0, 3000));
            fixture.device.reset();
            fixture.device.setState(DeviceState.STOP_COPY).orElseThrow().read(ByteBuffer.allocate(10));
            fixture.device.setState(DeviceState.RUNNING);
        }
        assertThat(fixture.transport.open).isLessThanOrEqualTo(3);
        fixture.device.close();
        assertThat(fixture.transport.open).isZero();
        assertThat(fixture.transport.doubleCloses).isZero();
    }

    @Test
    void theTimeOfTheCommandsIsThatOfThoseMeasuredForEachPieceOfTheState() {
        var fixture = DeviceFixture.withQueuePairs(100, 512);
        var onePiece = fixture.device.estimatedCommandTime(MigrationRole.SOURCE);
        assertThat(onePiece).isPositive();
        fixture.device.estimatedStateBytes();
        long pieces = Math.ceilDiv(SampleState.withQueuePairs(100).length, 512);
        assertThat(fixture.device.estimatedCommandTime(MigrationRole.SOURCE).toNanos() % (1 + pieces)).isZero();
        assertThat(fixture.device.estimatedCommandTime(MigrationRole.DESTINATION)).isPositive();
    }
}
