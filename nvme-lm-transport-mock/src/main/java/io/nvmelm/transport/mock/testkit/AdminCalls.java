package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.LbaMigrationEntry;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Admin commands that any controlling controller knows, sent over a transport, and waiting for them.
final class AdminCalls {
    /// Bytes of every Identify data structure.
    static final int PAGE_BYTES = IdentifyCommand.DATA_BYTES;

    private static final int HEALTH_LOG = 0x02;
    private static final int FEATURE_NUMBER_OF_QUEUES = 0x07;

    private final AdminTransport transport;
    private final Duration patience;

    /// Creates the commands for a transport.
    ///
    /// @param patience deadline of commands that are expected to complete
    AdminCalls(AdminTransport transport, Duration patience) {
        this.transport = transport;
        this.patience = patience;
    }

    static MemorySegment newEntry() {
        return MemorySegment.ofArray(new long[SubmissionEntryView.BYTES / Long.BYTES]);
    }

    /// {@return the entry of an Identify command}
    static MemorySegment identify(int structure) {
        var entry = newEntry();
        AdminCommandCodec.encode(IdentifyCommand.of(structure), entry);
        return entry;
    }

    /// {@return the entry of Identify Controller}
    static MemorySegment identifyController() {
        return identify(IdentifyCommand.CONTROLLER);
    }

    /// {@return the entry of Get Log Page for the first bytes of the SMART / Health Information log}
    static MemorySegment healthLog(int byteSize) {
        var entry = newEntry();
        new SubmissionEntryView()
                .wrap(entry, 0)
                .opcode(AdminOpcode.GET_LOG_PAGE.value())
                .namespaceId(0xFFFF_FFFFL)
                .cdw10((byteSize / 4 - 1) << 16 | HEALTH_LOG);
        return entry;
    }

    /// {@return the entry of Get Features, Number of Queues, a command without data}
    static MemorySegment numberOfQueues() {
        var entry = newEntry();
        new SubmissionEntryView()
                .wrap(entry, 0)
                .opcode(AdminOpcode.GET_FEATURES.value())
                .cdw10(FEATURE_NUMBER_OF_QUEUES);
        return entry;
    }

    /// {@return the entry of a command that has an opcode and nothing else}
    static MemorySegment ofOpcode(int opcode) {
        var entry = newEntry();
        new SubmissionEntryView().wrap(entry, 0).opcode(opcode);
        return entry;
    }

    /// {@return the entry of Controller Data Queue, Create, of a User Data Migration Queue in one piece}
    static MemorySegment createDataQueue(int controllerId, int entries) {
        return encoded(new CreateControllerDataQueueCommand(
                controllerId, true, (long) entries * (LbaMigrationEntry.BYTES / Integer.BYTES)));
    }

    /// {@return the entry of Controller Data Queue, Delete}
    static MemorySegment deleteDataQueue(int queueId) {
        return encoded(new DeleteControllerDataQueueCommand(queueId));
    }

    /// {@return the entry of Track Send, Log User Data Changes}
    static MemorySegment logUserData(int queueId, boolean start) {
        return encoded(new LogUserDataChangesCommand(queueId, start));
    }

    private static MemorySegment encoded(AdminCommand command) {
        var entry = newEntry();
        AdminCommandCodec.encode(command, entry);
        return entry;
    }

    CompletableFuture<Completion> submit(MemorySegment entry, @Nullable TransferMemory data, long dataByteSize) {
        return transport.submit(entry, data, dataByteSize, patience);
    }

    /// Waits for a completion; anything else fails the test.
    Completion await(CompletableFuture<Completion> future) {
        var outcome = outcomeOf(future);
        if (outcome instanceof Completion completion) {
            return completion;
        }
        throw new AssertionError("a command had no completion", (Throwable) outcome);
    }

    Completion run(MemorySegment entry, @Nullable TransferMemory data, long dataByteSize) {
        return await(submit(entry, data, dataByteSize));
    }

    /// Waits for what may come later, with one command after the other: a transport without a thread of its own looks
    /// around only while somebody waits.
    void awaitWithCommands(BooleanSupplier condition, String what) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(run(numberOfQueues(), null, 0).isSuccess()).isTrue();
            if (System.nanoTime() - start > patience.toNanos()) {
                fail("%s did not come within %s", what, patience);
            }
        }
    }

    /// {@return the data of an Identify command that succeeds}
    byte[] page(int structure) {
        try (var memory = transport.allocate(PAGE_BYTES)) {
            var completion = run(identify(structure), memory, PAGE_BYTES);
            assertThat(completion.isSuccess()).as("Identify, CNS %d: %s", structure, completion.status()).isTrue();
            return bytes(memory, PAGE_BYTES);
        }
    }

    static byte[] bytes(TransferMemory memory, long byteSize) {
        return memory.segment().asSlice(0, byteSize).toArray(ValueLayout.JAVA_BYTE);
    }

    /// {@return the completion, or what the future failed with}
    Object outcomeOf(CompletableFuture<Completion> future) {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            var cause = e.getCause();
            return cause == null ? e : cause;
        } catch (TimeoutException e) {
            return fail("a command was neither completed nor given up within %s", patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted while waiting for a command");
        }
    }

    /// Asserts that a command is refused, at once or by its future, and by a failure of the given type.
    <T extends LiveMigrationException> T assertRefused(
            Class<T> type, Supplier<CompletableFuture<Completion>> submission) {
        Object outcome;
        try {
            outcome = outcomeOf(submission.get());
        } catch (RuntimeException e) {
            outcome = e;
        }
        assertThat(outcome).isInstanceOf(type);
        return requireExplained(type.cast(outcome));
    }

    /// Asserts that a failure says what to do.
    static <T extends LiveMigrationException> T requireExplained(T failure) {
        assertThat(failure.remedy()).as("remedy of %s", failure.getClass().getSimpleName()).isNotBlank();
        assertThat(failure.getMessage()).isNotBlank();
        return failure;
    }
}
