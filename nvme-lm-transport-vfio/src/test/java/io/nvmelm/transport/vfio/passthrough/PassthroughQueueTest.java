package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Commands run where the options say, memory lives as long as the kernel uses it, and nothing is lost when something fails. The
/// executor is a list that the test works off, so it decides what is under way when.
class PassthroughQueueTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int GET_LOG_PAGE = 0x02;

    private final ScriptedHost host = new ScriptedHost();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    @AfterEach
    void nothingIsLeft() {
        assertThat(host.openFiles()).isEmpty();
        assertThat(host.mappedPieces()).isZero();
    }

    private PassthroughQueue open(Executor executor, int places) {
        return PassthroughQueue.open(
                host.host(), ScriptedHost.ADDRESS, Optional.ofNullable(executor), places, TIMEOUT);
    }

    private static MemorySegment entry(int opcode) {
        var entry = MemorySegment.ofArray(new byte[64]);
        entry.set(ValueLayout.JAVA_BYTE, 0, (byte) opcode);
        return entry;
    }

    private static CompletableFuture<Completion> submit(AdminTransport transport, TransferMemory data) {
        return transport.submit(entry(GET_LOG_PAGE), data, data == null ? 0 : 512, TIMEOUT);
    }

    private static <T extends Throwable> T failureOf(Class<T> type, CompletableFuture<Completion> future) {
        var failure = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(failure).hasCauseInstanceOf(type);
        return type.cast(failure.getCause());
    }

    @Test
    void withoutExecutorTheCommandIsDoneWhenSubmitReturns() {
        var thread = new Thread[1];
        try (var queue = open(null, 1)) {
            host.driver(block -> {
                thread[0] = Thread.currentThread();
                return 0;
            });
            assertThat(submit(queue, null)).isCompletedWithValue(Completion.success());
            assertThat(thread[0]).isSameAs(Thread.currentThread());
        }
    }

    @Test
    void withAnExecutorTheCommandRunsThere() {
        try (var queue = open(waiting::add, 2)) {
            int before = host.blocks().size();
            var first = submit(queue, null);
            var second = submit(queue, null);
            assertThat(host.blocks()).hasSize(before);
            waiting.removeLast().run();
            assertThat(second).isCompleted();
            assertThat(first).isNotDone();
            waiting.remove().run();
            assertThat(first).isCompleted();
        }
    }

    @Test
    void theDataOfTheCommandAreTheMemorysOwnPages() {
        try (var queue = open(null, 1);
                var memory = queue.allocate(3000)) {
            assertThat(memory.segment().byteSize()).isEqualTo(3000);
            assertThat(memory.segment().address() % 4096).isZero();
            host.driver(block -> {
                assertThat(block.get(ValueLayout.JAVA_LONG, 24)).isEqualTo(memory.segment().address());
                host.data(block, 512).fill((byte) 0x77);
                return 0;
            });
            submit(queue, memory).join();
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 511)).isEqualTo((byte) 0x77);
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 512)).isZero();
        }
    }

    @Test
    void memoryOfACommandUnderWayIsKeptUntilTheKernelComesBack() {
        try (var queue = open(waiting::add, 1)) {
            var memory = queue.allocate(4096);
            var future = submit(queue, memory);
            memory.close();
            assertThat(host.mappedPieces()).isEqualTo(1);
            waiting.remove().run();
            assertThat(future).isCompleted();
            assertThat(host.mappedPieces()).isZero();
            memory.close();
        }
    }

    @Test
    void memoryIsQuarantinedOnlyWhileTheKernelIsOverdue() {
        try (var queue = open(null, 1);
                var memory = queue.allocate(4096)) {
            host.driver(block -> {
                assertThat(memory.isQuarantined()).isFalse();
                host.advance(TIMEOUT.minusNanos(1));
                assertThat(memory.isQuarantined()).isFalse();
                host.advance(Duration.ofNanos(1));
                assertThat(memory.isQuarantined()).isTrue();
                return -4;
            });
            assertThat(failureOf(CommandTimeoutException.class, submit(queue, memory)).timeout()).isEqualTo(TIMEOUT);
            assertThat(memory.isQuarantined()).isFalse();
            host.driver(block -> 0);
            assertThat(submit(queue, memory)).isCompleted();
        }
    }

    @Test
    void theEarliestDeadlineOfSeveralCommandsCounts() {
        try (var queue = open(waiting::add, 2);
                var memory = queue.allocate(4096)) {
            queue.submit(entry(GET_LOG_PAGE), memory, 512, Duration.ofDays(40_000_000));
            queue.submit(entry(GET_LOG_PAGE), memory, 512, Duration.ofSeconds(1));
            assertThat(memory.isQuarantined()).isFalse();
            host.advance(Duration.ofSeconds(1));
            assertThat(memory.isQuarantined()).isTrue();
        }
    }

    @Test
    void closingDuringACallEndsTheFutureAndKeepsMemoryAndNodeUntilItReturns() {
        var queue = open(waiting::add, 1);
        var memory = queue.allocate(4096);
        var idle = queue.allocate(4096);
        var future = submit(queue, memory);
        host.driver(block -> {
            queue.close();
            assertThat(future).isCompletedExceptionally();
            assertThat(memory.isQuarantined()).isTrue();
            assertThat(idle.isQuarantined()).isFalse();
            assertThat(host.mappedPieces()).isEqualTo(1);
            assertThat(host.openFiles()).hasSize(1);
            host.data(block, 512).fill((byte) 1);
            return 0;
        });
        waiting.remove().run();
        assertThat(failureOf(TransportException.class, future)).hasMessageContaining("through /dev/nvme3 is closed");
        assertThat(memory.isQuarantined()).isFalse();
        queue.close();
    }

    @Test
    void closingEndsCommandsThatNoThreadHasTaken() {
        var queue = open(waiting::add, 2);
        int before = host.blocks().size();
        var futures = new ArrayDeque<CompletableFuture<Completion>>();
        futures.add(submit(queue, queue.allocate(4096)));
        futures.add(submit(queue, queue.allocate(4096)));
        queue.close();
        assertThat(host.mappedPieces()).isZero();
        futures.forEach(future -> failureOf(TransportException.class, future));
        waiting.forEach(Runnable::run);
        assertThat(host.blocks()).hasSize(before);
    }

    @Test
    void anExecutorThatRefusesCostsNoPlace() {
        var refusal = new RejectedExecutionException("it is shut down");
        try (var queue = open(command -> {
            throw refusal;
        }, 2)) {
            for (int i = 0; i < 5; i++) {
                var memory = queue.allocate(4096);
                var failure = failureOf(TransportException.class, submit(queue, memory));
                assertThat(failure).hasCause(refusal).hasMessageContaining("it is shut down");
                assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
                memory.close();
            }
            assertThat(host.mappedPieces()).isZero();
        }
    }

    @Test
    void anExecutorThatRunsACommandTwiceOrThrowsAfterwardsChangesNothing() {
        try (var queue = open(command -> {
            command.run();
            command.run();
            throw new RejectedExecutionException("too late");
        }, 1)) {
            int before = host.blocks().size();
            assertThat(submit(queue, null)).isCompletedWithValue(Completion.success());
            assertThat(submit(queue, null)).isCompletedWithValue(Completion.success());
            assertThat(host.blocks()).hasSize(before + 2);
        }
    }

    @Test
    void aCommandThatWaitedAllItsTimeForAThreadIsNotSent() {
        try (var queue = open(waiting::add, 1)) {
            int before = host.blocks().size();
            var future = submit(queue, null);
            host.advance(TIMEOUT);
            waiting.remove().run();
            var failure = failureOf(TransportException.class, future);
            assertThat(failure).hasMessageContaining("was not sent").hasMessageContaining("10000 ms");
            assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
            assertThat(host.blocks()).hasSize(before);
        }
    }

    @Test
    void aCommandThatWaitedHasAllItsTimeInTheKernel() {
        try (var queue = open(waiting::add, 1)) {
            submit(queue, null);
            host.advance(TIMEOUT.minusNanos(1));
            waiting.remove().run();
            var block = MemorySegment.ofArray(host.blocks().getLast());
            assertThat(block.get(ValueLayout.JAVA_INT_UNALIGNED, 64)).isEqualTo(10_000);
        }
    }

    @Test
    void submitBlocksWhileAllPlacesAreTaken() throws InterruptedException {
        try (var queue = open(waiting::add, 1)) {
            submit(queue, null);
            var blocked = Thread.ofPlatform().daemon().start(() -> submit(queue, null));
            while (blocked.getState() != Thread.State.TIMED_WAITING) {
                assertThat(blocked.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            assertThat(waiting).hasSize(1);
            waiting.remove().run();
            blocked.join();
            waiting.remove().run();
        }
    }

    @Test
    void closingWakesWhoeverWaitsForAPlace() throws InterruptedException {
        var queue = open(waiting::add, 1);
        submit(queue, null);
        var refused = new CompletableFuture<CompletableFuture<Completion>>();
        var blocked = Thread.ofPlatform().daemon().start(() -> refused.complete(submit(queue, null)));
        while (blocked.getState() != Thread.State.TIMED_WAITING) {
            assertThat(blocked.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        queue.close();
        blocked.join();
        failureOf(TransportException.class, refused.join());
    }

    @Test
    void whatTheSystemCallThrowsReachesTheFutureAndCostsNoPlace() {
        var defect = new AssertionError("of the C library");
        try (var queue = open(null, 1)) {
            host.driver(block -> {
                throw defect;
            });
            assertThat(failureOf(AssertionError.class, submit(queue, null))).isSameAs(defect);
            host.driver(block -> 0);
            assertThat(submit(queue, null)).isCompleted();
        }
    }

    @ParameterizedTest
    @CsvSource({"0x01,0,true", "0x05,0,true", "0x45,0,true", "0x45,1,false", "0x7C,0,true", "0x00,0,false",
        "0x41,0,false"})
    void commandsThatNameMemoryForLaterAreRefusedWithTheReason(int opcode, int select, boolean refused) {
        try (var queue = open(null, 1);
                var memory = queue.allocate(4096)) {
            assertThat(queue.limits().ringMemoryUnavailable().orElseThrow()).contains("unmaps", "NvmeAdminTransport");
            var entry = entry(opcode);
            entry.set(ValueLayout.JAVA_BYTE, 40, (byte) select);
            int before = host.blocks().size();
            var future = queue.submit(entry, memory, 4096, TIMEOUT);
            assertThat(future.isCompletedExceptionally()).isEqualTo(refused);
            assertThat(host.blocks()).hasSize(refused ? before : before + 1);
            if (refused) {
                var failure = failureOf(TransportException.class, future);
                assertThat(failure).hasMessageContaining("unmaps");
                assertThat(failure.remedy()).contains("vfio-pci", "NvmeController.open");
            }
        }
    }

    @Test
    void dataBothWaysAreRefused() {
        try (var queue = open(null, 1);
                var memory = queue.allocate(4096)) {
            assertThatThrownBy(() -> queue.submit(entry(0xC3), memory, 4096, TIMEOUT))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("opcode is 195");
            assertThat(queue.submit(entry(0xC3), null, 0, TIMEOUT)).isCompleted();
        }
    }

    @Test
    void memoryThatCannotBeHadIsReportedAndCostsNothing() {
        try (var queue = open(null, 1)) {
            host.failMapping(12);
            assertThatThrownBy(() -> queue.allocate(4096)).isInstanceOf(TransportException.class).hasMessageContaining(
                    "ENOMEM");
            host.failMapping(0);
            queue.allocate(4096).close();
        }
    }
}
