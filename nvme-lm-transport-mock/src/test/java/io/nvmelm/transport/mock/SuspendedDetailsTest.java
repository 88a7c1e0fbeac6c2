package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.rules.Proves;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Small print of a suspension: what a controller leaves alone while it is suspending, and what arrives with its state.
class SuspendedDetailsTest extends StateTransferFixture {
    private static final int FETCH = 1_000;
    private static final int FLUSH = 10_000_000;
    private static final int NVME_STATE = 48;
    private static final int FIRST_SUBMISSION_QUEUE = NVME_STATE + 8;
    private static final int ADMIN_QUEUE_IN_VENDOR_STATE = 56;

    private final InMemorySubsystem slow = subsystem("slow")
            .latency(LatencyModel.none()
                    .with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(FLUSH))
                    .withFetchDelay(Duration.ofNanos(FETCH)))
            .build();
    private final ManagementHost slowManagement = new ManagementHost(slow);

    @AfterEach
    void theSlowOneKeptQuietWhileSuspended() {
        assertThat(slow.violations()).isEmpty();
    }

    private static int flush(TestHost host) {
        return host.submit(1, 0x00, e -> e.namespaceId(1));
    }

    private static int readLogPage(TestHost host, int logPage) {
        return host.submit(0, 0x02, e -> e.cdw10(3 << 16 | logPage).prp1(TestHost.DATA));
    }

    private static int unsigned16(byte[] state, int offset) {
        return Short.toUnsignedInt(
                MemorySegment.ofArray(state).get(ValueLayout.JAVA_SHORT_UNALIGNED, offset));
    }

    private TestHost slowHost() {
        return new TestHost(slow.controller(1)).bringUp().createQueuePair(1, 8);
    }

    /// A Suspend that waits for a Flush, which is fetched and has most of its time to go.
    private CompletableFuture<Completion> suspendDuringFlush(TestHost host) {
        flush(host);
        clock.advance(Duration.ofNanos(FETCH));
        var suspend = slowManagement.startSuspend(1);
        clock.advance(Duration.ofNanos(1)); // only now the Suspend is executed
        assertThat(suspend).isNotDone();
        return suspend;
    }

    private void fetchDelaysPass() {
        clock.advance(Duration.ofNanos(10 * FETCH));
    }

    /// Suspends the source and gives its state to the target, which stays suspended.
    private void migrate(TestHost host) {
        assertThat(sourceManagement.suspend(1).isSuccess()).isTrue();
        moveToTarget(host, sourceManagement);
    }

    private void moveToTarget(TestHost host, ManagementHost from) {
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 1, from.readState(1, 1, 1)).isSuccess()).isTrue();
        host.rebind(target.controller(1));
        host.interrupts.clear();
    }

    private void resumeTarget() {
        assertThat(targetManagement.resume(1).isSuccess()).isTrue();
        clock.runUntilIdle();
    }

    @Test
    @Proves(device = {"suspend.stops-fetching", "suspend.unfetched-stay"})
    void aSuspendingControllerFetchesNoIoCommandAnyMore() {
        var host = slowHost();
        var suspend = suspendDuringFlush(host);
        flush(host);
        flush(host);
        fetchDelaysPass();
        var suspending = slowManagement.readState(1, 1, 0);
        assertThat(suspend).isNotDone();
        assertThat(unsigned16(suspending, FIRST_SUBMISSION_QUEUE + 16)).as("head").isEqualTo(1);
        assertThat(unsigned16(suspending, FIRST_SUBMISSION_QUEUE + 18)).as("tail").isEqualTo(3);
        clock.runUntilIdle();
        assertThat(suspend).isDone();
        assertThat(host.poll(1)).singleElement().matches(e -> e.submissionHead() == 1);
        var suspended = slowManagement.readState(1, 1, 0);
        assertThat(unsigned16(suspended, FIRST_SUBMISSION_QUEUE + 16)).as("head").isEqualTo(1);
        moveToTarget(host, slowManagement);
        resumeTarget();
        assertThat(host.poll(1)).extracting(TestHost.Entry::submissionHead).hasSize(2).last().isEqualTo(3);
    }

    @Test
    @Proves(device = "suspend.stops-fetching")
    void aSuspendingControllerFetchesNoAdminCommandAnyMore() {
        var host = slowHost();
        var suspend = suspendDuringFlush(host);
        int head = host.submissions.get(0).tail;
        int queued = host.submit(0, 0x0A, e -> e.cdw10(1));
        fetchDelaysPass();
        assertThat(host.poll(0)).isEmpty();
        var suspending = slowManagement.readState(1, 0, 1);
        assertThat(suspend).isNotDone();
        assertThat(unsigned16(suspending, NVME_STATE + ADMIN_QUEUE_IN_VENDOR_STATE)).as("head").isEqualTo(head);
        assertThat(unsigned16(suspending, NVME_STATE + ADMIN_QUEUE_IN_VENDOR_STATE + 2)).as("tail").isEqualTo(head + 1);
        clock.runUntilIdle();
        assertThat(suspend).isDone();
        assertThat(host.poll(0)).isEmpty();
        moveToTarget(host, slowManagement);
        resumeTarget();
        assertThat(host.poll(0)).extracting(TestHost.Entry::commandId).containsExactly(queued);
    }

    @Test
    @Proves(device = "suspend.holds-event-requests")
    void anEventRequestIsNotAnsweredWhileSuspendingOrSuspended() {
        var host = slowHost();
        int request = host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        var suspend = suspendDuringFlush(host);
        host.controller.raiseAsynchronousEvent(1, 0, 2);
        fetchDelaysPass();
        host.acknowledge(0); // a head doorbell is an occasion to post, too
        fetchDelaysPass();
        assertThat(suspend).isNotDone();
        assertThat(host.poll(0)).isEmpty();
        clock.runUntilIdle();
        assertThat(suspend).isDone();
        host.acknowledge(0);
        clock.runUntilIdle();
        assertThat(host.poll(0)).isEmpty();
        moveToTarget(host, slowManagement);
        resumeTarget();
        assertThat(host.poll(0)).singleElement().matches(e -> e.commandId() == request && e.dword0() == 0x02_00_01);
    }

    @Test
    void anEventTypeThatWasReportedStaysMaskedOnTheDestinationUntilItsLogPageIsRead() {
        var host = new TestHost(source.controller(1)).bringUp();
        host.submit(0, 0x0C, e -> {});
        int second = host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        host.controller.raiseAsynchronousEvent(1, 0, 2);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x02_00_01);
        migrate(host);
        resumeTarget();
        host.controller.raiseAsynchronousEvent(1, 1, 2);
        clock.runUntilIdle();
        assertThat(host.poll(0)).as("masked").isEmpty();
        readLogPage(host, 1);
        clock.runUntilIdle();
        assertThat(host.poll(0)).as("another log page").hasSize(1);
        int read = readLogPage(host, 2);
        clock.runUntilIdle();
        assertThat(host.poll(0)).extracting(TestHost.Entry::commandId).containsExactly(read, second);
    }

    @Test
    void anEventThatWaitsBehindItsMaskTravelsAndOtherTypesAreReported() {
        var host = new TestHost(source.controller(1)).bringUp();
        for (int i = 0; i < 3; i++) {
            host.submit(0, 0x0C, e -> {});
        }
        clock.runUntilIdle();
        host.controller.raiseAsynchronousEvent(1, 0, 2);
        host.controller.raiseAsynchronousEvent(1, 1, 2);
        assertThat(host.poll(0)).hasSize(1);
        migrate(host);
        resumeTarget();
        assertThat(host.poll(0)).as("masked").isEmpty();
        host.controller.raiseAsynchronousEvent(2, 0, 4);
        assertThat(host.poll(0)).extracting(TestHost.Entry::dword0).containsExactly(0x04_00_02);
        readLogPage(host, 2);
        clock.runUntilIdle();
        assertThat(host.poll(0)).extracting(TestHost.Entry::dword0).containsExactly(0, 0x02_01_01);
    }

    @Test
    void anInterruptPendingBehindItsMaskIsRaisedWhenTheDestinationUnmasksIt() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8).createQueuePair(2, 8);
        host.controller.writeRegister32(NvmRegisters.INTMS, 2 | 4);
        flush(host);
        clock.runUntilIdle();
        migrate(host);
        resumeTarget();
        assertThat(host.interrupts).isEmpty();
        host.controller.writeRegister32(NvmRegisters.INTMC, 4);
        assertThat(host.interrupts).as("nothing was pending for vector 2").isEmpty();
        host.controller.writeRegister32(NvmRegisters.INTMC, 2);
        assertThat(host.interrupts).containsExactly(1);
        assertThat(host.poll(1)).hasSize(1);
    }

    @Test
    void aCompletionQueueWithoutInterruptsRaisesNoneOnTheDestination() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        assertThat(host.admin(0x05, e -> e.prp1(0x3_0000).cdw10(7 << 16 | 2).cdw11(2 << 16 | 1)).status().isSuccess())
                .isTrue();
        host.completions.put(2, new TestHost.Completion(2, 0x3_0000, 8));
        host.createSubmissionQueue(2, 0x4_0000, 8, 2);
        migrate(host);
        resumeTarget();
        host.execute(2, 2, 0x00, e -> e.namespaceId(1));
        assertThat(host.interrupts).isEmpty();
        host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        assertThat(host.interrupts).containsExactly(1);
    }

    /// From any slot and phase: one entry fits besides those that wait to be consumed, the rest follows the doorbell.
    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "0,3", "0,4", "0,5", "0,6", "2,0", "2,1", "2,2", "2,3", "2,4", "2,5", "2,6"})
    void theDestinationOverwritesNoEntryThatWasNotConsumed(int queue, int consumed) {
        var host = new TestHost(source.controller(1)).bringUp(16, 4);
        host.createCompletionQueue(2, 0x3_0000, 4, 2);
        host.createSubmissionQueue(2, 0x4_0000, 16, 2);
        int opcode = queue == 0 ? 0x0A : 0x00;
        Consumer<SubmissionEntryView> fields = queue == 0 ? e -> e.cdw10(1) : e -> e.namespaceId(1);
        for (int i = 0; i < consumed; i++) {
            host.execute(queue, queue, opcode, fields);
        }
        host.submit(queue, opcode, fields);
        host.submit(queue, opcode, fields);
        clock.runUntilIdle();
        migrate(host);
        for (int i = 0; i < 4; i++) {
            host.submit(queue, opcode, fields);
        }
        resumeTarget();
        assertThat(host.peek(queue)).as("two from the source, one more").hasSize(3);
        assertThat(host.peek(queue)).isEmpty();
        host.acknowledge(queue);
        clock.runUntilIdle();
        assertThat(host.poll(queue)).hasSize(3);
    }
}
