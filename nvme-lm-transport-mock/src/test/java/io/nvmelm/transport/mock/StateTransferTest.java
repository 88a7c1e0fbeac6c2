package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Controllers that go on with the state of others.
class StateTransferTest extends StateTransferFixture {
    @Test
    @Proves(device = {"resume.restarts", "set.not-processed-while-suspended", "set.creates-queues"})
    void versionZeroContinuesQueuesOnAControllerThatWasEnabled() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        for (int i = 0; i < 11; i++) {
            host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        }
        sourceManagement.suspend(1);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        var state = sourceManagement.readState(1, 1, 0);

        new TestHost(target.controller(1), new GuestMemory(1 << 22)).bringUp();
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 0, state).isSuccess()).isTrue();
        host.rebind(target.controller(1));
        assertThat(host.poll(1)).isEmpty();
        targetManagement.resume(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(1);
        for (int i = 0; i < 11; i++) {
            host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        }
    }

    @Test
    @Proves(device = "set.unfit-controller")
    void aStateForAnEnabledControllerThatRunsTakesEffectAtOnce() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        sourceManagement.suspend(1);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        var state = sourceManagement.readState(1, 1, 0);
        var running = new TestHost(target.controller(1), host.memory).bringUp();
        assertThat(running.controller.isSuspended()).isFalse();
        assertThat(targetManagement.writeState(1, 1, 0, state).isSuccess()).isTrue();
        clock.runUntilIdle();
        host.controller = target.controller(1);
        assertThat(host.poll(1)).hasSize(1);
    }

    @Test
    @Proves(device = {"set.vendor-data", "state.not-admin-queue"})
    void theVendorFormatContinuesEverything() {
        var host = new TestHost(source.controller(1)).bringUp(16, 16).createQueuePair(1, 8).createQueuePair(2, 8);
        host.admin(0x09, e -> e.cdw10(0x0B).cdw11(0x1F));
        host.admin(0x09, e -> e.cdw10(9).cdw11(0x1_0002));
        int request = host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        host.controller.writeRegister32(NvmRegisters.INTMS, 4);
        host.fill(TestHost.DATA, 4096, 9);
        host.submit(1, 0x01, TestHost.io(50, 8, TestHost.DATA, 0));
        sourceManagement.suspend(1);
        int queuedAdmin = host.submit(0, 0x0A, e -> e.cdw10(0x0B));
        int queuedRead = host.submit(2, 0x02, TestHost.io(50, 8, TestHost.DATA + 0x1_0000, 0));
        source.controller(1).raiseAsynchronousEvent(1, 3, 2);
        var state = sourceManagement.readState(1, 1, 1);

        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 1, state).isSuccess()).isTrue();
        assertThat(targetManagement.readState(1, 1, 1)).isEqualTo(state);
        host.rebind(target.controller(1));
        host.interrupts.clear();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CC)).isEqualTo(0x0046_0001);
        assertThat(target.controller(1).readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        assertThat(target.controller(1).readRegister32(NvmRegisters.AQA)).isEqualTo(0x000F_000F);
        assertThat(target.controller(1).readRegister32(NvmRegisters.INTMS)).isEqualTo(4);
        targetManagement.resume(1);
        clock.runUntilIdle();
        var admin = host.poll(0);
        assertThat(admin).extracting(TestHost.Entry::commandId).containsExactly(request, queuedAdmin);
        assertThat(admin.get(0).dword0()).isEqualTo(0x02_03_01);
        assertThat(admin.get(1).dword0()).isEqualTo(0x1F);
        assertThat(host.poll(1)).hasSize(1);
        assertThat(host.poll(2)).extracting(TestHost.Entry::commandId).containsExactly(queuedRead);
        assertThat(host.interrupts).contains(0, 1).doesNotContain(2);
        host.controller.writeRegister32(NvmRegisters.INTMC, 4);
        assertThat(host.interrupts).contains(2);
        assertThat(host.admin(0x0A, e -> e.cdw10(9).cdw11(2)).dword0()).isEqualTo(0x1_0002);
        for (int i = 0; i < 40; i++) {
            host.admin(0x0A, e -> e.cdw10(1));
            host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void adminQueuesGoOnFromAnySlotAndPhase(int commands) {
        var host = new TestHost(source.controller(1)).bringUp(4, 3);
        for (int i = 0; i < commands; i++) {
            host.admin(0x0A, e -> e.cdw10(1));
        }
        sourceManagement.suspend(1);
        targetManagement.suspend(1);
        assertThat(targetManagement
                .writeState(1, 1, 1, sourceManagement.readState(1, 1, 1))
                .isSuccess())
                .isTrue();
        host.rebind(target.controller(1));
        targetManagement.resume(1);
        for (int i = 0; i < 8; i++) {
            assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(2);
        }
    }

    @Test
    void theVendorFormatIsForSuspendedControllers() {
        new TestHost(source.controller(1)).bringUp();
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 1, 1);
        new TestHost(target.controller(1)).bringUp();
        assertThat(targetManagement.writeState(1, 1, 1, state).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    void theVendorFormatOfADisabledControllerLeavesTheTargetDisabled() {
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 1, 1);
        new TestHost(target.controller(1)).bringUp();
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 1, state).isSuccess()).isTrue();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CSTS)).isZero();
        targetManagement.resume(1);
        new TestHost(target.controller(1)).bringUp().admin(0x0A, e -> e.cdw10(1));
    }

    @Test
    void everyDamagedByteOfTheVendorFormatIsNoticed() {
        new TestHost(source.controller(1)).bringUp();
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 0, 1);
        targetManagement.suspend(1);
        for (int i = 48; i < state.length; i++) {
            var damaged = state.clone();
            damaged[i] ^= 0x10;
            assertThat(targetManagement.writeState(1, 0, 1, damaged).status().is(INVALID_FIELD_IN_COMMAND))
                    .as("byte %d", i)
                    .isTrue();
        }
        assertThat(target.controller(1).readRegister32(NvmRegisters.CC)).isZero();
        assertThat(targetManagement.writeState(1, 0, 1, state).isSuccess()).isTrue();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CC)).isEqualTo(0x0046_0001);
    }

    @Test
    @Proves(device = {"set.first-middle-last", "discovery.data-within-mdts"})
    void longStatesMoveInPieces() {
        var padded = subsystem("padded").vendorStatePadding(3_000_001).mdts(5).build();
        var management = new ManagementHost(padded);
        var host = new TestHost(padded.controller(1)).bringUp().createQueuePair(1, 8);
        management.suspend(1);
        int total = 104 + 4 * vendorDwords(management.getState(0x1_0000, 0x1_0001, 0, 48).bytes());
        assertThat(total).isGreaterThan(3_000_001);
        var state = new byte[total];
        int step = 131_072;
        for (int offset = 0; offset < total; offset += step) {
            var part = management.getState(0x1_0000, 0x1_0001, offset, step).bytes();
            System.arraycopy(part, 0, state, offset, Math.min(step, total - offset));
        }
        management.suspend(2);
        for (int offset = 0; offset < total; offset += step) {
            int end = Math.min(total, offset + step);
            int sequence = (offset == 0 ? 1 : 0) | (end == total ? 2 : 0);
            assertThat(management
                    .setState(sequence << 16 | 2, 0x0101_0002, offset, Arrays.copyOfRange(state, offset, end))
                    .isSuccess())
                    .isTrue();
        }
        host.rebind(padded.controller(2));
        management.resume(2);
        host.execute(1, 1, 0x00, e -> e.namespaceId(1));
    }

    private static int vendorDwords(byte[] header) {
        return java.nio.ByteBuffer.wrap(header).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(32);
    }
}
