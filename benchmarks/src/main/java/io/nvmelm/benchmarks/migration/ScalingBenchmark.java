package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Many controllers that migrate at once: 1000 controllers are moved, so many of them at the same time, each by a virtual thread that
/// drives both of its devices. One operation is one controller, its preparation included; so the score is the cost of a controller as
/// far as threads share the cores, and the throughput is its inverse. Each controller has hosts of its own, with nothing in common but
/// the virtual machine.
///
/// All 1000 take part whatever the number, so that caches and memory are the same: while the cores are not full the cost falls with
/// the number, to one over the cores, and from there on it should be flat. The distribution `blackout` is what each guest waits, see
/// [DistributionProfiler]. With latency, a controller waits and others go on.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ScalingBenchmark {
    private static final int CONTROLLERS = 1000;
    private static final int QUEUE_PAIRS = 8;

    /// Controllers that migrate at the same time.
    @Param({"1", "2", "10", "100", "1000"}) public int atOnce;

    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// What a command of migration takes, by the clock on the wall; only the instant device can be slowed.
    @Param({"0"}) public int latencyMicros;

    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final List<MovingController> controllers = new ArrayList<>();
    private ExecutorService threads;

    /// Makes the hosts of all controllers.
    @Setup
    public void prepare() {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        var setting = Setting.of(device, QUEUE_PAIRS).withWallLatency(Duration.ofNanos(latencyMicros * 1000L));
        for (int i = 0; i < CONTROLLERS; i++) {
            controllers.add(new MovingController(setting));
        }
    }

    /// Closes the hosts.
    @TearDown
    public void close() {
        threads.close();
        controllers.forEach(MovingController::close);
    }

    /// Moves all controllers.
    @Benchmark
    @OperationsPerInvocation(CONTROLLERS)
    public long migrate() {
        var next = new AtomicInteger();
        var movers = new ArrayList<CompletableFuture<Long>>();
        for (int i = 0; i < atOnce; i++) {
            movers.add(CompletableFuture.supplyAsync(() -> moveSome(next), threads));
        }
        return movers.stream().mapToLong(CompletableFuture::join).sum();
    }

    private long moveSome(AtomicInteger next) {
        long bytes = 0;
        for (int i = next.getAndIncrement(); i < CONTROLLERS; i = next.getAndIncrement()) {
            var controller = controllers.get(i);
            controller.prepare();
            long begun = System.nanoTime();
            bytes += controller.move();
            blackouts.record(System.nanoTime() - begun);
            controller.settle();
        }
        return bytes;
    }
}
