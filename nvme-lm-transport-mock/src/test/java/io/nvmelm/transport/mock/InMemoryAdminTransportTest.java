package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InMemoryAdminTransportTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .maximumCommandsInFlight(3)
            .maximumTransferBytes(16_384)
            .latency(LatencyModel.none()
                    .with(LatencyModel.CommandClass.ADMIN, Duration.ofNanos(100))
                    .with(LatencyModel.CommandClass.FLUSH, Duration.ofNanos(50_000))
                    .with(LatencyModel.CommandClass.MIGRATION, Duration.ofNanos(1_000)))
            .build();
    private final AdminTransport transport = subsystem.controllingTransport();

    private static MemorySegment identify() {
        return ManagementHost.entry(0x06, 1, 0, 0, 0, 0);
    }

    private static MemorySegment getFeatures() {
        return ManagementHost.entry(0x0A, 1, 0, 0, 0, 0);
    }

    private CompletableFuture<Completion> start(MemorySegment entry) {
        return transport.submit(entry, null, 0, SECOND);
    }

    @Test
    void limitsAreThoseOfTheBuilder() {
        assertThat(transport.limits().maximumCommandsInFlight()).isEqualTo(3);
        assertThat(transport.limits().maximumTransferBytes()).isEqualTo(16_384);
        assertThat(transport.limits().ringMemoryUnavailable()).isEmpty();
    }

    @Test
    void aFutureCompletesWhenTheClockMoves() {
        var future = start(getFeatures());
        assertThat(future).isNotDone();
        clock.advance(Duration.ofNanos(99));
        assertThat(future).isNotDone();
        clock.advance(Duration.ofNanos(1));
        assertThat(future).isCompletedWithValueMatching(c -> c.dword0() == 2);
    }

    @Test
    void waitingMovesTheClock() throws Exception {
        assertThat(start(getFeatures()).join().dword0()).isEqualTo(2);
        assertThat(clock.nanoTime()).isEqualTo(100);
        assertThat(start(getFeatures()).get().dword0()).isEqualTo(2);
        assertThat(clock.nanoTime()).isEqualTo(200);
        assertThat(start(getFeatures()).thenApply(Completion::dword0).thenCompose(CompletableFuture::completedFuture)
                .join())
                .isEqualTo(2);
        assertThat(clock.nanoTime()).isEqualTo(300);
    }

    @Test
    void waitingWithATimeoutMovesTheClockByAtMostThat() throws Exception {
        var future = start(getFeatures());
        assertThatThrownBy(() -> future.get(99, TimeUnit.NANOSECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(clock.nanoTime()).isEqualTo(99);
        assertThat(future.get(1, TimeUnit.NANOSECONDS).isSuccess()).isTrue();
        assertThat(clock.nanoTime()).isEqualTo(100);
        assertThat(future.get(1, TimeUnit.DAYS).isSuccess()).isTrue();
        assertThat(clock.nanoTime()).isEqualTo(100);
    }

    @Test
    void memoryIsZeroedAndReachable() {
        try (var memory = transport.allocate(4096)) {
            assertThat(memory.segment().byteSize()).isEqualTo(4096);
            assertThat(memory.segment().isNative()).isTrue();
            assertThat(memory.segment().address() & 4095).isZero();
            assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            assertThat(transport.submit(identify(), memory, 4096, SECOND).join().isSuccess()).isTrue();
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 257)).isEqualTo((byte) 8);
            assertThat(memory.isQuarantined()).isFalse();
        }
    }

    @Test
    void theEntryMayBeUsedAgainAtOnce() {
        var entry = getFeatures();
        var future = start(entry);
        entry.fill((byte) 0xFF);
        assertThat(future.join().dword0()).isEqualTo(2);
    }

    @Test
    void submissionWaitsForAFreeSlot() {
        var futures = new ArrayList<CompletableFuture<Completion>>();
        for (int i = 0; i < 3; i++) {
            futures.add(start(getFeatures()));
        }
        assertThat(clock.nanoTime()).isZero();
        futures.add(start(getFeatures()));
        assertThat(clock.nanoTime()).isEqualTo(100);
        assertThat(futures.getFirst()).isCompleted();
        futures.forEach(f -> assertThat(f.join().isSuccess()).isTrue());
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> transport.allocate(0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> transport.allocate(16_385)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> start(MemorySegment.ofArray(new byte[63]))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> transport.submit(identify(), null, 4, SECOND)).isInstanceOf(
                InvalidValueException.class);
        assertThatThrownBy(() -> transport.submit(identify(), null, 0, Duration.ZERO))
                .isInstanceOf(InvalidValueException.class);
        var memory = transport.allocate(4096);
        assertThatThrownBy(() -> transport.submit(identify(), memory, 4097, SECOND)).isInstanceOf(
                InvalidValueException.class);
        assertThatThrownBy(() -> subsystem.controllingTransport().submit(identify(), memory, 4096, SECOND))
                .isInstanceOf(InvalidValueException.class);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> transport.submit(identify(), memory, 4096, SECOND)).isInstanceOf(
                InvalidValueException.class);
    }

    @Test
    void aCommandThatIsNotAnsweredTimesOutAndKeepsItsMemory() {
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut();
        var memory = transport.allocate(4096);
        var future = transport.submit(identify(), memory, 4096, SECOND);
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CommandTimeoutException.class)
                .hasMessageContaining("IDENTIFY")
                .hasMessageContaining("1000 ms");
        assertThat(clock.nanoTime()).isEqualTo(1_000_000_000L);
        assertThat(memory.isQuarantined()).isTrue();
        assertThatThrownBy(() -> transport.submit(identify(), memory, 4096, SECOND)).isInstanceOf(
                InvalidValueException.class);
        memory.close();
        assertThat(memory.segment().scope().isAlive()).isTrue();
        subsystem.controllingController().functionLevelReset();
        assertThat(memory.isQuarantined()).isFalse();
        assertThat(memory.segment().scope().isAlive()).isFalse();
    }

    @Test
    void aLateCommandStillWritesAndEndsTheQuarantine() {
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(Duration.ofSeconds(5));
        var memory = transport.allocate(4096);
        var future = transport.submit(identify(), memory, 4096, SECOND);
        assertThatThrownBy(future::join).hasCauseInstanceOf(CommandTimeoutException.class);
        assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        clock.advance(Duration.ofSeconds(3));
        assertThat(memory.isQuarantined()).isTrue();
        clock.advance(Duration.ofSeconds(2));
        assertThat(memory.isQuarantined()).isFalse();
        assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 257)).isEqualTo((byte) 8);
        assertThat(future).isCompletedExceptionally();
        memory.close();
        assertThat(memory.segment().scope().isAlive()).isFalse();
    }

    @Test
    void aLostCompletionTookEffect() {
        subsystem.faults().on(AdminOpcode.MIGRATION_SEND).onSelect(0).nth(1).losesCompletion();
        assertThatThrownBy(() -> start(ManagementHost.entry(0x41, 0, 0x1_0001, 0, 0, 0)).join())
                .hasCauseInstanceOf(CommandTimeoutException.class);
        assertThat(subsystem.controller(1).isSuspended()).isTrue();
    }

    @Test
    void slotsThatAreLostForeverAreAnErrorAndComeBackWithAReset() {
        subsystem.faults().on(AdminOpcode.GET_FEATURES).always().timesOut();
        for (int i = 0; i < 3; i++) {
            var future = start(getFeatures());
            assertThatThrownBy(future::join).hasCauseInstanceOf(CommandTimeoutException.class);
        }
        subsystem.faults().clear();
        assertThatThrownBy(() -> start(getFeatures()).join()).hasCauseInstanceOf(TransportException.class);
        subsystem.controllingController().functionLevelReset();
        assertThat(start(getFeatures()).join().isSuccess()).isTrue();
    }

    @Test
    void closingEndsCommandsAndGivesMemoryBack() {
        var memory = transport.allocate(4096);
        var request = start(ManagementHost.entry(0x0C, 0, 0, 0, 0, 0));
        var other = transport.submit(identify(), memory, 4096, SECOND);
        clock.advance(Duration.ofNanos(50));
        transport.close();
        transport.close();
        assertThatThrownBy(request::join).hasCauseInstanceOf(TransportException.class);
        assertThatThrownBy(other::join).hasCauseInstanceOf(TransportException.class);
        assertThat(memory.segment().scope().isAlive()).isFalse();
        assertThatThrownBy(() -> start(getFeatures()).join()).hasCauseInstanceOf(TransportException.class);
        assertThatThrownBy(() -> transport.allocate(1)).isInstanceOf(TransportException.class);
        assertThat(clock.runNext()).isFalse();
        subsystem.controllingController().raiseAsynchronousEvent(4, 0, 0);
        assertThat(subsystem.controllingTransport().submit(getFeatures(), null, 0, SECOND).join().isSuccess()).isTrue();
    }

    @Test
    void anEventOfTheControllingControllerCompletesItsRequest() {
        var request = start(ManagementHost.entry(0x0C, 0, 0, 0, 0, 0));
        clock.advance(Duration.ofNanos(200));
        assertThat(request).isNotDone();
        subsystem.controllingController().raiseAsynchronousEvent(4, 1, 0);
        assertThat(request.join().dword0()).isEqualTo(0x104);
    }

    @Test
    void completionsAreHandedOutWithoutTheLock() {
        var seen = new AtomicInteger();
        var done = start(getFeatures()).thenCompose(first -> {
            var other = new Thread(() -> seen.set((int) clock.nanoTime()));
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return start(getFeatures());
        });
        assertThat(done.join().isSuccess()).isTrue();
        assertThat(seen).hasValue(100);
        assertThat(clock.nanoTime()).isEqualTo(200);
    }

    @Test
    void theLogHasWhatArrivedInOrder() {
        var memory = transport.allocate(8192);
        var slow = transport.submit(ManagementHost.entry(0x42, 0x1_0000, 1, 0, 0, 0x3FF), memory, 4096, SECOND);
        var quick = start(ManagementHost.entry(0x41, 1, 0x77, 0, 0, 0));
        assertThat(subsystem.adminCommandLog()).hasSize(2).allMatch(r -> r.status() == null);
        quick.join();
        slow.join();
        var log = subsystem.adminCommandLog();
        assertThat(log.get(0).adminOpcode()).contains(AdminOpcode.MIGRATION_RECEIVE);
        assertThat(log.get(0).byteSize()).isEqualTo(4096);
        assertThat(log.get(0).status()).isNotNull().matches(s -> s.isSuccess());
        assertThat(log.get(1).select()).isEqualTo(1);
        assertThat(log.get(1).cdw11()).isEqualTo(0x77);
        assertThat(log.get(1).status()).isNotNull().matches(s -> s.code() == 0x1F);
        subsystem.clearAdminCommandLog();
        assertThat(subsystem.adminCommandLog()).isEmpty();
    }

    @Test
    void theLogForgetsTheOldest() {
        var small = InMemorySubsystem.builder(clock).commandLogCapacity(3).build();
        var host = new ManagementHost(small);
        for (int i = 0; i < 10; i++) {
            host.start(ManagementHost.entry(0x0A, 1, i, 0, 0, 0)).join();
        }
        assertThat(small.adminCommandLog()).extracting(CommandRecord::cdw11).containsExactly(7, 8, 9);
        var none = InMemorySubsystem.builder(clock).commandLogCapacity(0).build();
        new ManagementHost(none).start(getFeatures()).join();
        assertThat(none.adminCommandLog()).isEmpty();
    }

    @Test
    void timeDoesNotPassWhileAnotherThreadPublishes() throws InterruptedException {
        clock.schedule(1_000_000, () -> {});
        var publishing = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var stage = start(getFeatures()).thenApply(c -> {
            publishing.countDown();
            await(mayGoOn);
            return c.dword0();
        });
        var mover = Thread.ofPlatform().start(clock::runNext);
        await(publishing);
        var result = new AtomicInteger();
        var waiter = Thread.ofPlatform().start(() -> result.set(stage.join()));
        while (waiter.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(clock.nanoTime()).isEqualTo(100);
        mayGoOn.countDown();
        mover.join();
        waiter.join();
        assertThat(result).hasValue(2);
        assertThat(clock.nanoTime()).isEqualTo(100);
    }

    @Test
    void aStageMayWaitForAFutureOfTheSameEvent() {
        var host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 8);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var first = start(ManagementHost.entry(0x41, 0, 0x1_0001, 0, 0, 0));
        var second = start(ManagementHost.entry(0x41, 0, 0x1_0001, 0, 0, 0));
        var seen = new AtomicInteger();
        var both = first.thenRun(() -> seen.set(second.join().isSuccess() ? 1 : 2));
        both.join();
        assertThat(seen).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void severalThreadsMayMoveTheClock() throws InterruptedException, ExecutionException {
        var wide = InMemorySubsystem.builder(clock).maximumCommandsInFlight(4).build().controllingTransport();
        var failures = new ArrayList<Throwable>();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, e) -> {
                        synchronized (failures) {
                            failures.add(e);
                        }
                    })
                    .start(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            var done = List.of(
                                    wide.submit(getFeatures(), null, 0, SECOND), wide.submit(getFeatures(), null, 0,
                                            SECOND));
                            done.forEach(f -> {
                                if (f.join().dword0() != 2) {
                                    throw new AssertionError();
                                }
                            });
                        }
                    }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
