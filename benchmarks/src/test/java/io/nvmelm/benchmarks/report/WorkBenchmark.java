package io.nvmelm.benchmarks.report;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/// For the tests of the guard: one method that does ten times what the other does, and allocates.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WorkBenchmark {
    /// How much is done.
    @Param({"1000", "2000"}) public int tokens;

    /// Deliberately slow.
    @Benchmark
    public byte[] slow() {
        Blackhole.consumeCPU(10L * tokens);
        return new byte[1000];
    }

    /// The baseline.
    @Benchmark
    public void quick() {
        Blackhole.consumeCPU(tokens);
    }

    /// Cannot be measured.
    @Benchmark
    public void broken() {
        throw new IllegalStateException("broken on purpose");
    }
}
