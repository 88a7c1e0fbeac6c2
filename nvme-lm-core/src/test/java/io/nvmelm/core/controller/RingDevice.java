package io.nvmelm.core.controller;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.LbaMigrationEntryView;
import io.nvmelm.core.codec.QueueHeadCodec;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.QueueHead;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A controlling controller that has one user data migration queue, and the transport to it: commands are executed at once. Tests post
/// entries to the ring and choose how commands end.
final class RingDevice implements AdminTransport {
    /// How a command ends.
    enum End {
        ANSWERED, NOT_EXECUTED, ANSWER_LOST,
        /// Executed after the next commands, and never answered.
        LATE
    }

    final List<AdminCommand> commands = new ArrayList<>();
    final List<AsynchronousEventListener> listeners = new ArrayList<>();
    /// Answers instead of the device, when it returns something.
    Function<AdminCommand, @Nullable Completion> override = command -> null;
    Function<AdminCommand, End> end = command -> End.ANSWERED;
    /// Happens after a command was executed, before it is answered.
    Consumer<AdminCommand> before = command -> {};
    @Nullable String noRing;
    @Nullable String noEvents;
    boolean headMayNotBeTail;
    boolean firstEntries = true;
    /// After how many further commands a late one is executed.
    int lateness = 1;
    private final Map<Integer, Runnable> late = new HashMap<>();
    private final Set<@Nullable TransferMemory> quarantined = new HashSet<>();
    /// What the controller answers to whether it is suspended.
    boolean suspended;
    int ringsLent;
    int ringsOpen;
    int buffersOpen;

    /// Whether there is a queue.
    boolean exists;
    int queueId = 6;
    boolean logging;
    long head;
    long tail;
    int slots;
    OptionalLong trigger = OptionalLong.empty();
    private MemorySegment ring = MemorySegment.NULL;
    private boolean nextIsFirst;

    /// Posts an entry whatever the state of the queue.
    void post(EntrySequence sequence, ChangeScope scope, long nsid, long first, long count, boolean deallocated) {
        boolean phase = tail / slots % 2 == 0;
        if (sequence == EntrySequence.LAST_SUSPENDED || sequence == EntrySequence.FIRST) {
            suspended = sequence == EntrySequence.LAST_SUSPENDED;
        }
        postRaw(nsid, first, count - 1, LbaMigrationEntryView.attributesOf(sequence, scope, deallocated, phase));
    }

    void postRaw(long nsid, long first, long nlb, int attributes) {
        long slot = tail++ % slots;
        LbaMigrationEntryView.post(ring, slot * LbaMigrationEntryView.BYTES, nsid, first, nlb, attributes);
        if (trigger.isPresent() && trigger.getAsLong() == slot) {
            trigger = OptionalLong.empty();
            tell(AsynchronousEvent.QUEUE_TAIL_POINTER);
        }
    }

    int phase() {
        return tail / slots % 2 == 0 ? 1 : 0;
    }

    void marker(EntrySequence sequence) {
        post(sequence, ChangeScope.NONE, 0, 0, 1, false);
    }

    void tell(int information) {
        var event = new AsynchronousEvent(AsynchronousEvent.ONE_SHOT, information, 0, queueId);
        List.copyOf(listeners).forEach(listener -> listener.happened(event));
    }

    /// The controller changes blocks: posts an entry when it is logged. The entry that fills the queue says so.
    void change(long nsid, long first, long count, boolean deallocated) {
        if (!exists || !logging) {
            return;
        }
        boolean full = tail - head == slots - 2;
        var sequence = full
                ? EntrySequence.LAST_FULL
                : nextIsFirst && firstEntries ? EntrySequence.FIRST : EntrySequence.ORDINARY;
        nextIsFirst = false;
        post(sequence, ChangeScope.RANGE, nsid, first, count, deallocated);
        if (full) {
            logging = false;
            tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        }
    }

    void reset() {
        exists = false;
        logging = false;
    }

    @Override
    public TransportLimits limits() {
        return new TransportLimits(4096, 1, noRing);
    }

    @Override
    public TransferMemory allocateRing(long byteSize) {
        if (noRing != null) {
            return AdminTransport.super.allocateRing(byteSize);
        }
        ringsLent++;
        ringsOpen++;
        return new Memory(byteSize, () -> ringsOpen--);
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        buffersOpen++;
        return new Memory(byteSize, () -> buffersOpen--);
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return Optional.ofNullable(noEvents);
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        var command = AdminCommandCodec.decode(entry);
        commands.add(command);
        var how = end.apply(command);
        var answer = override.apply(command);
        if (how == End.LATE) {
            late.put(commands.size() + lateness, () -> {
                execute(command, data);
                quarantined.remove(data);
            });
            quarantined.add(data);
        } else if (answer == null && how != End.NOT_EXECUTED) {
            answer = execute(command, data);
            before.accept(command);
        }
        var due = late.remove(commands.size());
        if (due != null) {
            due.run();
        }
        return how == End.ANSWERED && answer != null
                ? CompletableFuture.completedFuture(answer)
                : CompletableFuture.failedFuture(new CommandTimeoutException(command.toString(), timeout));
    }

    Completion execute(AdminCommand command, @Nullable TransferMemory data) {
        return switch (command) {
            case CreateControllerDataQueueCommand create -> create(create, data);
            case DeleteControllerDataQueueCommand delete -> {
                if (!isHere(delete.queueId())) {
                    yield Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
                }
                reset();
                yield Completion.success();
            }
            case GetControllerStateCommand get when data != null -> {
                byte attributes = (byte) (suspended ? 1 : 0);
                data.segment().set(ValueLayout.JAVA_BYTE, ControllerStateView.CSATTR_OFFSET, attributes);
                yield Completion.success();
            }
            case LogUserDataChangesCommand log -> log(log);
            case SetQueueHeadCommand set -> set(set);
            case GetQueueHeadCommand get -> {
                if (!isHere(get.queueId()) || data == null) {
                    yield Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
                }
                QueueHeadCodec.encode(new QueueHead(head % slots, trigger.orElse(0)), data.segment());
                yield Completion.success();
            }
            default -> throw new AssertionError(command);
        };
    }

    private boolean isHere(int id) {
        return exists && id == queueId;
    }

    private Completion create(CreateControllerDataQueueCommand command, @Nullable TransferMemory data) {
        if (exists) {
            return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
        if (data == null || data.segment().byteSize() != command.dwordCount() * 4 || !command.physicallyContiguous()) {
            throw new AssertionError(command);
        }
        ring = data.segment();
        slots = (int) (command.dwordCount() / 8);
        exists = true;
        logging = false;
        head = 0;
        tail = 0;
        queueId++;
        trigger = OptionalLong.empty();
        return Completion.success(queueId);
    }

    private Completion log(LogUserDataChangesCommand command) {
        if (!isHere(command.queueId()) || command.start() && logging) {
            return Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
        }
        if (!command.start() && logging) {
            marker(EntrySequence.LAST_STOPPED);
        }
        logging = command.start();
        nextIsFirst = true;
        return Completion.success();
    }

    Completion set(SetQueueHeadCommand command) {
        if (!isHere(command.queueId())) {
            return Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
        }
        long advance = Math.floorMod(command.headSlot() - head, (long) slots);
        if (advance > tail - head || headMayNotBeTail && advance == tail - head && advance > 0) {
            return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
        head += advance;
        trigger = command.triggerSlot();
        return Completion.success();
    }

    <T extends AdminCommand> List<T> commandsOf(Class<T> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void close() {}

    private final class Memory implements TransferMemory {
        private final MemorySegment segment;
        private final Runnable onClose;
        private boolean closed;

        Memory(long byteSize, Runnable onClose) {
            this.segment = Arena.ofShared().allocate(byteSize, 4096);
            this.onClose = onClose;
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public boolean isQuarantined() {
            return quarantined.contains(this);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                onClose.run();
            }
        }
    }
}
