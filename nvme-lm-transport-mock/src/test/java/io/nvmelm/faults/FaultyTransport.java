package io.nvmelm.faults;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
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
import org.jspecify.annotations.Nullable;

/// A transport each of whose commands is a step, and which knows what was not given back.
final class FaultyTransport implements AdminTransport {
    private final AdminTransport transport;
    private final Host host;
    private final Steps steps;
    private final List<Lent> memories = new ArrayList<>();
    private int subscriptions;

    FaultyTransport(AdminTransport transport, Host host, Steps steps) {
        this.transport = transport;
        this.host = host;
        this.steps = steps;
    }

    /// Memory that was lent.
    private static final class Lent implements TransferMemory {
        private final TransferMemory memory;
        private boolean closed;
        /// Whether a queue may be in it that nobody can name, since its creation was not answered: then the library keeps it.
        private boolean keptForQueue;

        Lent(TransferMemory memory) {
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
    }

    /// {@return what was lent and not given back, in words; after a reset of the controlling controller also what never came back}
    List<String> leaks(boolean afterReset) {
        var leaks = new ArrayList<String>();
        long open = memories.stream().filter(memory -> !memory.closed && !memory.keptForQueue).count();
        if (open > 0) {
            leaks.add(open + " transfer memories were not closed");
        }
        long kept = memories.stream().filter(m -> m.closed && m.segment().scope().isAlive()).count();
        if (afterReset && kept > 0) {
            leaks.add(kept + " transfer memories are still quarantined after a reset");
        }
        if (subscriptions > 0) {
            leaks.add(subscriptions + " subscriptions of events were not closed");
        }
        return leaks;
    }

    /// {@return whether a queue may be there that nobody can name}
    boolean mayHaveUnnamedQueue() {
        return memories.stream().anyMatch(memory -> memory.keptForQueue && !memory.closed);
    }

    @Override
    public TransportLimits limits() {
        return transport.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        steps.requireAlive(host.home);
        return lent(transport.allocate(byteSize));
    }

    @Override
    public TransferMemory allocateRing(long byteSize) {
        steps.requireAlive(host.home);
        return lent(transport.allocateRing(byteSize));
    }

    private TransferMemory lent(TransferMemory memory) {
        var lent = new Lent(memory);
        memories.add(lent);
        return lent;
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        var opcode = AdminOpcode.fromValue(Byte.toUnsignedInt(entry.get(ValueLayout.JAVA_BYTE, 0))).orElseThrow();
        int select = Byte.toUnsignedInt(entry.get(ValueLayout.JAVA_BYTE, 40));
        var fault = steps.at(host.home, Step.Kind.COMMAND, opcode + "/" + select);
        if (fault != null) {
            write(fault, opcode, select);
            if (opcode == AdminOpcode.CONTROLLER_DATA_QUEUE && data instanceof Lent ring) {
                ring.keptForQueue = fault.kind() != Fault.Kind.STATUS;
            }
        }
        return transport.submit(entry, data instanceof Lent lent ? lent.memory : data, dataByteSize, timeout);
    }

    private void write(Fault fault, AdminOpcode opcode, int select) {
        var line = host.subsystem.faults().on(opcode).onSelect(select).nth(1);
        switch (fault.kind()) {
            case STATUS -> line.failsWith(StatusCode.valueOf(fault.argument()));
            case TIMES_OUT -> line.timesOut();
            case LOSES_COMPLETION -> line.losesCompletion();
            case LATE -> line.completesLate(Duration.ofMillis(fault.number()));
            case TRANSPORT_ERROR -> line.transportError();
            default -> throw new AssertionError(fault + " is not one of a command");
        }
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return transport.eventsUnavailable();
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        steps.requireAlive(host.home);
        var subscription = transport.listenForEvents(listener);
        subscriptions++;
        var open = new boolean[] {true};
        return () -> {
            if (open[0]) {
                open[0] = false;
                subscriptions--;
            }
            subscription.close();
        };
    }

    @Override
    public void close() {
        transport.close();
    }
}
