package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.COMMAND_SEQUENCE_ERROR;
import static io.nvmelm.nvme.StatusCode.CONTROLLER_NOT_SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Controller Level Resets of the controlling and the migratable controller and what survives them.
class ControllerLevelResetTest {
    /// Ways to reset.
    enum Kind {
        CONTROLLER_RESET, FUNCTION_LEVEL_RESET, EMBEDDERS_RESET;

        void reset(InMemoryController controller) {
            switch (this) {
                case CONTROLLER_RESET -> {
                    controller.writeRegister32(NvmRegisters.CC, 1);
                    controller.writeRegister32(NvmRegisters.CC, 0);
                }
                case FUNCTION_LEVEL_RESET -> controller.functionLevelReset();
                case EMBEDDERS_RESET -> controller.function().reset();
            }
        }
    }

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
            .build();
    private final InMemoryController controlling = subsystem.controllingController();
    private final InMemoryController controller = subsystem.controller(1);
    private final TestHost host = new TestHost(controller).bringUp().createQueuePair(1, 8);
    private final ManagementHost management = new ManagementHost(subsystem);

    ControllerLevelResetTest() {
        new TestHost(controlling).bringUp();
    }

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(subsystem.violations()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "suspend.ends-by-own-reset")
    void aResetOfTheMigratableControllerEndsItsSuspension(Kind kind) {
        management.suspend(1);
        kind.reset(controller);
        assertThat(controller.isSuspended()).isFalse();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        assertThat(management.resume(1).status().is(CONTROLLER_NOT_SUSPENDED)).isTrue();
        host.bringUp().createQueuePair(1, 8).execute(1, 1, 0x00, e -> e.namespaceId(1));
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.migratable-while-suspending")
    void aResetOfTheMigratableControllerAnswersWhoWaitsForItsSuspension(Kind kind) {
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var suspend = management.startSuspend(1);
        clock.runNext();
        assertThat(suspend).isNotDone();
        kind.reset(controller);
        assertThat(suspend).isCompleted();
        assertThat(controller.isSuspended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.migratable-drops-queues")
    void aResetOfTheMigratableControllerDropsItsCommands(Kind kind) {
        host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        host.submit(1, 0x00, e -> e.namespaceId(1));
        kind.reset(controller);
        assertThat(clock.runNext()).isFalse();
        assertThat(host.poll(1)).isEmpty();
        assertThat(host.poll(0)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.migratable-keeps-open-state")
    void whatWasReceivedInPartSurvivesAResetOfTheMigratableController(Kind kind) {
        kind.reset(controller);
        management.suspend(1);
        var state = MigrationCommandsTest.ONE_PAIR;
        management.setState(0x1_0002, 0x1_0001, 0, Arrays.copyOf(state, 48));
        kind.reset(controller);
        management.suspend(1);
        assertThat(management.resume(1).status().is(COMMAND_SEQUENCE_ERROR)).isTrue();
        assertThat(management
                .setState(0x2_0002, 0x1_0001, 48, Arrays.copyOfRange(state, 48, 104))
                .isSuccess())
                .isTrue();
        assertThat(management.resume(1).isSuccess()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.migratable-drops-queues")
    void committedQueuesDoNotSurviveAResetOfTheMigratableController(Kind kind) {
        kind.reset(controller);
        management.suspend(1);
        management.writeState(1, 1, 0, MigrationCommandsTest.ONE_PAIR);
        kind.reset(controller);
        assertThat(management.readState(1, 1, 0)).hasSize(56);
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "suspend.ends-by-controlling-reset")
    void aResetOfTheControllingControllerEndsSuspensionsAndTheControllersGoOn(Kind kind) {
        management.suspend(1);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
        kind.reset(controlling);
        assertThat(controller.isSuspended()).isFalse();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfTheControllingControllerLosesPendingSuspends(Kind kind) {
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var suspend = management.startSuspend(1);
        clock.runNext();
        kind.reset(controlling);
        assertThat(suspend).isCompletedExceptionally();
        assertThatThrownBy(suspend::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(TransportException.class);
        clock.runUntilIdle();
        assertThat(controller.isSuspended()).isFalse();
        assertThat(host.poll(1)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.controlling-loses-open-state")
    void aResetOfTheControllingControllerLosesWhatWasReceivedInPart(Kind kind) {
        management.suspend(1);
        management.setState(0x1_0002, 0x1_0001, 0, new byte[48]);
        kind.reset(controlling);
        management.suspend(1);
        assertThat(management.setState(0x2_0002, 0x1_0001, 48, new byte[0]).status().is(COMMAND_SEQUENCE_ERROR))
                .isTrue();
        assertThat(management.resume(1).isSuccess()).isTrue();
    }

    @Test
    void theControllingControllerWorksThroughItsQueuesToo() {
        var pf = new TestHost(controlling).bringUp();
        assertThat(pf.admin(0x41, e -> e.cdw11(0x1_0001)).status().isSuccess()).isTrue();
        assertThat(controller.isSuspended()).isTrue();
        var get = pf.admin(0x42, e -> e.cdw10(0x1_0000).cdw11(1).cdw15(0x19).prp1(TestHost.DATA));
        assertThat(get.status().isSuccess()).isTrue();
        assertThat(get.dword0()).isEqualTo(1);
        assertThat(pf.memory.getInt(TestHost.DATA + 16)).isEqualTo(14);
        assertThat(pf.admin(0x41, e -> e.cdw10(1).cdw11(1)).status().isSuccess()).isTrue();
        assertThat(subsystem.adminCommandLog()).extracting(CommandRecord::opcode).containsExactly(0x41, 0x42, 0x41);
    }

    @Test
    void aSuspendThroughTheQueueThatIsResetIsNeverAnswered() {
        var pf = new TestHost(controlling).bringUp();
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        pf.submit(0, 0x41, e -> e.cdw11(0x1_0001));
        clock.runNext();
        clock.runNext();
        controlling.writeRegister32(NvmRegisters.CC, 0);
        clock.runUntilIdle();
        assertThat(pf.poll(0)).isEmpty();
        assertThat(controller.isSuspended()).isFalse();
    }
}
