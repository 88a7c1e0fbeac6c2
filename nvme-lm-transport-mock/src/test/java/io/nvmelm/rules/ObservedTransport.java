package io.nvmelm.rules;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A transport that writes down what the library sends, and lets a test act at that moment.
final class ObservedTransport implements AdminTransport {

    /// A command of the library.
    ///
    /// @param opcode    opcode
    /// @param flags     byte 1
    /// @param namespace NSID
    /// @param dwords    CDW10 to CDW15
    /// @param ring      ring memory that it names
    record Sent(int opcode, int flags, long namespace, List<Integer> dwords, @Nullable Ring ring) {
        boolean is(int otherOpcode, int select) {
            return opcode == otherOpcode && (dwords.getFirst() & 0xFF) == select;
        }

        /// {@return one of the dwords 10 to 15}
        int dword(int number) {
            return dwords.get(number - 10);
        }
    }

    /// Ring memory that was lent.
    static final class Ring implements TransferMemory {
        private final TransferMemory memory;
        boolean closed;

        private Ring(TransferMemory memory) {
            this.memory = memory;
        }

        @Override
        public MemorySegment segment() {
            return memory.segment();
        }

        @Override
        public boolean isQuarantined() {
            return memory.isQuarantined();
        }

        @Override
        public void close() {
            closed = true;
            memory.close();
        }

        boolean isZero() {
            return segment().mismatch(MemorySegment.ofArray(new byte[(int) segment().byteSize()])) < 0;
        }

        /// Writes an entry as a controller does, byte 31 last.
        void put(int slot, int namespaceId, int zeroBasedBlocks, long firstBlock, int attributes) {
            long at = slot * 32L;
            segment().set(ValueLayout.JAVA_INT_UNALIGNED, at, namespaceId);
            segment().set(ValueLayout.JAVA_INT_UNALIGNED, at + 4, zeroBasedBlocks);
            segment().set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8, firstBlock);
            ValueLayout.JAVA_BYTE.varHandle().setRelease(segment(), at + 31, (byte) attributes);
        }
    }

    private final AdminTransport transport;
    final List<Sent> sent = new ArrayList<>();
    final List<Ring> rings = new ArrayList<>();
    /// Runs before a command is handed on.
    Consumer<Sent> before = command -> {};
    /// Runs with the data of a command that was answered.
    BiConsumer<Sent, MemorySegment> after = (command, data) -> {};
    @Nullable String noRings;

    ObservedTransport(AdminTransport transport) {
        this.transport = transport;
    }

    /// {@return what was sent with this opcode}
    List<Sent> sent(int opcode) {
        return sent.stream().filter(command -> command.opcode() == opcode).toList();
    }

    /// {@return the one command that is so}
    Sent only(Predicate<Sent> which) {
        var found = sent.stream().filter(which).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " commands of " + sent);
        }
        return found.getFirst();
    }

    Ring lastRing() {
        return rings.getLast();
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        var view = new SubmissionEntryView().wrap(entry, 0);
        var dwords = IntStream.range(0, 6)
                .mapToObj(i -> entry.get(ValueLayout.JAVA_INT_UNALIGNED, 40 + 4L * i))
                .toList();
        var command = new Sent(
                view.opcode(), view.flags(), view.namespaceId(), dwords, data instanceof Ring ring ? ring : null);
        sent.add(command);
        before.accept(command);
        var answer = transport.submit(
                entry, data instanceof Ring ring ? ring.memory : data, dataByteSize, timeout);
        return data == null || dataByteSize == 0
                ? answer
                : answer.thenApply(completion -> {
                    after.accept(command, data.segment());
                    return completion;
                });
    }

    @Override
    public TransferMemory allocateRing(long byteSize) {
        var ring = new Ring(transport.allocateRing(byteSize));
        rings.add(ring);
        return ring;
    }

    @Override
    public TransportLimits limits() {
        var limits = transport.limits();
        return new TransportLimits(limits.maximumTransferBytes(), limits.maximumCommandsInFlight(), noRings);
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return transport.allocate(byteSize);
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return transport.eventsUnavailable();
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        return transport.listenForEvents(listener);
    }

    @Override
    public void close() {
        transport.close();
    }
}
