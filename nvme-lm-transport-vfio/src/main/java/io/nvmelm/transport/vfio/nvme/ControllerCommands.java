package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CommandFailedException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/// Admin commands that the driver itself needs, each sent and waited for. Blocks. Thread-safe.
final class ControllerCommands {
    private static final int NUMBER_OF_QUEUES = 0x07;
    private static final int CONTIGUOUS = 1;
    private static final int INTERRUPTS_ENABLED = 1 << 1;

    private final AdminQueue admin;
    private final TransferPool memories;
    private final Duration timeout;
    private final String device;

    ControllerCommands(AdminQueue admin, TransferPool memories, Duration timeout, String device) {
        this.admin = admin;
        this.memories = memories;
        this.timeout = timeout;
        this.device = device;
    }

    /// Reads an Identify data structure (Base 2.3 clause 5.2.13).
    ///
    /// @param decoder makes a value from its 4096 bytes
    <T> T identify(int structure, int namespaceId, Function<MemorySegment, T> decoder) {
        var entry = entry();
        var command = IdentifyCommand.of(structure);
        AdminCommandCodec.encode(command, entry);
        new SubmissionEntryView().wrap(entry, 0).namespaceId(namespaceId);
        try (var memory = memories.allocate(command.dataByteSize())) {
            run(
                    "Identify(CNS=" + structure + ", NSID=" + Integer.toUnsignedString(namespaceId) + ")",
                    admin.submit(entry, memory, command.dataByteSize(), timeout));
            return decoder.apply(memory.segment());
        } catch (IllegalStateException e) {
            // closed by another thread since the command was complete
            throw QueueFailure.of(e).exception(device);
        }
    }

    /// Asks for queue pairs (Set Features, Number of Queues, Base 2.3 clause 5.2.26).
    ///
    /// @param start which start of the controller this is for
    /// @return how many there are: at most what was asked for
    int numberOfQueuePairs(int wanted, int start) {
        var entry = entry();
        int zeroBased = wanted - 1;
        new SubmissionEntryView()
                .wrap(entry, 0)
                .opcode(AdminOpcode.SET_FEATURES.value())
                .cdw10(NUMBER_OF_QUEUES)
                .cdw11(zeroBased << 16 | zeroBased);
        var completion = run(
                "Set Features(Number of Queues=" + wanted + ")",
                admin.submitWithPointer(entry, timeout, start));
        int allocated = completion.dword0();
        return Math.min(wanted, Math.min(allocated & 0xFFFF, allocated >>> 16) + 1);
    }

    /// Creates a completion queue (Base 2.3 clause 5.3.1).
    ///
    /// @param vector interrupt vector; -1 for none
    /// @param start  which start of the controller this is for
    void createCompletionQueue(QueuePair queue, int vector, int start) {
        var entry = entry();
        new SubmissionEntryView()
                .wrap(entry, 0)
                .opcode(AdminOpcode.CREATE_IO_COMPLETION_QUEUE.value())
                .prp1(queue.completionAddress())
                .cdw10(((queue.entries() - 1) << 16) | queue.id())
                .cdw11(vector < 0 ? CONTIGUOUS : vector << 16 | INTERRUPTS_ENABLED | CONTIGUOUS);
        run("Create I/O Completion Queue(" + queue.id() + ")", admin.submitWithPointer(entry, timeout, start));
    }

    /// Creates the submission queue of a completion queue with the same identifier (Base 2.3 clause 5.3.2).
    void createSubmissionQueue(QueuePair queue, int start) {
        var entry = entry();
        new SubmissionEntryView()
                .wrap(entry, 0)
                .opcode(AdminOpcode.CREATE_IO_SUBMISSION_QUEUE.value())
                .prp1(queue.submissionAddress())
                .cdw10(((queue.entries() - 1) << 16) | queue.id())
                .cdw11(queue.id() << 16 | CONTIGUOUS);
        run("Create I/O Submission Queue(" + queue.id() + ")", admin.submitWithPointer(entry, timeout, start));
    }

    /// Deletes one of the queues; no command of a deleted submission queue is executed any more (Base 2.3 clause 5.3.4).
    void deleteQueue(AdminOpcode opcode, int queueId, int start) {
        var entry = entry();
        new SubmissionEntryView().wrap(entry, 0).opcode(opcode.value()).cdw10(queueId);
        run(opcode + "(" + queueId + ")", admin.submitWithPointer(entry, timeout, start));
    }

    private static MemorySegment entry() {
        return MemorySegment.ofArray(new long[SubmissionEntryView.BYTES / Long.BYTES]);
    }

    private Completion run(String command, CompletableFuture<Completion> future) {
        Completion completion;
        try {
            completion = future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof LiveMigrationException known ? known : e;
        }
        if (!completion.isSuccess()) {
            throw new CommandFailedException(command, completion.status()).at(device, null);
        }
        return completion;
    }
}
