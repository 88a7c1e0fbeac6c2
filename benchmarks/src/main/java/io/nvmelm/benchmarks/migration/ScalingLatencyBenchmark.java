package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.report.ComparedWith;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/// Many controllers that migrate at once and whose devices take their time: one operation moves so many controllers together, from the
/// preparation of the first to the end of the last, each by a virtual thread of its own ([ManyControllers]). They are the next of 1000.
/// While one waits for its device others go on, so the operation takes as long for many as for one until the cores are full.
///
/// The distribution `blackout` is what each guest waits: its commands, the time by which the timer is late, and the wait for a core.
/// `underWay` counts the controllers that were in their blackout together. The baseline [#serial()] is [SerialMigration] by the same
/// threads on the same devices; it has seven commands in the blackout where the library has four.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ScalingLatencyBenchmark {
    /// Controllers that migrate at the same time.
    @Param({"1", "10", "100", "1000"}) public int atOnce;

    /// What a command of migration takes, by the clock on the wall.
    @Param({"1000"}) public int latencyMicros;

    private static final int WARM_UP_CONTROLLERS = 20_000;

    private ManyControllers controllers;

    /// Makes the hosts of all controllers, and the code warm: by all 1000, since a few would take long.
    @Setup
    public void prepare(BenchmarkParams benchmark) {
        makeControllers(benchmark.getBenchmark().endsWith(".serial"));
        for (int moved = 0; moved < WARM_UP_CONTROLLERS; moved += ManyControllers.COUNT) {
            controllers.move(ManyControllers.COUNT, ManyControllers.COUNT);
        }
    }

    void makeControllers(boolean serially) {
        var setting = ScalingBenchmark.setting(Kind.INSTANT).withWallLatency(Duration.ofNanos(latencyMicros * 1000L));
        controllers = new ManyControllers(setting, serially);
    }

    /// Closes the hosts.
    @TearDown
    public void close() {
        controllers.close();
    }

    /// Moves as many controllers as move at once, by devices of the library.
    @Benchmark
    @ComparedWith("serial")
    public long migrate() {
        return controllers.move(atOnce, atOnce);
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    public long serial() {
        return controllers.move(atOnce, atOnce);
    }
}
