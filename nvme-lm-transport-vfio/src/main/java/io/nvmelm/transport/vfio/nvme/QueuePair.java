package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.PolledCompletion;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.transport.vfio.EventCounter;
import io.nvmelm.transport.vfio.VfioDevice;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A submission queue and its completion queue in memory of the device (Base 2.3 clause 3.3.1).
///
/// One lock guards rings, commands and doorbells; outcomes are given to [Deliveries] and published without it. Submitting and
/// polling allocate nothing but the future. Memory that was taken away with the device is met as a failure of the queue.
final class QueuePair implements AutoCloseable {

    /// Asks the controller to abort a command.
    interface Aborter {
        /// {@return whether it was asked; false when there is no room now}
        ///
        /// @param queueId   submission queue of the command
        /// @param commandId its identifier
        boolean abort(int queueId, int commandId);
    }

    private final int id;
    private final NvmeRegisters registers;
    private final CompletionPolling polling;
    private final Aborter aborter;
    private final String device;
    private final AlignedMemory memory;
    private final QueueLayout layout;
    private final SubmissionRing submissions;
    private final CompletionRing completions;
    private final PrpWriter prps;
    private final CommandTable commands;
    private final MemorySegment staged = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
    private final SubmissionEntryView stagedView = new SubmissionEntryView().wrap(staged, 0);
    private final ReentrantLock lock = new ReentrantLock();
    private boolean running;
    private int starts;
    private volatile @Nullable QueueFailure refusal = QueueFailure.underReset();
    private volatile @Nullable QueueFailure breakage;
    private volatile @Nullable EventCounter counter;

    /// Allocates a queue pair that does not run yet.
    ///
    /// @param id     queue identifier, 0 for the admin queues
    /// @param layout its sizes
    /// @param pools  the kinds of commands that share the queue, whose capacities sum up to one less than its entries
    QueuePair(
            int id,
            QueueLayout layout,
            VfioDevice device,
            NvmeRegisters registers,
            CompletionPolling polling,
            TransferPool memories,
            Aborter aborter,
            SlotPool... pools) {
        this.id = id;
        this.layout = layout;
        this.registers = registers;
        this.polling = polling;
        this.aborter = aborter;
        this.device = device.name();
        int entries = layout.entries();
        this.memory = AlignedMemory.allocate(device, layout.byteSize(), layout.pageBytes());
        var segment = memory.segment();
        this.submissions = new SubmissionRing(segment.asSlice(0, SubmissionRing.byteSize(entries)), entries);
        this.completions = new CompletionRing(
                segment.asSlice(layout.completionOffset(), CompletionRing.byteSize(entries)), entries);
        this.prps = new PrpWriter(
                segment.asSlice(layout.listsOffset()),
                memory.deviceAddress() + layout.listsOffset(),
                layout.pageBytes(),
                layout.listPagesOfSlot());
        this.commands = new CommandTable(id, device.name(), polling, memories, entries - 1, pools);
    }

    int id() {
        return id;
    }

    int entries() {
        return layout.entries();
    }

    long submissionAddress() {
        return memory.deviceAddress();
    }

    long completionAddress() {
        return memory.deviceAddress() + layout.completionOffset();
    }

    /// {@return what counts the interrupts of the completion queue; null where it has to be polled}
    @Nullable
    EventCounter counter() {
        return counter;
    }

    void counter(@Nullable EventCounter newCounter) {
        counter = newCounter;
    }

    /// Starts with empty rings, before the controller is told of the queues; no command is under way. Commands are still refused.
    ///
    /// @throws TransportException when the memory was taken away
    void start() {
        lock.lock();
        try {
            submissions.clear();
            completions.clear();
            breakage = null;
            running = true;
            starts++;
        } catch (IllegalStateException e) {
            throw QueueFailure.of(e).exception(device);
        } finally {
            lock.unlock();
        }
    }

    /// {@return how often it was started}
    int starts() {
        lock.lock();
        try {
            return starts;
        } finally {
            lock.unlock();
        }
    }

    /// Takes commands from now on, unless it was stopped since [#start()].
    ///
    /// @return whether it does
    boolean accept() {
        lock.lock();
        try {
            if (running) {
                refusal = null;
            }
            return running;
        } finally {
            lock.unlock();
        }
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /// {@return an exception of its own for one command}
    TransportException exception(QueueFailure failure) {
        return failure.exception(device);
    }

    /// {@return why commands are refused; null when they are not}
    @Nullable
    QueueFailure refusal() {
        return refusal;
    }

    /// {@return whether a command of this kind can be submitted} Only under the lock.
    boolean hasRoom(SlotPool pool) {
        return running && pool.freeSlots() > 0 && !submissions.isFull();
    }

    /// {@return the next entry, copied from 64 bytes} It is put together on the heap and goes to the ring with [#submit], so that
    /// nothing but the source can fail here. Only under the lock and with room.
    SubmissionEntryView entryFrom(MemorySegment source) {
        staged.copyFrom(source);
        return stagedView;
    }

    /// Hands over the entry that was filled in but for command identifier and data pointer. Only under the lock and with room.
    ///
    /// @param pool         kind of the command
    /// @param data         memory held for the command; null for none
    /// @param dataByteSize bytes of it
    /// @param timeout      time until it has to be complete; null for no limit
    /// @return the future of the completion; fails when the doorbell could not be rung
    CommandFuture<Completion> submit(
            SlotPool pool,
            SubmissionEntryView entry,
            @Nullable DmaTransferMemory data,
            long dataByteSize,
            @Nullable Duration timeout) {
        var future = new CommandFuture<Completion>(polling, this);
        var slot = commands.take(pool, future, data, timeout);
        try {
            slot.note(entry.opcode(), entry.cdw10(), entry.cdw11());
            entry.commandId(slot.commandId);
            if (data != null && data.isRing()) {
                entry.prp1(data.deviceAddress()).prp2(0);
            } else if (data != null && dataByteSize > 0) {
                prps.describe(entry, slot.index, data.deviceAddress(), dataByteSize);
            }
            submissions.entryFrom(staged);
            int tail = submissions.push();
            // Stores to memory before the store to the doorbell, on every machine.
            VarHandle.fullFence();
            registers.submissionTail(id, tail);
        } catch (TransportException | IllegalStateException e) {
            breakDown(QueueFailure.of(e));
        }
        return future;
    }

    /// Polls until there is room or commands are refused. Without the lock. Blocks.
    ///
    /// @param start   when the caller began
    /// @param timeout longest wait since then
    /// @return why there is no room in time; null otherwise
    @Nullable
    TransportException awaitRoom(SlotPool pool, long start, Duration timeout) {
        long nanos = Deadlines.nanos(timeout);
        boolean interrupted = false;
        try {
            for (int round = 0;; round++) {
                interrupted |= Thread.interrupted();
                long left = nanos - (polling.nanoTime() - start);
                lock.lock();
                try {
                    if (refusal != null || hasRoom(pool)) {
                        return null;
                    }
                    if (left <= 0) {
                        return noRoom(pool, timeout);
                    }
                } finally {
                    lock.unlock();
                }
                polling.step(round, null, this, left);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private TransportException noRoom(SlotPool pool, Duration timeout) {
        boolean clogged = commands.isClogged(pool);
        return (TransportException) new TransportException(
                clogged ? FailureCategory.RESET_DEVICE : FailureCategory.RETRY,
                "for " + timeout.toMillis() + " ms all " + pool.capacity() + " places of queue " + id + " were taken"
                        + (clogged ? " by commands that timed out" : ""),
                clogged
                        ? "Reset the controller; what it was doing is lost"
                        : "Let commands complete first, or allow more in flight",
                0,
                null)
                .at(device, null);
    }

    /// Takes completions, and gives up what is overdue.
    void poll(long now) {
        lock.lock();
        try {
            if (running && commands.used() > 0) {
                harvest();
                commands.giveUpOverdue(now);
                commands.sendAborts(aborter);
            }
        } catch (TransportException | IllegalStateException e) {
            breakDown(QueueFailure.of(e));
        } finally {
            lock.unlock();
        }
    }

    private void harvest() {
        boolean any = false;
        while (completions.hasEntry()) {
            any = true;
            var entry = completions.entry();
            var slot = commands.find(entry.commandId());
            if (slot == null
                    || entry.submissionQueueId() != id
                    || !submissions.moveHead(entry.submissionQueueHead())) {
                breakDown(QueueFailure.protocol(describe(entry, slot != null)));
                return;
            }
            var completion = entry.completion();
            completions.pop();
            commands.complete(slot, completion);
        }
        if (any) {
            registers.completionHead(id, completions.head());
        }
    }

    private String describe(PolledCompletion entry, boolean isOutstanding) {
        return String.format(
                Locale.ROOT,
                "completion entry %d of queue %d makes no sense: command identifier %04Xh%s, submission queue %d, head %d where %d"
                        + " to %d would do",
                completions.head(),
                id,
                entry.commandId(),
                isOutstanding ? "" : ", which is not outstanding",
                entry.submissionQueueId(),
                entry.submissionQueueHead(),
                submissions.head(),
                submissions.tail());
    }

    /// The queue itself met what no queue survives, and with it the controller.
    private void breakDown(QueueFailure failure) {
        breakage = failure;
        fail(failure);
    }

    /// {@return what the queue met that its controller does not survive; null for nothing}
    @Nullable
    QueueFailure breakage() {
        return breakage;
    }

    /// Gives up every command under way and refuses others. What the commands hold is kept until [#releaseAll()]. Where the queue
    /// has failed already, the first reason stays.
    void fail(QueueFailure failure) {
        lock.lock();
        try {
            if (refusal == null) {
                refusal = failure;
            }
            running = false;
            commands.giveUpAll(failure);
        } finally {
            lock.unlock();
        }
    }

    /// Gives up every command under way for one reason, and refuses others for another from now on.
    void fail(QueueFailure failure, QueueFailure reason) {
        lock.lock();
        try {
            fail(failure);
            refusal = reason;
        } finally {
            lock.unlock();
        }
    }

    /// The controller can no longer write into any memory: frees what commands hold.
    void releaseAll() {
        lock.lock();
        try {
            commands.releaseAll();
        } finally {
            lock.unlock();
        }
    }

    /// {@return how many commands hold a place, those that nobody waits for included}
    int underWay() {
        lock.lock();
        try {
            return commands.used();
        } finally {
            lock.unlock();
        }
    }

    /// Gives the memory of the queues back. The controller does not use them any more.
    @Override
    public void close() {
        memory.close();
    }
}
