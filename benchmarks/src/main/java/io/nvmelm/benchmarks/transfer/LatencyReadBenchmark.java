package io.nvmelm.benchmarks.transfer;

import io.nvmelm.benchmarks.migration.LargeController;
import io.nvmelm.benchmarks.migration.LatencyTransport;
import io.nvmelm.benchmarks.report.ComparedWith;
import java.nio.ByteBuffer;
import java.time.Duration;
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

/// Reading a state of n pieces from a device whose commands take 1 ms each, by the clock on the wall, with several in flight. One
/// operation is one state. The baseline waits as long as that takes at least: 1 ms for each round of commands that are in flight
/// together. The same in virtual time, to the nanosecond, is a test (`LatencyReadTest`).
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class LatencyReadBenchmark {
    /// Small, so that time goes into waiting and not into copies.
    private static final int PIECE_BYTES = 16 << 10;
    private static final Duration LATENCY = Duration.ofMillis(1);

    /// Pieces of the state.
    @Param({"1", "16", "64"}) public int pieces;

    /// Commands in flight.
    @Param({"1", "4", "16"}) public int inFlight;

    private LargeController controller;
    private ByteBuffer piece;

    /// Makes the controller.
    @Setup
    public void prepare() {
        controller = new LargeController((long) pieces * PIECE_BYTES, PIECE_BYTES, inFlight, LATENCY);
        piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        read();
    }

    /// Closes the controller.
    @TearDown
    public void close() {
        controller.close();
    }

    /// By the library.
    @Benchmark
    @ComparedWith("rounds")
    public long read() {
        long bytes = 0;
        var saving = controller.save();
        int count = saving.read(piece.clear());
        while (count >= 0) {
            bytes += count;
            count = saving.read(piece.clear());
        }
        return bytes;
    }

    /// The baseline: nothing but waiting.
    @Benchmark
    public long rounds() {
        long due = System.nanoTime();
        int rounds = Math.ceilDiv(pieces, inFlight);
        for (int i = 0; i < rounds; i++) {
            due += LATENCY.toNanos();
            LatencyTransport.waitUntil(due);
        }
        return rounds;
    }
}
