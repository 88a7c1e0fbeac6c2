package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.CONTROLLER_NOT_SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuspensionTest {
    private static final int FETCH = 1_000;
    private static final int FLUSH = 10_000;

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .maximumFetchedCommands(4)
            .latency(LatencyModel.none()
                    .with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(FLUSH))
                    .with(LatencyModel.CommandClass.WRITE, Duration.ofNanos(FLUSH))
                    .withFetchDelay(Duration.ofNanos(FETCH)))
            .build();
    private final InMemoryController controller = subsystem.controller(1);
    private final TestHost host = new TestHost(controller);
    private final ManagementHost management = new ManagementHost(subsystem);

    @BeforeEach
    void bringUp() {
        host.bringUp().createQueuePair(1, 32);
    }

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(subsystem.violations()).isEmpty();
    }

    private void flush() {
        host.submit(1, 0x00, e -> e.namespaceId(1));
    }

    @Test
    void anIdleControllerIsSuspendedAtOnce() {
        assertThat(management.suspend(1).isSuccess()).isTrue();
        assertThat(controller.isSuspended()).isTrue();
        assertThat(management.resume(1).isSuccess()).isTrue();
        assertThat(controller.isSuspended()).isFalse();
    }

    @Test
    @Proves(device = {"suspend.finishes-what-was-fetched", "suspend.completes-when-suspended"})
    void whatWasFetchedIsFinishedFirst() {
        flush();
        flush();
        clock.advance(Duration.ofNanos(FETCH));
        var suspend = management.startSuspend(1);
        clock.advance(Duration.ofNanos(FLUSH - 1));
        assertThat(suspend).isNotDone();
        assertThat(controller.isSuspended()).isFalse();
        assertThat(host.poll(1)).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(suspend).isDone();
        assertThat(controller.isSuspended()).isTrue();
        assertThat(host.poll(1)).hasSize(2).allMatch(e -> e.status().isSuccess());
    }

    @Test
    @Proves(device = {"suspend.stops-fetching", "suspend.unfetched-stay", "resume.restarts"})
    void whatWasNotFetchedStaysInItsQueueUntilResume() {
        for (int i = 0; i < 10; i++) {
            flush();
        }
        clock.advance(Duration.ofNanos(FETCH));
        management.suspend(1);
        assertThat(host.poll(1)).hasSize(4).last().matches(e -> e.submissionHead() == 4);
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
        management.resume(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(6);
    }

    @Test
    @Proves(device = {"suspend.stops-fetching", "resume.restarts"})
    void doorbellsOfASuspendedControllerAreRemembered() {
        management.suspend(1);
        flush();
        flush();
        host.submit(0, 0x0A, e -> e.cdw10(1));
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
        assertThat(host.poll(0)).isEmpty();
        management.resume(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(2);
        assertThat(host.poll(0)).hasSize(1);
    }

    @Test
    void aDoorbellWithinTheFetchDelayIsNotFetched() {
        flush();
        management.suspend(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
        management.resume(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(1);
    }

    @Test
    @Proves(device = {"suspend.holds-event-requests", "resume.event-requests-stay"})
    void outstandingEventRequestsStayOutstanding() {
        host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        management.suspend(1);
        controller.raiseAsynchronousEvent(1, 0, 2);
        clock.runUntilIdle();
        assertThat(host.poll(0)).isEmpty();
        management.resume(1);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x02_00_01);
    }

    @Test
    @Proves(device = "suspend.no-transactions")
    void interruptsUnmaskedWhileSuspendedComeAfterResume() {
        controller.writeRegister32(NvmRegisters.INTMS, 2);
        host.interrupts.clear();
        flush();
        clock.runUntilIdle();
        management.suspend(1);
        controller.writeRegister32(NvmRegisters.INTMC, 2);
        assertThat(host.interrupts).isEmpty();
        management.resume(1);
        assertThat(host.interrupts).containsExactly(1);
    }

    @Test
    void aFullCompletionQueueDoesNotHoldUpSuspension() {
        host.createCompletionQueue(2, 0x3_0000, 2, 1);
        host.createSubmissionQueue(2, 0x4_0000, 32, 2);
        for (int i = 0; i < 5; i++) {
            host.submit(2, 0x00, e -> e.namespaceId(1));
        }
        clock.runUntilIdle();
        assertThat(host.peek(2)).hasSize(1);
        assertThat(management.suspend(1).isSuccess()).isTrue();
        host.acknowledge(2);
        clock.runUntilIdle();
        assertThat(host.poll(2)).isEmpty();
        management.resume(1);
        for (int i = 0; i < 4; i++) {
            clock.runUntilIdle();
            assertThat(host.poll(2)).hasSize(1);
        }
    }

    @Test
    @Proves(device = {"suspend.repeated", "suspend.ends-by-resume", "resume.not-suspended"})
    void repeatedSuspendSucceedsWithoutEffect() {
        management.suspend(1);
        assertThat(management.suspend(1).isSuccess()).isTrue();
        assertThat(controller.isSuspended()).isTrue();
        assertThat(management.resume(1).isSuccess()).isTrue();
        assertThat(management.resume(1).status().is(CONTROLLER_NOT_SUSPENDED)).isTrue();
    }

    @Test
    @Proves(device = "suspend.completes-when-suspended")
    void aSecondSuspendWaitsWithTheFirst() {
        flush();
        clock.advance(Duration.ofNanos(FETCH));
        var first = management.startSuspend(1);
        clock.advance(Duration.ofNanos(10));
        var second = management.startSuspend(1);
        clock.advance(Duration.ofNanos(FLUSH - 11));
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        clock.advance(Duration.ofNanos(1));
        assertThat(first.join().isSuccess()).isTrue();
        assertThat(second.join().isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "suspend.notification")
    void notificationChangesNothing() {
        var completion = management.start(ManagementHost.entry(0x41, 0, 0x0000_0001, 0, 0, 0)).join();
        assertThat(completion.isSuccess()).isTrue();
        assertThat(controller.isSuspended()).isFalse();
        flush();
        clock.runUntilIdle();
        assertThat(host.poll(1)).hasSize(1);
    }

    @Test
    @Proves(device = "suspend.properties-work")
    void propertiesOfASuspendedControllerBehaveNormally() {
        management.suspend(1);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        controller.writeRegister32(NvmRegisters.INTMS, 8);
        assertThat(controller.readRegister32(NvmRegisters.INTMS)).isEqualTo(8);
    }

    @Test
    @Proves(device = "suspend.enable-while-suspended")
    void aControllerEnabledWhileSuspendedIsReadyAndFetchesAfterResume() {
        var other = InMemorySubsystem.builder(clock).build();
        var otherManagement = new ManagementHost(other);
        otherManagement.suspend(1);
        var otherHost = new TestHost(other.controller(1));
        otherHost.controller.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        otherHost.controller.writeRegister64(NvmRegisters.ASQ, TestHost.ADMIN_SUBMISSION);
        otherHost.controller.writeRegister64(NvmRegisters.ACQ, TestHost.ADMIN_COMPLETION);
        otherHost.controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        otherHost.submissions.put(0, new TestHost.Submission(0, TestHost.ADMIN_SUBMISSION, 32));
        otherHost.completions.put(0, new TestHost.Completion(0, TestHost.ADMIN_COMPLETION, 32));
        assertThat(otherHost.controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        otherHost.submit(0, 0x0A, e -> e.cdw10(1));
        clock.runUntilIdle();
        assertThat(otherHost.poll(0)).isEmpty();
        otherManagement.resume(1);
        clock.runUntilIdle();
        assertThat(otherHost.poll(0)).hasSize(1);
        assertThat(other.violations()).isEmpty();
    }

    @Test
    void anAttemptToReachMemoryWhileSuspendedIsAViolation() {
        var violations = new ArrayList<String>();
        var port = new HostPort(clock, 7, violations);
        port.attach(new GuestMemory(4096), InterruptHandler.NONE);
        port.quiet(true);
        port.read(0, java.lang.foreign.MemorySegment.ofArray(new byte[4]), 0, 4);
        port.write(0x10, java.lang.foreign.MemorySegment.ofArray(new byte[4]), 0, 4);
        port.writeCompletion(0x20, java.lang.foreign.MemorySegment.ofArray(new byte[16]));
        clock.enter();
        port.interrupt(3);
        clock.exit();
        assertThat(violations).hasSize(4).allMatch(v -> v.startsWith("controller 7 ")).allMatch(v -> v.contains(
                "suspended"));
    }

    /// Writes and flushes in any mixture, suspended at any moment: what is complete when Suspend answers is all that
    /// ever was fetched, and after Resume everything else follows.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    @Proves(device = {"suspend.no-transactions", "suspend.finishes-what-was-fetched"})
    void suspensionAtAnyMomentLosesNothing(long seed) {
        var random = new SplittableRandom(seed);
        host.createQueuePair(2, 16);
        for (int round = 0; round < 20; round++) {
            int submitted = 0;
            int completed = 0;
            for (int i = 0; i < 12; i++) {
                host.submit(1 + i % 2, i % 3 == 0 ? 0x01 : 0x00, TestHost.io(random.nextInt(1000), 1, TestHost.DATA,
                        0));
                submitted++;
                clock.advance(Duration.ofNanos(random.nextInt(3_000)));
            }
            management.suspend(1);
            completed += host.poll(1).size() + host.poll(2).size();
            clock.advance(Duration.ofMillis(1));
            assertThat(host.poll(1)).as("seed %d", seed).isEmpty();
            assertThat(host.poll(2)).as("seed %d", seed).isEmpty();
            management.resume(1);
            clock.runUntilIdle();
            completed += host.poll(1).size() + host.poll(2).size();
            assertThat(completed).as("seed %d round %d", seed, round).isEqualTo(submitted);
        }
    }
}
