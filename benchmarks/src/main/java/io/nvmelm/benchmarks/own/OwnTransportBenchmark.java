package io.nvmelm.benchmarks.own;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How fast is a transport of somebody else, or one of the library on a real controller? The baseline is the in-memory subsystem, which
/// is the value `memory` of the same parameter; others are opened by their `AdminTransportProvider`:
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="OwnTransport -p transport=memory,mine:here" -Dbench.classpath=mine.jar
/// ```
///
/// Only Identify Controller is sent (Base 2.3 fig. 328), so nothing changes on the controller.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class OwnTransportBenchmark {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// `memory`, or name of a provider, colon and address.
    @Param("memory") public String transport;

    /// Commands under way at the same time; fewer where the transport does not carry so many.
    @Param({"1", "8"}) public int inFlight;

    private AdminTransport subject;
    private MemorySegment entry;
    private TransferMemory[] memories;
    private ArrayDeque<CompletableFuture<Completion>> commands;
    private int next;

    /// Opens the transport and starts all commands but one.
    @Setup
    public void prepare() {
        subject = Services.transport(transport);
        entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
        AdminCommandCodec.encode(IdentifyCommand.of(IdentifyCommand.CONTROLLER), entry);
        int count = Math.min(inFlight, subject.limits().maximumCommandsInFlight());
        memories = new TransferMemory[count];
        commands = new ArrayDeque<>(count);
        for (int i = 0; i < count; i++) {
            memories[i] = subject.allocate(IdentifyCommand.DATA_BYTES);
        }
        for (int i = 1; i < count; i++) {
            commands.add(submit(i));
        }
        next = 0;
    }

    private CompletableFuture<Completion> submit(int place) {
        return subject.submit(entry, memories[place], IdentifyCommand.DATA_BYTES, TIMEOUT);
    }

    /// Waits for what is still under way, and closes the transport.
    @TearDown
    public void close() {
        commands.forEach(CompletableFuture::join);
        for (var memory : memories) {
            memory.close();
        }
        subject.close();
    }

    /// One command is submitted, and the oldest one awaited.
    @Benchmark
    public Completion identify() {
        commands.add(submit(next));
        next = next + 1 == memories.length ? 0 : next + 1;
        var completion = commands.remove().join();
        if (!completion.isSuccess()) {
            throw new IllegalStateException("Identify Controller ended with " + completion.status());
        }
        return completion;
    }

    /// Memory of a page is lent and given back.
    @Benchmark
    public long memory() {
        try (var memory = subject.allocate(4096)) {
            return memory.segment().byteSize();
        }
    }
}
