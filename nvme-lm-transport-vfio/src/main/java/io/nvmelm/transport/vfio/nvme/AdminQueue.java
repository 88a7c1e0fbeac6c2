package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.VfioDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The admin queue pair: commands of whoever submits, and places of their own for Abort and Asynchronous Event Request. Thread-safe.
final class AdminQueue {
    /// Most Abort commands at a time, however many the controller allows.
    static final int ABORTS = 4;
    /// Most Asynchronous Event Requests at a time, however many the controller allows.
    static final int EVENT_REQUESTS = 16;

    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]).asReadOnly();
    private static final int FUSED_MASK = 3;
    private static final int ANY_START = -1;

    private final QueuePair queue;
    private final CompletionPolling polling;
    private final TransferPool memories;
    private final SlotPool commands;
    private final SlotPool aborts = new SlotPool(ABORTS);
    private final SlotPool eventRequests = new SlotPool(EVENT_REQUESTS);
    private volatile int abortLimit = 1;

    AdminQueue(
            int commandsInFlight,
            int pageBytes,
            int listPagesOfSlot,
            VfioDevice device,
            NvmeRegisters registers,
            CompletionPolling polling,
            TransferPool memories) {
        this.polling = polling;
        this.memories = memories;
        this.commands = new SlotPool(commandsInFlight);
        int entries = commandsInFlight + ABORTS + EVENT_REQUESTS + 1;
        this.queue = new QueuePair(
                0,
                new QueueLayout(entries, pageBytes, listPagesOfSlot),
                device,
                registers,
                polling,
                memories,
                this::abort,
                commands,
                aborts,
                eventRequests);
    }

    QueuePair queue() {
        return queue;
    }

    /// Says how many Abort commands the controller takes at a time (ACL, which is 0's based).
    void abortLimit(int limit) {
        abortLimit = Math.min(limit, ABORTS);
    }

    /// Submits a command with data of the pool, see [io.nvmelm.spi.AdminTransport#submit].
    CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        if (entry.byteSize() != SubmissionEntryView.BYTES) {
            throw new InvalidValueException("entry.byteSize", Long.toString(entry.byteSize()), "64");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidValueException("timeout", timeout.toString(), "more than 0");
        }
        var memory = memories.use(data, dataByteSize);
        return submitOrRelease(entry, memory, dataByteSize, timeout, false, ANY_START);
    }

    /// Submits a command whose entry has its data pointer, which is not memory of the pool, and that is meant for the
    /// controller as it was started at a certain time: after a reset it is refused.
    ///
    /// @param start what [QueuePair#starts()] was
    CompletableFuture<Completion> submitWithPointer(MemorySegment entry, Duration timeout, int start) {
        return submitOrRelease(entry, null, 0, timeout, true, start);
    }

    private CompletableFuture<Completion> submitOrRelease(
            MemorySegment entry,
            @Nullable DmaTransferMemory memory,
            long dataByteSize,
            Duration timeout,
            boolean keepsPointer,
            int ofStart) {
        CompletableFuture<Completion> submitted = null;
        try {
            submitted = submitWhenRoom(entry, memory, dataByteSize, timeout, keepsPointer, ofStart);
        } finally {
            boolean isHeld = submitted instanceof CommandFuture;
            if (!isHeld && memory != null && memories.release(memory, false, false)) {
                polling.deliveries().add(memory.freeing);
            }
            if (!isHeld || queue.refusal() != null) {
                polling.deliveries().runUnlessRunning();
            }
        }
        return submitted;
    }

    private CompletableFuture<Completion> submitWhenRoom(
            MemorySegment entry,
            @Nullable DmaTransferMemory memory,
            long dataByteSize,
            Duration timeout,
            boolean keepsPointer,
            int ofStart) {
        long start = polling.nanoTime();
        while (true) {
            queue.lock();
            try {
                var refusal = queue.refusal();
                if (refusal != null) {
                    return CompletableFuture.failedFuture(queue.exception(refusal));
                }
                if (ofStart != ANY_START && ofStart != queue.starts()) {
                    return CompletableFuture.failedFuture(queue.exception(QueueFailure.queuesGone()));
                }
                if (queue.hasRoom(commands)) {
                    var view = stage(entry, keepsPointer);
                    return queue.submit(commands, view, memory, dataByteSize, timeout);
                }
            } finally {
                queue.unlock();
            }
            var failure = queue.awaitRoom(commands, start, timeout);
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
        }
    }

    private SubmissionEntryView stage(MemorySegment entry, boolean keepsPointer) {
        SubmissionEntryView view;
        try {
            view = queue.entryFrom(entry);
        } catch (IllegalStateException | WrongThreadException e) {
            throw new InvalidValueException(
                    "entry",
                    entry.toString(),
                    "a segment that is alive and can be read by this thread: " + e.getMessage());
        }
        view.flags(view.flags() & FUSED_MASK);
        return keepsPointer ? view : view.prp1(0).prp2(0);
    }

    /// Asks for the abort of a command (Base 2.3 clause 5.2.1).
    private boolean abort(int queueId, int commandId) {
        queue.lock();
        try {
            int underWay = aborts.capacity() - aborts.freeSlots();
            if (underWay >= abortLimit || !queue.hasRoom(aborts)) {
                return false;
            }
            var view = queue.entryFrom(ZEROS).opcode(AdminOpcode.ABORT.value()).cdw10(commandId << 16 | queueId);
            // Whether it helped is seen at the command that was to be aborted.
            var _ = queue.submit(aborts, view, null, 0, null);
            return true;
        } finally {
            queue.unlock();
        }
    }

    QueuePair.Aborter aborter() {
        return this::abort;
    }

    /// Lets the controller have one more Asynchronous Event Request (Base 2.3 clause 5.2.2), which has no deadline.
    ///
    /// @return its future; null when there is no place for it, or commands are refused
    @Nullable
    CommandFuture<Completion> requestEvent() {
        queue.lock();
        try {
            if (queue.refusal() != null || !queue.hasRoom(eventRequests)) {
                return null;
            }
            var view = queue.entryFrom(ZEROS).opcode(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST.value());
            return queue.submit(eventRequests, view, null, 0, null);
        } finally {
            queue.unlock();
        }
    }
}
