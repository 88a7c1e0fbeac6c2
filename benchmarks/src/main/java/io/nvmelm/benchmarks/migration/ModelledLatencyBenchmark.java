package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The blackout where each command takes its time, by the clock on the wall: one operation is one blackout, as [BlackoutComparison] says.
/// Reads of the state overlap, as many as are in flight, and go on beside the writes, which follow each other, as the standard demands.
/// The baseline has pieces of the same size. Counts and times in virtual time, where they are exact, are a test (`BlackoutTest`).
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ModelledLatencyBenchmark extends BlackoutComparison {
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
}
