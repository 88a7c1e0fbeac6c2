package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The kernel's admin queue as a transport: as many blocking calls on a controller's node as there are places, each on the
/// submitter's thread or on one of an executor.
///
/// One lock guards the places, the memory's owners and whether this is closed; it is not held during a call, nor when a future is
/// completed or memory unmapped.
public final class PassthroughQueue implements AdminTransport {
    private final LinuxHost host;
    private final OpenFile node;
    private final @Nullable Executor executor;
    private final TransportLimits limits;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition placeFreed = lock.newCondition();
    private final CommandBlock[] freeBlocks;
    private final @Nullable PassthroughCommand[] underWay;
    private final Set<PassthroughMemory> memories = new HashSet<>();
    private int freeCount;
    private boolean closed;

    private PassthroughQueue(
            LinuxHost host,
            OpenFile node,
            int maximumTransferBytes,
            @Nullable Executor executor,
            int commandsInFlight) {
        this.host = host;
        this.node = node;
        this.executor = executor;
        this.limits = new TransportLimits(maximumTransferBytes, commandsInFlight, RingMemory.UNAVAILABLE);
        this.freeBlocks = new CommandBlock[commandsInFlight];
        this.underWay = new PassthroughCommand[commandsInFlight];
        for (int place = 0; place < commandsInFlight; place++) {
            freeBlocks[freeCount++] = new CommandBlock(place);
        }
    }

    /// Finds the node of a controller, opens it, and identifies the controller to learn how much one command can move. Blocks.
    ///
    /// @param host             host
    /// @param pciAddress       address of the controller's function as the kernel writes it
    /// @param executor         where the blocking calls run; empty for the submitters' threads
    /// @param commandsInFlight most calls at the same time, 1 without executor
    /// @param timeout          time for each command of the opening
    /// @return the transport
    /// @throws LiveMigrationException when a step is refused; nothing stays open
    public static PassthroughQueue open(
            LinuxHost host, String pciAddress, Optional<Executor> executor, int commandsInFlight, Duration timeout) {
        var node = NvmeNode.open(host, pciAddress);
        boolean opened = false;
        try {
            int maximumTransferBytes = TransferSize.find(host, node, timeout);
            var queue = new PassthroughQueue(
                    host, node, maximumTransferBytes, executor.orElse(null), commandsInFlight);
            opened = true;
            return queue;
        } catch (LiveMigrationException e) {
            throw e.at(pciAddress, "identifying the controller");
        } finally {
            if (!opened) {
                node.close();
            }
        }
    }

    LinuxHost host() {
        return host;
    }

    OpenFile node() {
        return node;
    }

    ReentrantLock lock() {
        return lock;
    }

    /// {@return whether this was closed} Only under the lock.
    boolean isClosed() {
        return closed;
    }

    /// {@return the path of the controller's node}
    public String nodePath() {
        return node.name();
    }

    @Override
    public TransportLimits limits() {
        return limits;
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        if (byteSize < 1 || byteSize > limits.maximumTransferBytes()) {
            throw new InvalidValueException(
                    "byteSize", Long.toString(byteSize), "1 to " + limits.maximumTransferBytes());
        }
        requireOpen();
        var memory = new PassthroughMemory(this, byteSize);
        if (!remember(memory)) {
            memory.close();
            throw closedFailure();
        }
        return memory;
    }

    private void requireOpen() {
        lock.lock();
        try {
            if (closed) {
                throw closedFailure();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean remember(PassthroughMemory memory) {
        lock.lock();
        try {
            return !closed && memories.add(memory);
        } finally {
            lock.unlock();
        }
    }

    /// The memory is unmapped.
    void forget(PassthroughMemory memory) {
        lock.lock();
        try {
            memories.remove(memory);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        requireArguments(entry, timeout);
        var memory = requireOwn(data, dataByteSize);
        var refusal = EntryRules.check(entry, memory != null, dataByteSize);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        long start = host.clock().nanoTime();
        PassthroughCommand command;
        lock.lock();
        try {
            boolean hasPlace = awaitPlace(start, timeout);
            if (closed) {
                return CompletableFuture.failedFuture(closedFailure());
            }
            if (!hasPlace) {
                return CompletableFuture.failedFuture(noPlace(timeout));
            }
            command = begin(entry, memory, dataByteSize, start, timeout);
        } finally {
            lock.unlock();
        }
        if (executor == null) {
            command.run();
            return command;
        }
        try {
            executor.execute(command);
        } catch (RuntimeException e) {
            command.refusedBy(e);
        }
        return command;
    }

    private static void requireArguments(MemorySegment entry, Duration timeout) {
        if (entry.byteSize() != SubmissionEntryView.BYTES) {
            throw new InvalidValueException("entry.byteSize", Long.toString(entry.byteSize()), "64");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidValueException("timeout", timeout.toString(), "more than 0");
        }
    }

    private @Nullable PassthroughMemory requireOwn(@Nullable TransferMemory data, long dataByteSize) {
        if (data == null) {
            if (dataByteSize != 0) {
                throw new InvalidValueException("dataByteSize", Long.toString(dataByteSize), "0 without data");
            }
            return null;
        }
        if (!(data instanceof PassthroughMemory memory) || !memory.belongsTo(this)) {
            throw foreignOrClosed(data);
        }
        long byteSize = memory.segment().byteSize();
        if (dataByteSize < 0 || dataByteSize > byteSize) {
            throw new InvalidValueException("dataByteSize", Long.toString(dataByteSize), "0 to " + byteSize);
        }
        return memory;
    }

    private static InvalidValueException foreignOrClosed(TransferMemory data) {
        return new InvalidValueException("data", data.toString(), "memory of this transport that is not closed");
    }

    /// Waits until there is a place or this is closed, for the command's time at most. An interrupt does not end the
    /// waiting and is kept. Only under the lock.
    ///
    /// @return whether there is a place
    private boolean awaitPlace(long start, Duration timeout) {
        long nanos = TimeUnit.NANOSECONDS.convert(timeout);
        long left = nanos;
        boolean interrupted = false;
        while (freeCount == 0 && !closed && left > 0) {
            try {
                left = placeFreed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left = nanos - (host.clock().nanoTime() - start);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return freeCount > 0;
    }

    private TransportException noPlace(Duration timeout) {
        return new TransportException(
                FailureCategory.RETRY,
                "the command was not sent: for " + CommandBlock.toMillis(timeout) + " ms all " + underWay.length
                        + " places for commands through " + node.name() + " were taken",
                "Let commands complete first, give them more time, or allow more in flight with an executor",
                0,
                null);
    }

    /// Takes a place. Whatever is wrong is found before anything is changed.
    private PassthroughCommand begin(
            MemorySegment entry,
            @Nullable PassthroughMemory memory,
            long dataByteSize,
            long start,
            Duration timeout) {
        if (memory != null && memory.isClosed()) {
            throw foreignOrClosed(memory);
        }
        var block = freeBlocks[freeCount - 1];
        long address = memory == null ? 0 : memory.address();
        try {
            block.fill(entry, address, dataByteSize);
        } catch (IllegalStateException | WrongThreadException e) {
            throw EntryRules.unreadable(entry, e);
        }
        var command = new PassthroughCommand(this, block, memory, start, timeout);
        if (memory != null) {
            memory.use(command.deadlineNanos());
        }
        underWay[block.place] = command;
        freeCount--;
        return command;
    }

    /// {@return whether the caller is the first to take the command, which then ends it}
    boolean take(PassthroughCommand command) {
        lock.lock();
        try {
            boolean first = !command.taken;
            command.taken = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /// The kernel is done with the command: its place and its memory are free.
    ///
    /// @throws TransportException when its memory was closed meanwhile and is still read by another thread
    void release(PassthroughCommand command) {
        lock.lock();
        try {
            underWay[command.block.place] = null;
            freeBlocks[freeCount++] = command.block;
            placeFreed.signal();
        } finally {
            lock.unlock();
        }
        if (command.memory != null) {
            command.memory.release();
        }
    }

    /// Ends futures at once; a call that is under way goes on in the kernel, and its memory and the node are given back when it
    /// returns.
    @Override
    public void close() {
        List<PassthroughCommand> commands;
        List<PassthroughMemory> lent;
        lock.lock();
        try {
            closed = true;
            commands = Arrays.stream(underWay).filter(Objects::nonNull).toList();
            lent = new ArrayList<>(memories);
            placeFreed.signalAll();
        } finally {
            lock.unlock();
        }
        commands.forEach(command -> command.abandon(closedFailure()));
        node.close();
        LiveMigrationException failure = null;
        for (var memory : lent) {
            try {
                memory.close();
            } catch (LiveMigrationException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private TransportException closedFailure() {
        return new TransportException(
                FailureCategory.FATAL,
                "the transport through " + node.name() + " is closed",
                "Open another transport",
                0,
                null);
    }
}
