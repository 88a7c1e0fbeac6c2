package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.EventCounter;
import io.nvmelm.transport.vfio.VfioDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A pair of I/O queues of a controller, for tests and tools that read and write blocks. Thread-safe.
///
/// Futures behave like those of [NvmeAdminTransport]: whoever waits for one looks for completions. A reset of the controller
/// ends the pair for good.
///
/// ```java
/// var namespace = controller.namespace(1);
/// try (var queues = controller.createIoQueuePair(64);
///         var memory = controller.transport().allocate(8L * namespace.blockBytes())) {
///     queues.read(namespace, 0, 8, memory).join();
/// }
/// ```
public final class IoQueuePair implements AutoCloseable {
    private static final int FLUSH = 0x00;
    private static final int WRITE = 0x01;
    private static final int READ = 0x02;
    private static final int MOST_BLOCKS = 1 << 16;
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]).asReadOnly();

    private final ControllerLifecycle lifecycle;
    private final ControllerCommands commands;
    private final IoQueues identifiers;
    private final CompletionPolling polling;
    private final TransferPool memories;
    private final long maximumBytes;
    private final Duration timeout;
    private final SlotPool slots;
    private final QueuePair queue;
    /// Which start of the controller has these queues.
    private final int ofStart;
    private final AtomicBoolean closed = new AtomicBoolean();

    private IoQueuePair(
            ControllerLifecycle lifecycle,
            ControllerCommands commands,
            IoQueues identifiers,
            long maximumBytes,
            Duration timeout,
            SlotPool slots,
            QueuePair queue,
            int ofStart) {
        this.lifecycle = lifecycle;
        this.commands = commands;
        this.identifiers = identifiers;
        this.polling = lifecycle.polling();
        this.memories = lifecycle.memories();
        this.maximumBytes = maximumBytes;
        this.timeout = timeout;
        this.slots = slots;
        this.queue = queue;
        this.ofStart = ofStart;
    }

    /// Creates the queues. The caller has checked entries and vector.
    ///
    /// @param vector interrupt vector; -1 for none
    static IoQueuePair create(
            VfioDevice device,
            ControllerLifecycle lifecycle,
            ControllerCommands commands,
            IoQueues identifiers,
            long maximumBytes,
            Duration timeout,
            int entries,
            int vector) {
        // Read first: an identifier that a reset takes away is never used with the controller after that reset.
        int start = lifecycle.admin().queue().starts();
        var slots = new SlotPool(entries - 1);
        int id = identifiers.take(slots, start);
        QueuePair queue;
        try {
            lifecycle.registers().requireDoorbells(id);
            int pageBytes = lifecycle.pageBytes();
            queue = new QueuePair(
                    id,
                    new QueueLayout(entries, pageBytes, PrpWriter.listPages(maximumBytes, pageBytes)),
                    device,
                    lifecycle.registers(),
                    lifecycle.polling(),
                    lifecycle.memories(),
                    lifecycle.admin().aborter(),
                    slots);
        } catch (LiveMigrationException e) {
            identifiers.giveBack(id, slots);
            throw e;
        }
        var pair = new IoQueuePair(lifecycle, commands, identifiers, maximumBytes, timeout, slots, queue, start);
        pair.start(vector);
        return pair;
    }

    private void start(int vector) {
        queue.start();
        queue.counter(vector < 0 ? null : lifecycle.counter(vector));
        lifecycle.adopt(queue);
        boolean hasCompletionQueue = false;
        boolean hasSubmissionQueue = false;
        try {
            commands.createCompletionQueue(queue, vector, ofStart);
            hasCompletionQueue = true;
            commands.createSubmissionQueue(queue, ofStart);
            hasSubmissionQueue = true;
            if (!queue.accept()) {
                throw queue.exception(QueueFailure.reset());
            }
        } catch (LiveMigrationException e) {
            closed.set(true);
            queue.fail(QueueFailure.closed());
            if (isUnderWay(e) && lifecycle.has(queue)) {
                // the controller may still come to it, so identifier and memory are kept until it is reset or closed
                throw e;
            }
            try {
                end(hasSubmissionQueue, hasCompletionQueue);
            } catch (LiveMigrationException kept) {
                e.addSuppressed(kept);
            }
            throw e;
        }
    }

    /// {@return whether the controller may still execute a command that failed so}
    private static boolean isUnderWay(LiveMigrationException failure) {
        return failure instanceof CommandTimeoutException
                || (failure instanceof TransportException && failure.category() != FailureCategory.RETRY);
    }

    /// {@return identifier of both queues, 1 or more}
    public int id() {
        return queue.id();
    }

    /// {@return how many commands can be under way at the same time}
    public int maximumCommandsInFlight() {
        return slots.capacity();
    }

    /// {@return what counts the interrupts of the completion queue; empty where it is polled}
    public Optional<EventCounter> interrupt() {
        return Optional.ofNullable(queue.counter());
    }

    /// Reads blocks. While all places are taken, the calling thread looks for completions.
    ///
    /// @param namespace  namespace
    /// @param firstBlock first logical block
    /// @param blocks     number of blocks, 1 to 65 536, of at most as many bytes as a command can move
    /// @param data       memory of the controller's transport, which the blocks go to from its start
    /// @return the completion, whatever its status; or exceptionally what [NvmeAdminTransport#submit] says
    /// @throws InvalidValueException when an argument is out of bounds
    public CompletableFuture<Completion> read(
            NvmeNamespace namespace, long firstBlock, int blocks, TransferMemory data) {
        return transfer(READ, namespace, firstBlock, blocks, data);
    }

    /// Writes blocks. While all places are taken, the calling thread looks for completions.
    ///
    /// @param namespace  namespace
    /// @param firstBlock first logical block
    /// @param blocks     number of blocks, 1 to 65 536, of at most as many bytes as a command can move
    /// @param data       memory of the controller's transport, which the blocks come from
    /// @return the completion, whatever its status; or exceptionally what [NvmeAdminTransport#submit] says
    /// @throws InvalidValueException when an argument is out of bounds
    public CompletableFuture<Completion> write(
            NvmeNamespace namespace, long firstBlock, int blocks, TransferMemory data) {
        return transfer(WRITE, namespace, firstBlock, blocks, data);
    }

    /// Makes what was written non-volatile.
    ///
    /// @param namespace namespace
    /// @return the completion, whatever its status; or exceptionally what [NvmeAdminTransport#submit] says
    public CompletableFuture<Completion> flush(NvmeNamespace namespace) {
        return submit(FLUSH, namespace.id(), 0, 1, null, 0);
    }

    private CompletableFuture<Completion> transfer(
            int opcode, NvmeNamespace namespace, long firstBlock, int blocks, TransferMemory data) {
        long most = Math.min(MOST_BLOCKS, maximumBytes / namespace.blockBytes());
        if (blocks < 1 || blocks > most) {
            throw new InvalidValueException("blocks", Integer.toString(blocks), "1 to " + most);
        }
        long byteSize = (long) blocks * namespace.blockBytes();
        var memory = memories.use(data, byteSize);
        return submit(opcode, namespace.id(), firstBlock, blocks, memory, byteSize);
    }

    private CompletableFuture<Completion> submit(
            int opcode,
            int namespaceId,
            long firstBlock,
            int blocks,
            @Nullable DmaTransferMemory memory,
            long byteSize) {
        long start = polling.nanoTime();
        TransportException failure = null;
        while (failure == null) {
            queue.lock();
            try {
                var refusal = queue.refusal();
                if (refusal != null) {
                    failure = queue.exception(refusal);
                } else if (queue.hasRoom(slots)) {
                    var entry = queue.entryFrom(ZEROS)
                            .opcode(opcode)
                            .namespaceId(namespaceId)
                            .cdw10((int) firstBlock)
                            .cdw11((int) (firstBlock >>> 32))
                            .cdw12(blocks - 1);
                    return queue.submit(slots, entry, memory, byteSize, timeout);
                }
            } finally {
                queue.unlock();
            }
            if (failure == null) {
                failure = queue.awaitRoom(slots, start, timeout);
            }
        }
        if (memory != null && memories.release(memory, false, false)) {
            polling.deliveries().add(memory.freeing);
        }
        polling.deliveries().runUnlessRunning();
        return CompletableFuture.failedFuture(failure);
    }

    /// Fails what is under way, deletes the queues, and gives their memory back. Blocks. Idempotent.
    ///
    /// @throws LiveMigrationException when the controller does not delete them; their memory is kept until it is reset or closed
    ///                                then
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean exists = lifecycle.has(queue);
        queue.fail(QueueFailure.closed());
        end(exists, exists);
        polling.deliveries().runUnlessRunning();
    }

    private void end(boolean hasSubmissionQueue, boolean hasCompletionQueue) {
        try {
            if (hasSubmissionQueue) {
                commands.deleteQueue(AdminOpcode.DELETE_IO_SUBMISSION_QUEUE, queue.id(), ofStart);
            }
            if (hasCompletionQueue) {
                commands.deleteQueue(AdminOpcode.DELETE_IO_COMPLETION_QUEUE, queue.id(), ofStart);
            }
        } catch (LiveMigrationException e) {
            if (lifecycle.has(queue)) {
                throw e;
            }
            // the controller was reset or closed meanwhile, and has given everything back
        }
        lifecycle.release(queue);
        identifiers.giveBack(queue.id(), slots);
    }
}
