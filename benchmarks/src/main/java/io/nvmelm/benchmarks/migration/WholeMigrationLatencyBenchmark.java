package io.nvmelm.benchmarks.migration;

import io.nvmelm.MigrationReport;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.benchmarks.report.ComparedWith;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A whole migration where each command of migration takes its time, by the clock on the wall, as [WholeMigrationComparison] says.
/// [ModelledLatencyBenchmark] has the same without the protocol.
///
/// Where the state has n pieces, the library's `blackout` has n + 3 commands that follow each other: Suspend, the first read, n writes,
/// which the standard wants in a row, and Resume. All other reads go on beside the writes. That of the driver's sequence has 2 n + 5:
/// Suspend, the formats twice, the header, n reads, n writes, Resume. What takes time beyond theirs are the protocol, the copies, and the
/// timer. n is 1 without vendor data, and 17 with 1 MiB.
///
/// A thread parks for what a command takes above 100 µs, and spins for the rest ([LatencyTransport]): with 100 µs both threads fill a
/// core, and what others take of it is in the blackout.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class WholeMigrationLatencyBenchmark extends WholeMigrationComparison {
    private static final Duration NEXT_TO_NOTHING = Duration.ofNanos(1);

    /// What a command takes.
    @Param({"100", "1000"}) public int latencyMicros;

    /// Bytes of vendor specific data beside the queues.
    @Param({"0", "1048576"}) public int vendorBytes;

    /// Bytes that a command moves.
    @Param({"65536"}) public int pieceBytes;

    /// Commands in flight.
    @Param({"8"}) public int inFlight;

    @Override
    Setting setting() {
        return Setting.slow(latencyMicros, vendorBytes, pieceBytes, inFlight);
    }

    /// The same classes, without the wait.
    @Override
    Setting warmUpSetting() {
        return setting().withWallLatency(NEXT_TO_NOTHING);
    }

    /// By the library.
    @Benchmark
    @ComparedWith("serial")
    public MigrationReport migrate() throws ExecutionException, InterruptedException {
        return move();
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    public long serial() throws ExecutionException, InterruptedException, IOException {
        return moveSerially();
    }
}
