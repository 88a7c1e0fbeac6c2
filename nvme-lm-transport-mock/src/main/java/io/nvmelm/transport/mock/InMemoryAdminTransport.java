package io.nvmelm.transport.mock;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The short way to the controlling controller: entries are handed to its command processor without a queue in between.
/// Commands take virtual time, so their futures complete when the clock moves, and waiting for one moves it.
final class InMemoryAdminTransport implements AdminTransport {
    private static final long MAXIMUM_RING_BYTES = 1L << 34;

    private final InMemorySubsystem subsystem;
    private final VirtualClock clock;
    private final InMemoryController controller;
    private final TransportLimits limits;
    private final DirectCommand[] slots;
    private final int[] freeSlots;
    private final Set<InMemoryTransferMemory> memories = new HashSet<>();
    private int freeCount;
    private boolean closed;

    InMemoryAdminTransport(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.clock = subsystem.clock();
        this.controller = subsystem.controllingController();
        this.limits = new TransportLimits(
                configuration.maximumTransferBytes(), configuration.maximumCommandsInFlight(), null);
        this.slots = new DirectCommand[configuration.maximumCommandsInFlight()];
        this.freeSlots = new int[slots.length];
        for (int slot = slots.length - 1; slot >= 0; slot--) {
            slots[slot] = new DirectCommand(this, slot);
            freeSlots[freeCount++] = slot;
        }
    }

    VirtualClock clock() {
        return clock;
    }

    @Override
    public TransportLimits limits() {
        return limits;
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return lend(byteSize, limits.maximumTransferBytes(), false);
    }

    /// Ring memory that a data queue uses stays until the queue is deleted, even when it was closed before.
    @Override
    public TransferMemory allocateRing(long byteSize) {
        return lend(byteSize, MAXIMUM_RING_BYTES, true);
    }

    private TransferMemory lend(long byteSize, long maximum, boolean ring) {
        if (byteSize < 1 || byteSize > maximum) {
            throw new InvalidValueException("byteSize", Long.toString(byteSize), "1 to " + maximum);
        }
        clock.enter();
        try {
            if (closed) {
                throw closedFailure();
            }
            var memory = new InMemoryTransferMemory(this, byteSize, ring);
            memories.add(memory);
            return memory;
        } catch (OutOfMemoryError e) {
            throw new TransportException(
                    FailureCategory.FATAL,
                    "There is no room for " + byteSize + " bytes outside of the heap",
                    "Ask for less, or raise -XX:MaxDirectMemorySize",
                    0,
                    e);
        } finally {
            clock.exit();
        }
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return Optional.empty();
    }

    /// Listeners of all transports are told of an event that no Asynchronous Event Request of a caller takes.
    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        clock.enter();
        try {
            if (closed) {
                throw closedFailure();
            }
            var subscription = controller.events().listeners().add(this, listener);
            controller.events().deliver();
            return subscription;
        } finally {
            clock.exit();
        }
    }

    /// While all slots are taken, the calling thread moves the clock. A command that timed out keeps its slot until it
    /// completes or the controlling controller is reset.
    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        if (entry.byteSize() != SubmissionEntryView.BYTES) {
            throw new InvalidValueException("entry.byteSize", Long.toString(entry.byteSize()), "64");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidValueException("timeout", timeout.toString(), "more than 0");
        }
        while (true) {
            clock.enter();
            try {
                if (closed) {
                    return CompletableFuture.failedFuture(closedFailure());
                }
                var memory = requireUsable(data, dataByteSize);
                if (freeCount > 0) {
                    return start(entry, memory, dataByteSize, timeout);
                }
            } finally {
                clock.exit();
            }
            if (!clock.runNext() && !hasFreeSlot()) {
                return CompletableFuture.failedFuture(failure(
                        "All " + slots.length + " commands that may be under way timed out and none will complete",
                        "Reset the controlling controller"));
            }
        }
    }

    private CompletableFuture<Completion> start(
            MemorySegment entry, @Nullable InMemoryTransferMemory memory, long dataByteSize, Duration timeout) {
        var command = slots[freeSlots[--freeCount]];
        var future = new ClockFuture<Completion>(clock);
        command.start(entry, memory, dataByteSize, timeout, future);
        clock.start(command.due, controller.arrive(command, true));
        clock.start(command.deadline, VirtualClock.toNanos(timeout));
        return future;
    }

    private @Nullable InMemoryTransferMemory requireUsable(@Nullable TransferMemory data, long dataByteSize) {
        if (data == null) {
            if (dataByteSize != 0) {
                throw new InvalidValueException("dataByteSize", Long.toString(dataByteSize), "0 without data");
            }
            return null;
        }
        if (!(data instanceof InMemoryTransferMemory memory) || !memory.belongsTo(this) || !memory.isUsable()) {
            throw new InvalidValueException(
                    "data", data.toString(), "memory of this transport that is neither closed nor quarantined");
        }
        long bound = memory.isRing() ? 0 : Math.min(memory.segment().byteSize(), limits.maximumTransferBytes());
        if (dataByteSize < 0 || dataByteSize > bound) {
            throw new InvalidValueException("dataByteSize", Long.toString(dataByteSize), "0 to " + bound);
        }
        return memory;
    }

    private boolean hasFreeSlot() {
        clock.enter();
        try {
            return freeCount > 0 || closed;
        } finally {
            clock.exit();
        }
    }

    /// The time of a command is over.
    void execute(DirectCommand command) {
        controller.execute(command, true);
    }

    /// A slot is free again. Only under the lock.
    void ended(DirectCommand command) {
        clock.cancel(command.due);
        clock.cancel(command.deadline);
        freeSlots[freeCount++] = command.slot;
    }

    void forget(InMemoryTransferMemory memory) {
        memories.remove(memory);
    }

    /// The controlling controller was reset: nothing that is under way will be answered or write into memory. Only
    /// under the lock.
    void controllerWasReset() {
        dropCommands("The controlling controller was reset", "Start the operation again");
    }

    @Override
    public void close() {
        clock.enter();
        try {
            if (!closed) {
                closed = true;
                controller.events().listeners().transportClosed(this);
                dropCommands("The transport was closed", "Open another transport");
                controller.dataQueues().transportClosed(this);
                for (var memory : List.copyOf(memories)) {
                    memory.close();
                }
                subsystem.transportClosed(this);
            }
        } finally {
            clock.exit();
        }
    }

    private void dropCommands(String message, String remedy) {
        for (var command : slots) {
            if (command.isInUse()) {
                controller.events().forget(command);
                command.endWith(message, remedy);
            }
        }
    }

    private static TransportException closedFailure() {
        return failure("The transport is closed", "Open another transport");
    }

    static TransportException failure(String message, String remedy) {
        return new TransportException(FailureCategory.FATAL, message, remedy, 0, null);
    }

    static CommandTimeoutException timeout(SubmissionEntryView entry, Duration timeout) {
        var name = AdminOpcode.fromValue(entry.opcode()).map(AdminOpcode::name).orElse("Command");
        return new CommandTimeoutException(
                String.format(
                        Locale.ROOT,
                        "%s (opcode %02Xh, CDW10 %08Xh, CDW11 %08Xh)",
                        name,
                        entry.opcode(),
                        entry.cdw10(),
                        entry.cdw11()),
                timeout);
    }
}
