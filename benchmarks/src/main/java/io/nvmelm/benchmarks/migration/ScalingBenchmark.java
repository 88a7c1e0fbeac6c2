package io.nvmelm.benchmarks.migration;

import com.sun.management.OperatingSystemMXBean;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.lang.management.ManagementFactory;
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
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Many controllers that migrate at once: 1000 controllers are moved, so many of them at the same time, each by a virtual thread that
/// drives both of its devices. One operation is one controller, its preparation included, and the throughput is the inverse of the score.
/// Each controller has hosts of its own, with nothing in common but the virtual machine. All 1000 take part whatever the number, so that
/// caches and memory are the same.
///
/// **What is to be flat** is what a controller costs, published by [DistributionProfiler] in two ways.
///
/// - `coreTime`: the time by the clock on the wall that a round of all 1000 took, times the cores that so many threads can fill (as many
///   as there are threads, and no more than the machine has), by 1000. One at a time fills one core, and a number at or above the cores
///   fills them all, so this is the same for all numbers on a machine with any number of cores. Whatever does not scale raises it: a lock
///   that is waited for, a stop of all threads, memory that does not fit the caches. But so does whoever else uses the machine as soon as
///   there is more than one thread.
/// - `cpuTime`: the processor time of the virtual machine in an iteration, by the controllers that moved. It is the same on a busy machine
///   and does not see where threads wait while a core is idle.
///
/// The distribution `blackout` is what each guest waits, with the time in which its thread waited for a core: that grows with the number
/// where devices take no time. With latency, a controller waits and others go on. `gc.alloc.rate.norm` is the heap that a controller
/// allocates, some 500 bytes more where each has a thread of its own. Beside it each keeps a piece of transfer memory on both hosts.
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

    /// Cores that the threads can fill.
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// Rounds before anything is measured, so that a short measurement is one of compiled code too.
    private static final int WARM_UP_ROUNDS = 100;

    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Distribution cpuTimes = Distribution.ofNanos("cpuTime");
    private final Distribution coreTimes = Distribution.ofNanos("coreTime");
    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final List<MovingController> controllers = new ArrayList<>();
    private ExecutorService threads;
    private long rounds;
    private long begunCpuNanos;

    /// Makes the hosts of all controllers, and the library warm.
    @Setup
    public void prepare() {
        makeControllers();
        if (latencyMicros == 0) {
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                moveSome(new AtomicInteger());
            }
        }
    }

    void makeControllers() {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        var setting = Setting.of(device, QUEUE_PAIRS).withWallLatency(Duration.ofNanos(latencyMicros * 1000L));
        for (int i = 0; i < CONTROLLERS; i++) {
            controllers.add(new MovingController(setting));
        }
    }

    /// Begins to count.
    @Setup(Level.Iteration)
    public void begin() {
        rounds = 0;
        begunCpuNanos = system.getProcessCpuTime();
    }

    /// Records the processor time.
    @TearDown(Level.Iteration)
    public void end() {
        cpuTimes.record((system.getProcessCpuTime() - begunCpuNanos) / (rounds * CONTROLLERS));
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
        long begun = System.nanoTime();
        var next = new AtomicInteger();
        var movers = new ArrayList<CompletableFuture<Long>>();
        for (int i = 0; i < atOnce; i++) {
            movers.add(CompletableFuture.supplyAsync(() -> moveSome(next), threads));
        }
        long bytes = movers.stream().mapToLong(CompletableFuture::join).sum();
        rounds++;
        coreTimes.record((System.nanoTime() - begun) * Math.min(atOnce, CORES) / CONTROLLERS);
        return bytes;
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
