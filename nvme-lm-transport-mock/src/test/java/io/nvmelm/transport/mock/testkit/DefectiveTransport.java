package io.nvmelm.transport.mock.testkit;

import io.nvmelm.CommandFailedException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A transport that works through another one and has one defect.
final class DefectiveTransport implements AdminTransport {

    /// What can be wrong with it.
    enum Defect {
        NONE, COPIES_THE_ENTRY_LATE, WRITES_THE_ENTRY, FAILS_ON_ERROR_STATUS, ZEROES_NOTHING, ROUNDS_SIZES_UP, TAKES_ANY_SIZE, REFUSES_UNTYPED, LENDS_TO_ONE_THREAD, TOUCHES_ALL_MEMORY, FORGETS_COMMANDS_WHEN_CLOSED, CLOSES_MEMORY_ONCE, CLOSES_ONCE, QUARANTINES_NOTHING, COMPLETES_UNDER_ITS_LOCK, LOSES_A_PLACE_PER_REFUSAL, SERVES_WHEN_CLOSED, MIXES_UP_DATA,
        /// No defect.
        NO_RINGS, HIDES_WHY_THERE_ARE_NO_RINGS, LENDS_RINGS_IT_DENIES, TAKES_ANY_RING_SIZE, RINGS_ARE_NOT_ZEROED, RINGS_BEGIN_ANYWHERE, LENDS_NO_LARGE_RINGS, KEEPS_A_RING_FOR_THE_NEXT, LENDS_THE_SAME_RING, RINGS_ARE_ORDINARY_MEMORY, NAMES_CLOSED_RINGS, LENDS_RINGS_WHEN_CLOSED, RINGS_ARE_LOST_AFTER_THE_COMMAND, SHOWS_ONE_PAGE_OF_RINGS, WRITES_EARLIER_RINGS,
        /// No defect.
        NO_EVENTS, HIDES_WHY_THERE_ARE_NO_EVENTS, LISTENS_WITHOUT_EVENTS, LISTENING_TAKES_EVERY_PLACE, TELLS_NOTHING, TELLS_EVENTS_TWICE, TELLS_IN_REVERSE, TELLS_THE_LAST_LISTENER_ALONE, TELLS_CLOSED_LISTENERS, CLOSING_ONE_LISTENER_ENDS_ALL, SUBSCRIPTIONS_END_ONCE, TELLS_UNDER_ITS_LOCK, STOPS_AT_A_LISTENER_THAT_THROWS, FORGETS_LISTENERS_AT_A_RESET, TELLS_AT_THE_END, LISTENS_WHEN_CLOSED
    }

    private final AdminTransport delegate;
    private final Defect defect;
    private final Object submission = new Object();
    private final Deque<Memory> used = new ArrayDeque<>();
    private final DefectiveRings rings;
    private final DefectiveEvents events;
    private Optional<Memory> spareRing = Optional.empty();
    private int refusals;
    private boolean closed;

    DefectiveTransport(AdminTransport delegate, Defect defect) {
        this.delegate = delegate;
        this.defect = defect;
        this.rings = new DefectiveRings(delegate, defect);
        this.events = new DefectiveEvents(delegate, defect, submission);
    }

    private final class Memory implements TransferMemory {
        private final TransferMemory actual;
        private final MemorySegment segment;
        private final boolean isRing;
        private boolean memoryClosed;

        Memory(TransferMemory actual, MemorySegment segment, boolean isRing) {
            this.actual = actual;
            this.segment = segment;
            this.isRing = isRing;
        }

        @Override
        public MemorySegment segment() {
            rings.look(actual, segment);
            return segment;
        }

        @Override
        public boolean isQuarantined() {
            return defect != Defect.QUARANTINES_NOTHING && actual.isQuarantined();
        }

        @Override
        public void close() {
            if (memoryClosed && defect == Defect.CLOSES_MEMORY_ONCE) {
                throw new IllegalStateException("closed before");
            }
            memoryClosed = true;
            if (defect == Defect.KEEPS_A_RING_FOR_THE_NEXT && isRing) {
                spareRing = Optional.of(this);
                return;
            }
            actual.close();
        }
    }

    @Override
    public TransportLimits limits() {
        return rings.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        if (byteSize < 1 && defect == Defect.REFUSES_UNTYPED) {
            throw new IllegalArgumentException("byteSize " + byteSize);
        }
        long maximum = limits().maximumTransferBytes();
        long size = defect == Defect.TAKES_ANY_SIZE
                ? Math.clamp(byteSize, 1, maximum)
                : defect == Defect.ROUNDS_SIZES_UP && byteSize > 0 && byteSize <= maximum - 4096
                        ? (byteSize + 4095) & ~4095L
                        : byteSize;
        var memory = delegate.allocate(size);
        if (defect == Defect.ZEROES_NOTHING) {
            memory.segment().set(ValueLayout.JAVA_BYTE, size - 1, (byte) 1);
        }
        var segment = defect == Defect.LENDS_TO_ONE_THREAD
                ? Arena.ofConfined().allocate(size)
                : memory.segment();
        return new Memory(memory, segment, false);
    }

    @Override
    public TransferMemory allocateRing(long byteSize) {
        var spare = spareRing.filter(ring -> ring.segment.byteSize() == byteSize);
        spareRing = Optional.empty();
        if (spare.isPresent()) {
            return spare.get();
        }
        var ring = rings.allocate(byteSize, closed);
        return new Memory(ring.actual(), ring.shown(), true);
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return events.unavailable();
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        if (defect == Defect.LISTENING_TAKES_EVERY_PLACE) {
            refusals = limits().maximumCommandsInFlight();
        }
        return events.listen(listener);
    }

    /// The controller behind it was reset.
    void controllerWasReset() {
        events.controllerWasReset();
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        if (defect == Defect.SERVES_WHEN_CLOSED && closed) {
            return CompletableFuture.completedFuture(Completion.success());
        }
        synchronized (submission) {
            return send(entry, data instanceof Memory memory ? memory : null, dataByteSize, timeout);
        }
    }

    private CompletableFuture<Completion> send(
            MemorySegment entry, @Nullable Memory data, long dataByteSize, Duration timeout) {
        var actual = data == null ? null : data.actual;
        if (data != null && data.isRing) {
            if (data.memoryClosed && defect == Defect.NAMES_CLOSED_RINGS) {
                return CompletableFuture.completedFuture(Completion.success());
            }
            rings.named(data.actual);
        }
        if (refusals >= limits().maximumCommandsInFlight()) {
            return new CompletableFuture<>();
        }
        if (defect == Defect.COPIES_THE_ENTRY_LATE) {
            return new Late(() -> delegate.submit(entry, actual, dataByteSize, timeout));
        }
        CompletableFuture<Completion> future;
        try {
            future = delegate.submit(entry, actual, dataByteSize, timeout);
        } catch (RuntimeException e) {
            refusals += defect == Defect.LOSES_A_PLACE_PER_REFUSAL ? 1 : 0;
            throw e;
        }
        if (defect == Defect.WRITES_THE_ENTRY && !entry.isReadOnly()) {
            new SubmissionEntryView().wrap(entry, 0).commandId(7);
        }
        return afterwards(future, data);
    }

    private CompletableFuture<Completion> afterwards(CompletableFuture<Completion> future, @Nullable Memory data) {
        return switch (defect) {
            case FAILS_ON_ERROR_STATUS -> future.thenApply(completion -> {
                if (!completion.isSuccess()) {
                    throw new CommandFailedException("a command", completion.status());
                }
                return completion;
            });
            case TOUCHES_ALL_MEMORY -> future.thenApply(completion -> {
                if (data != null) {
                    data.segment.set(ValueLayout.JAVA_BYTE, data.segment.byteSize() - 1, (byte) 1);
                }
                return completion;
            });
            case MIXES_UP_DATA -> {
                if (data != null) {
                    used.add(data);
                }
                yield future.thenApply(completion -> {
                    if (used.size() > 1) {
                        used.removeFirst().segment.copyFrom(used.getFirst().segment.asSlice(0, 4096));
                    }
                    return completion;
                });
            }
            case FORGETS_COMMANDS_WHEN_CLOSED -> new Late(() -> closed ? new CompletableFuture<>() : future);
            case COMPLETES_UNDER_ITS_LOCK -> new Late(() -> future) {
                @Override
                public <U> CompletableFuture<U> thenApply(
                        Function<? super Completion, ? extends U> function) {
                    return future.thenApply(completion -> {
                        synchronized (submission) {
                            return function.apply(completion);
                        }
                    });
                }
            };
            default -> future;
        };
    }

    /// A future that does what it has to when somebody waits.
    private static class Late extends CompletableFuture<Completion> {
        private final Supplier<CompletableFuture<Completion>> actual;

        Late(Supplier<CompletableFuture<Completion>> actual) {
            this.actual = actual;
        }

        @Override
        public Completion get(long timeout, TimeUnit unit)
                throws InterruptedException, ExecutionException,
                TimeoutException {
            var future = actual.get();
            return future.getClass() == CompletableFuture.class && !future.isDone()
                    ? future.get(1, TimeUnit.MILLISECONDS)
                    : future.get(timeout, unit);
        }
    }

    @Override
    public void close() {
        if (closed && defect == Defect.CLOSES_ONCE) {
            throw new IllegalStateException("closed before");
        }
        closed = true;
        events.closed();
        delegate.close();
    }
}
