package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A secondary controller that is offline, on the way there and back, and with other resources than before.
class OfflineControllerTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .maximumQueuePairs(8)
            .flexibleResources(9, 9)
            .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
            .build();
    private final InMemoryController controlling = subsystem.controllingController();
    private final InMemoryController controller = subsystem.controller(1);
    private final TestHost host = new TestHost(controller);
    private final ManagementHost management = new ManagementHost(subsystem);

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(subsystem.violations()).isEmpty();
    }

    private void manage(int cdw10, int count) {
        var completion = management
                .start(ManagementHost.entry(0x1C, 1 << 16 | cdw10, count, 0, 0, 0))
                .join();
        assertThat(completion.status().isSuccess()).as(completion.toString()).isTrue();
    }

    private void assign(int queues, int interrupts) {
        manage(0x008, queues);
        manage(0x108, interrupts);
    }

    private void goOnline(int queues, int interrupts) {
        assign(queues, interrupts);
        manage(0x009, 0);
    }

    private void assertOffline() {
        assertThat(controller.isOnline()).isFalse();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(NvmRegisters.CSTS_CFS_BIT);
        assertThat(controller.readRegister64(NvmRegisters.CAP)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.VS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.CC)).isZero();
    }

    @Test
    void anOfflineControllerDoesNotBecomeReady() {
        assertOffline();
        controller.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        controller.writeRegister64(NvmRegisters.ASQ, TestHost.ADMIN_SUBMISSION);
        controller.writeRegister64(NvmRegisters.ACQ, TestHost.ADMIN_COMPLETION);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        clock.runUntilIdle();
        assertOffline();
    }

    @Test
    void whatWasWrittenOfflineIsLostWhenTheControllerIsOnline() {
        assign(2, 1);
        controller.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        controller.writeRegister32(NvmRegisters.INTMS, 3);

        manage(0x009, 0);

        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.CC)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.INTMS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.VS)).isEqualTo(0x0002_0300);
        host.bringUp();
    }

    @Test
    void aControllerHasTheQueuesAndVectorsThatItWasGiven() {
        goOnline(4, 3);
        host.bringUp();

        assertThat(host.admin(0x0A, e -> e.cdw10(0x107)).dword0()).isEqualTo(0x0002_0002);
        assertThat(host.admin(0x09, e -> e.cdw10(7).cdw11(0x00FF_00FF)).dword0()).isEqualTo(0x0002_0002);
        assertThat(host.admin(0x09, e -> e.cdw10(9).cdw11(2)).status().isSuccess()).isTrue();
        assertThat(host.admin(0x09, e -> e.cdw10(9).cdw11(3)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.createCompletionQueue(4, TestHost.DATA, 8, 1).is(INVALID_QUEUE_IDENTIFIER)).isTrue();
        assertThat(host.createCompletionQueue(3, TestHost.DATA, 8, 3).is(INVALID_INTERRUPT_VECTOR)).isTrue();
        assertThat(host.createCompletionQueue(3, TestHost.DATA, 8, 2).status().isSuccess()).isTrue();
        assertThat(host.createSubmissionQueue(3, TestHost.DATA + 4096, 8, 3).status().isSuccess()).isTrue();
        assertThat(host.execute(3, 3, 0x00, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
        assertThat(host.interrupts).contains(2);
    }

    @Test
    void goingOfflineStopsEverything() {
        goOnline(2, 2);
        host.bringUp().createQueuePair(1, 8);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        int before = host.interrupts.size();

        manage(0x007, 0);
        host.ring(1);
        controller.raiseAsynchronousEvent(1, 0, 2);
        clock.runUntilIdle();

        assertOffline();
        assertThat(host.poll(1)).isEmpty();
        assertThat(host.interrupts).hasSize(before);
    }

    @Test
    void aControllerComesBackWithOtherResources() {
        goOnline(2, 2);
        host.bringUp().createQueuePair(1, 8);

        manage(0x007, 0);
        goOnline(9, 9);

        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        host.bringUp();
        assertThat(host.admin(0x09, e -> e.cdw10(7).cdw11(0x00FF_00FF)).dword0()).isEqualTo(0x0007_0007);
        host.createQueuePair(8, 8).execute(8, 8, 0x00, e -> e.namespaceId(1));
    }

    @Test
    void goingOfflineEndsASuspension() {
        goOnline(2, 2);
        management.suspend(1);

        manage(0x007, 0);

        assertThat(controller.isSuspended()).isFalse();
        assertThat(management.resume(1).status().is(CONTROLLER_NOT_SUSPENDED)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ControllerLevelResetTest.Kind.class)
    @Proves(device = "reset.primary-takes-offline")
    void aResetOfThePrimaryTakesItsSecondariesOffline(ControllerLevelResetTest.Kind kind) {
        goOnline(2, 2);
        host.bringUp().createQueuePair(1, 8);
        new TestHost(controlling).bringUp();
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();

        kind.reset(controlling);
        clock.runUntilIdle();

        assertOffline();
        assertThat(host.poll(1)).isEmpty();
        goOnline(9, 9);
        host.bringUp().createQueuePair(1, 8).execute(1, 1, 0x00, e -> e.namespaceId(1));
    }

    @Test
    void aResetOfThePrimaryLosesASuspendThatWaits() {
        goOnline(2, 2);
        host.bringUp().createQueuePair(1, 8);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var suspend = management.startSuspend(1);
        clock.runNext();

        controlling.functionLevelReset();

        assertThatThrownBy(suspend::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(TransportException.class);
        assertThat(controller.isSuspended()).isFalse();
        assertOffline();
    }

    @ParameterizedTest
    @EnumSource(ControllerLevelResetTest.Kind.class)
    void aResetOfTheSecondaryItselfLeavesItOnline(ControllerLevelResetTest.Kind kind) {
        goOnline(4, 3);

        kind.reset(controller);

        assertThat(controller.isOnline()).isTrue();
        host.bringUp();
        assertThat(host.admin(0x0A, e -> e.cdw10(7)).dword0()).isEqualTo(0x0002_0002);
    }

    @Test
    @Proves(device = "set.offline-controller")
    void anOfflineControllerTakesAStateAndHasItWhenItIsOnline() {
        assign(2, 4);

        assertThat(management.writeState(1, 1, 0, MigrationCommandsTest.ONE_PAIR).status().isSuccess()).isTrue();
        clock.runUntilIdle();
        assertOffline();
        manage(0x009, 0);

        assertThat(management.readState(1, 1, 0)).hasSize(104);
    }

    @Test
    void otherResourcesLoseTheStateThatAnOfflineControllerTook() {
        assign(2, 4);
        management.writeState(1, 1, 0, MigrationCommandsTest.ONE_PAIR);

        manage(0x008, 3);
        manage(0x009, 0);

        assertThat(management.readState(1, 1, 0)).hasSize(56);
    }

    @Test
    void aStateNeedsTheQueuesAndVectorsThatItNames() {
        assign(1, 4);
        assertThat(management.writeState(1, 1, 0, MigrationCommandsTest.ONE_PAIR).status().is(NOT_ENOUGH_RESOURCES))
                .isTrue();
        assign(2, 3);
        assertThat(management.writeState(1, 1, 0, MigrationCommandsTest.ONE_PAIR).status()
                .is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    void aWholeStateThatWasTakenOfflineRunsFromOnlineOn() {
        goOnline(2, 2);
        host.bringUp().createQueuePair(1, 8);
        management.suspend(1);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runUntilIdle();
        var state = management.readState(1, 1, 1);
        manage(0x007, 0);
        assign(2, 2);
        management.suspend(1);
        assertThat(management.writeState(1, 1, 1, state).status().isSuccess()).isTrue();

        management.resume(1);
        clock.runUntilIdle();
        assertOffline();
        assertThat(host.poll(1)).isEmpty();
        manage(0x009, 0);
        clock.runUntilIdle();

        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        assertThat(host.poll(1)).hasSize(1);
    }
}
