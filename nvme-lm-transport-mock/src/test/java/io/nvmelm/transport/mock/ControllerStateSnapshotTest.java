package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The bytes that Get Controller State gives of a live controller.
class ControllerStateSnapshotTest extends StateTransferFixture {
    /// The worked example: SQ 1 at 12345000h with head 5 and tail 7, CQ 1 at 12340000h with head 4 and tail 5.
    @Test
    @Proves(device = {
        "state.envelope",
        "state.queues",
        "state.submission-queue",
        "state.completion-queue",
        "suspend.unfetched-stay",
        "suspend.doorbells-count"
    })
    void aLiveControllerGivesTheBytesOfTheStandardsFigures() {
        var host = new TestHost(source.controller(2), new GuestMemory(1L << 32)).bringUp();
        host.createCompletionQueue(1, 0x1234_0000L, 64, 3);
        // medium priority
        host.admin(0x01, e -> e.prp1(0x1234_5000L).cdw10(63 << 16 | 1).cdw11(1 << 16 | 2 << 1 | 1));
        host.submissions.put(1, new TestHost.Submission(1, 0x1234_5000L, 64));
        for (int i = 0; i < 4; i++) {
            host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        }
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runUntilIdle();
        sourceManagement.suspend(2);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        host.submit(1, 0x00, e -> e.namespaceId(1));
        assertThat(sourceManagement.readState(2, 1, 0)).isEqualTo(ONE_PAIR);
    }

    @Test
    @Proves(device = "set.creates-queues")
    void committedBytesReadBackAsTheyWere() {
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 0, ONE_PAIR).isSuccess()).isTrue();
        assertThat(targetManagement.readState(1, 1, 0)).isEqualTo(ONE_PAIR);
    }

    /// Slot 0 Phase Tag for each tail of a ring of two slots, over two passes.
    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 1, 1", "2, 0, 1", "3, 1, 0", "4, 0, 0", "5, 1, 1"})
    @Proves(device = "state.slot-zero-phase")
    void slotZeroPhaseIsWhatSlotZeroHolds(int completed, int tail, int slotZeroPhase) {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 2);
        for (int i = 0; i < completed; i++) {
            host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        }
        int held = host.memory.getInt(0x120_0000 + 12) >>> 16 & 1;
        assertThat(held).isEqualTo(slotZeroPhase);
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 1, 0);
        assertThat(state[80 + 14]).isEqualTo((byte) tail);
        assertThat(state[80 + 16] >>> 2 & 1).isEqualTo(slotZeroPhase);
    }

    @Test
    @Proves(device = "get.running")
    void aRunningControllerGivesAStateThatSaysSo() {
        new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        var state = sourceManagement.getState(0x1_0000, 1, 0, 104);
        assertThat(state.completion().dword0()).isZero();
        assertThat(state.bytes()[2]).isZero();
        assertThat(state.bytes()[16]).isEqualTo((byte) 14);
    }

    @Test
    @Proves(device = "get.suspended-throughout")
    void aSuspensionDuringTheCommandIsNotAllTheWhile() {
        var slow = subsystem("c")
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.MIGRATION, Duration.ofMillis(1)))
                .build();
        var management = new ManagementHost(slow);
        var suspend = management.startSuspend(1);
        clock.advance(Duration.ofNanos(1));
        assertThat(management.getState(0x1_0000, 1, 0, 48).completion().dword0()).isZero();
        assertThat(suspend).isCompleted();
        assertThat(management.getState(0x1_0000, 1, 0, 48).completion().dword0()).isEqualTo(1);
        var resume = management.start(ManagementHost.entry(0x41, 1, 1, 0, 0, 0));
        clock.advance(Duration.ofNanos(1));
        assertThat(management.getState(0x1_0000, 1, 0, 48).completion().dword0()).isZero();
        assertThat(resume).isCompleted();
    }

    @Test
    @Proves(device = "get.suspended-throughout")
    void anotherSuspensionDuringTheCommandIsNotAllTheWhile() {
        var slow = subsystem("c")
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.MIGRATION, Duration.ofMillis(1)))
                .build();
        var management = new ManagementHost(slow);
        management.suspend(1);
        management.start(ManagementHost.entry(0x41, 1, 1, 0, 0, 0));
        clock.advance(Duration.ofNanos(1));
        management.startSuspend(1);
        clock.advance(Duration.ofNanos(1));
        var state = management.getState(0x1_0000, 1, 0, 48);
        assertThat(slow.controller(1).isSuspended()).isTrue();
        assertThat(state.completion().dword0()).isZero();
        assertThat(state.bytes()[2]).isZero();
    }

    @Test
    @Proves(device = {"formats.one-based", "get.without-version", "get.without-uuid"})
    void eachFormatGivesItsOwnBytes() {
        var formats = subsystem("c").stateVersions(0, 9).build();
        var management = new ManagementHost(formats);
        management.suspend(1);
        assertThat(management.getState(0x1_0000, 1, 0, 56).bytes()[48]).isZero();
        assertThat(management.getState(0x2_0000, 1, 0, 56).bytes()[48]).isEqualTo((byte) 9);
        assertThat(management.getState(0, 1, 0, 48).bytes()[16]).isZero();
        assertThat(management.getState(0, 0x1_0001, 0, 48).bytes()[32]).isNotZero();
        assertThat(management.getState(0x2_0000, 1, 0, 48).bytes()[32]).isZero();
    }

    @Test
    @Proves(device = "get.count-is-zero-based")
    void piecesOfAStateAreItsSlices() {
        var host = new TestHost(source.controller(1)).bringUp();
        for (int id = 1; id <= 4; id++) {
            host.createQueuePair(id, 8);
        }
        sourceManagement.suspend(1);
        var whole = sourceManagement.readState(1, 1, 1);
        assertThat(whole.length).isGreaterThan(48 + 8 + 8 * 24 + 100);
        for (int offset = 0; offset < whole.length; offset += 52) {
            int size = Math.min(52, whole.length - offset);
            assertThat(sourceManagement.getState(0x1_0000, 0x1_0001, offset, size).bytes())
                    .isEqualTo(Arrays.copyOfRange(whole, offset, offset + size));
        }
    }

    @Test
    @Proves(device = "suspend.doorbells-count")
    void doorbellsWhileSuspendedBelongToTheState() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        sourceManagement.suspend(1);
        var before = sourceManagement.readState(1, 1, 0);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        var after = sourceManagement.readState(1, 1, 0);
        assertThat(before[56 + 18]).isZero();
        assertThat(after[56 + 18]).isEqualTo((byte) 1);
    }
}
