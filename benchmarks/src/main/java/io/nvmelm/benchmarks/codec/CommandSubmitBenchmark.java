package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.OpenCommandPort;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does the library add to a command beside encoding it? One operation is one command, to a transport that copies
/// the entry into a queue and has always completed it.
///
/// The baseline encodes the command into the queue. The library encodes it into an entry of its own, which the next command uses
/// again, since any thread may send a command at any time; it reads the clock for the deadline, and keeps command, future and
/// deadline. What is kept of the command is all that [#submit()] allocates, and nothing where the compiler sees that it does not
/// outlive the call, as in [#execute()]. A transport that is not always done allocates a future too, which the one here does not.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class CommandSubmitBenchmark {
    private AdminCommand command;
    private MemorySegment queue;
    private OpenCommandPort port;

    /// Opens the port.
    @Setup
    public void prepare() {
        command = new GetControllerStateCommand(7, 1, 0, 0, 5L << 30, 0, 32_768);
        queue = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
        port = new OpenCommandPort(new DoneTransport(queue, CompletableFuture.completedFuture(Completion.success())));
    }

    /// Sent.
    @Benchmark
    @ComparedWith("encodeOnly")
    public Record submit() {
        return port.submit(command);
    }

    /// Sent and waited for.
    @Benchmark
    @ComparedWith("encodeOnly")
    public Completion execute() {
        return port.execute(command);
    }

    /// The baseline: encoded where it is taken from.
    @Benchmark
    public MemorySegment encodeOnly() {
        AdminCommandCodec.encode(command, queue);
        return queue;
    }

    /// Takes commands without data, and nothing else.
    private record DoneTransport(MemorySegment queue, CompletableFuture<Completion> done) implements AdminTransport {
        @Override
        public TransportLimits limits() {
            throw new UnsupportedOperationException();
        }

        @Override
        public TransferMemory allocate(long byteSize) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Completion> submit(
                MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
            MemorySegment.copy(entry, 0, queue, 0, SubmissionEntryView.BYTES);
            return done;
        }

        @Override
        public void close() {}
    }
}
