package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who waits for a place waits as long as its command has time, and not longer. There is one place, and a thread takes what is
/// submitted when the test says so.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlaceWaitTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final ScriptedHost host = new ScriptedHost();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final PassthroughQueue queue =
            PassthroughQueue.open(host.host(), ScriptedHost.ADDRESS, Optional.of(waiting::add), 1, TIMEOUT);

    @AfterEach
    void nothingIsLeft() {
        queue.close();
        assertThat(host.openFiles()).isEmpty();
        assertThat(host.mappedPieces()).isZero();
    }

    private CompletableFuture<Completion> submit(Duration timeout) {
        return queue.submit(MemorySegment.ofArray(new byte[64]), null, 0, timeout);
    }

    private static TransportException failureOf(CompletableFuture<Completion> future) {
        var failure = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(failure).hasCauseInstanceOf(TransportException.class);
        return (TransportException) failure.getCause();
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.001S", "PT0.000000001S"})
    void aCommandThatFindsNoPlaceInItsTimeIsNotSentAndCostsNothing(Duration timeout) {
        var first = submit(TIMEOUT);
        var memory = queue.allocate(4096);
        var refused = queue.submit(MemorySegment.ofArray(new byte[64]), memory, 4096, timeout);
        var failure = failureOf(refused);
        assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
        assertThat(failure).hasMessageContaining("not sent").hasMessageContaining("for 1 ms all 1 places");
        memory.close();
        assertThat(host.mappedPieces()).isZero();
        assertThat(waiting).hasSize(1);
        waiting.remove().run();
        assertThat(first).isCompleted();
        var next = submit(SHORT);
        waiting.remove().run();
        assertThat(next).isCompleted();
    }

    @Test
    void anInterruptNeitherEndsTheWaitingNorIsLost() throws InterruptedException {
        submit(TIMEOUT);
        var kept = new CompletableFuture<Boolean>();
        var blocked = Thread.ofPlatform().daemon().start(() -> {
            Thread.currentThread().interrupt();
            submit(TIMEOUT);
            kept.complete(Thread.interrupted());
        });
        awaitWaiting(blocked);
        waiting.remove().run();
        assertThat(kept.join()).isTrue();
        blocked.join();
        waiting.remove().run();
    }

    @Test
    void anInterruptDoesNotStartTheTimeAnew() {
        submit(TIMEOUT);
        var outcome = new CompletableFuture<CompletableFuture<Completion>>();
        var blocked = Thread.ofPlatform().daemon().start(() -> outcome.complete(submit(TIMEOUT)));
        awaitWaiting(blocked);
        host.advance(TIMEOUT);
        blocked.interrupt();
        assertThat(failureOf(outcome.join()).category()).isEqualTo(FailureCategory.RETRY);
    }

    @Test
    void theTimeForAPlaceCountsAsTimeOfTheCommand() throws InterruptedException {
        submit(TIMEOUT);
        var outcome = new CompletableFuture<CompletableFuture<Completion>>();
        var blocked = Thread.ofPlatform().daemon().start(() -> outcome.complete(submit(TIMEOUT)));
        awaitWaiting(blocked);
        int before = host.blocks().size();
        host.advance(TIMEOUT.minusNanos(1));
        waiting.remove().run();
        blocked.join();
        host.advance(Duration.ofNanos(1));
        waiting.remove().run();
        var failure = failureOf(outcome.join());
        assertThat(failure).hasMessageContaining("for a place and a thread");
        assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
        assertThat(host.blocks()).hasSize(before + 1);
    }

    @Test
    void anEntryThatIsClosedWhileItsCommandWaitsIsRefusedAndCostsNoPlace() throws InterruptedException {
        submit(TIMEOUT);
        var refusal = new CompletableFuture<InvalidValueException>();
        Thread blocked;
        try (var arena = Arena.ofShared()) {
            var entry = arena.allocate(64, 8);
            entry.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x0A);
            blocked = Thread.ofPlatform().daemon().start(() -> refusal.complete(catchThrowableOfType(
                    InvalidValueException.class, () -> queue.submit(entry, null, 0, TIMEOUT))));
            awaitWaiting(blocked);
        }
        waiting.remove().run();
        assertThat(refusal.join()).isNotNull().hasMessageContaining("alive");
        blocked.join();
        submit(SHORT);
        waiting.remove().run();
    }
}
