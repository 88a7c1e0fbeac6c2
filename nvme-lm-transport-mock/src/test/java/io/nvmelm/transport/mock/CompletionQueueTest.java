package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionQueueTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .maximumFetchedCommands(1000)
            .latency(LatencyModel.none()
                    .with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(500))
                    .withJitter(Duration.ofNanos(300)))
            .build();
    private final TestHost host = new TestHost(subsystem.controller(1)).bringUp();

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7})
    void phaseAlternatesOverManyWraps(int slots) {
        host.createQueuePair(1, slots);
        for (int i = 0; i < 10 * slots; i++) {
            host.interrupts.clear();
            var entry = host.execute(1, 1, 0x00, e -> e.namespaceId(1));
            assertThat(entry.submissionHead()).isEqualTo((i + 1) % slots);
            assertThat(host.interrupts).containsExactly(1);
        }
    }

    @Test
    void adminQueuesOfTwoEntriesWork() {
        host.bringUp(2, 2);
        for (int i = 0; i < 9; i++) {
            assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void aFullQueueHoldsBackAndLosesNothing(int slots) {
        host.createCompletionQueue(1, 0x3_0000, slots, 1);
        host.createSubmissionQueue(1, 0x4_0000, 64, 1);
        host.createSubmissionQueue(2, 0x5_0000, 64, 1);
        var submitted = new ArrayList<Integer>();
        for (int i = 0; i < 20; i++) {
            submitted.add(host.submit(1 + i % 2, 0x00, e -> e.namespaceId(1)));
        }
        var completed = new ArrayList<Integer>();
        while (completed.size() < submitted.size()) {
            clock.runUntilIdle();
            var entries = host.poll(1);
            assertThat(entries).hasSize(Math.min(slots - 1, submitted.size() - completed.size()));
            entries.forEach(e -> completed.add(e.commandId()));
        }
        assertThat(completed).containsExactlyInAnyOrderElementsOf(submitted);
    }

    @Test
    void arbitrationGivesEachQueueItsBurst() {
        var calm = new TestHost(InMemorySubsystem.builder(clock).build().controller(1)).bringUp();
        calm.createCompletionQueue(1, 0x3_0000, 64, 1);
        calm.createSubmissionQueue(1, 0x4_0000, 64, 1);
        calm.createSubmissionQueue(2, 0x5_0000, 64, 1);
        calm.admin(0x09, e -> e.cdw10(1).cdw11(1)); // bursts of 2
        for (int i = 0; i < 6; i++) {
            calm.put(1, 0x7F, e -> {});
            calm.put(2, 0x7F, e -> {});
        }
        calm.ring(1);
        calm.ring(2);
        clock.runUntilIdle();
        var order = calm.poll(1).stream().map(TestHost.Entry::submissionId).toList();
        assertThat(order).hasSize(12);
        for (int i = 0; i < 12; i += 2) {
            assertThat(order.get(i)).isEqualTo(order.get(i + 1));
        }
        assertThat(order.subList(0, 4)).containsExactlyInAnyOrder(1, 1, 2, 2);
    }

    @Test
    void aQueueWithoutInterruptsRaisesNone() {
        host.memory.zero(0x3_0000, 4096);
        host.admin(0x05, e -> e.prp1(0x3_0000).cdw10(7 << 16 | 1).cdw11(1));
        host.completions.put(1, new TestHost.Completion(1, 0x3_0000, 8));
        host.createSubmissionQueue(1, 0x4_0000, 8, 1);
        host.interrupts.clear();
        host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        assertThat(host.interrupts).isEmpty();
    }

    @Test
    void fetchingStopsAtTheLimit() {
        var small = InMemorySubsystem.builder(clock)
                .maximumFetchedCommands(3)
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(100)))
                .build();
        var other = new TestHost(small.controller(1)).bringUp().createQueuePair(1, 32);
        for (int i = 0; i < 10; i++) {
            other.submit(1, 0x00, e -> e.namespaceId(1));
        }
        clock.advance(Duration.ofNanos(99));
        assertThat(other.poll(1)).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(other.poll(1)).hasSize(3).last().matches(e -> e.submissionHead() <= 6);
        clock.runUntilIdle();
        assertThat(other.poll(1)).hasSize(7);
    }
}
