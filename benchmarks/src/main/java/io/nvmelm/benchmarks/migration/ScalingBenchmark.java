package io.nvmelm.benchmarks.migration;

import com.sun.management.OperatingSystemMXBean;
import io.nvmelm.TransferOptions;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.benchmarks.report.ComparedWith;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/// Many controllers that migrate at once: 1000 controllers are moved, so many of them at the same time ([ManyControllers]). One operation
/// is one controller, its preparation included, and the throughput is the inverse of the score. All 1000 take part whatever the number,
/// so that memory is the same.
///
/// A thread yields behind each command of migration ([YieldingTransport]), so that as many controllers are in the middle of their blackout
/// together as the number says: they begin it together, and the distribution `underWay` checks that all had come. One at a time pays for the same yields. [#serial()], the baseline,
/// is [SerialMigration] by the same threads with the same yields, on the same devices: what the number costs there is the share of the
/// threads, the caches and the machine, and what it costs the library beyond that is the library's.
///
/// **What is to be flat** is what a controller costs, published by [DistributionProfiler] in two ways.
///
/// - `coreTime`: the time by the clock on the wall that a round of all 1000 took, times the cores that so many threads can fill (as many
///   as there are threads, and no more than the machine has), by 1000. One at a time fills one core, and a number at or above the cores
///   fills them all, so this is the same for all numbers on a machine with any number of cores. Whatever does not scale raises it: a lock
///   that is waited for, a stop of all threads, memory that does not fit the caches, a core that is half of another. But so does whoever
///   else uses the machine as soon as there is more than one thread.
/// - `cpuTime`: the processor time of the virtual machine in all measured iterations, by the controllers that moved, one value for a fork.
///   It is the same on a busy machine and does not see where threads wait while a core is idle. One at a time it has the search of the
///   other cores for a thread to run in it, at each yield, so it is not what numbers are compared by. Each iteration is read to 10 ms, the clock
///   tick, at worst: 5 % of one iteration of the guard with one thread, which five of them even out.
///
/// The distribution `blackout` is what each guest waits. It contains the wait for a core and for all others that take their turn at each
/// command, so it grows with the number: here devices take no time and cores are the only thing to wait for. [ScalingLatencyBenchmark]
/// has devices that take time. `gc.alloc.rate.norm` is the heap that a controller allocates: some 5000 bytes more where each has a thread
/// of its own (2700 by the baseline), which contain the thread's stack, kept on the heap while others go on.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ScalingBenchmark {
    private static final int QUEUE_PAIRS = 8;
    private static final int PIECE_BYTES = 4096;
    private static final int COMMANDS_IN_FLIGHT = 4;

    /// Controllers that migrate at the same time.
    @Param({"1", "2", "10", "100", "1000"}) public int atOnce;

    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// Cores that the threads can fill.
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// Rounds before anything is measured, and the shortest time for them, so that a short measurement is one of compiled code too.
    private static final int WARM_UP_ROUNDS = 40;
    private static final long WARM_UP_NANOS = 2_000_000_000;

    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Distribution cpuTimes = Distribution.ofNanos("cpuTime");
    private final Distribution coreTimes = Distribution.ofNanos("coreTime");
    private ManyControllers controllers;
    private long rounds;
    private long cpuNanos;
    private int iterations;

    /// Makes the hosts of all controllers, and the library warm.
    @Setup
    public void prepare(BenchmarkParams benchmark) {
        makeControllers(benchmark.getBenchmark().endsWith(".serial"));
        long begun = System.nanoTime();
        while (rounds < WARM_UP_ROUNDS || System.nanoTime() - begun < WARM_UP_NANOS) {
            move();
        }
    }

    void makeControllers(boolean serially) {
        controllers = new ManyControllers(setting(device), serially);
    }

    /// {@return hosts with memory for pieces of 4 KiB, in which the states fit, and with threads that yield}
    static Setting setting(Kind device) {
        return Setting.of(device, QUEUE_PAIRS)
                .withState(0, TransferOptions.defaults().withPieces(PIECE_BYTES, COMMANDS_IN_FLIGHT))
                .withYields();
    }

    /// Begins to count when the first iteration is measured.
    @Setup(Level.Iteration)
    public void begin(IterationParams iteration) {
        if (iteration.getType() == IterationType.MEASUREMENT) {
            if (iterations == 0) {
                rounds = 0;
            }
            cpuNanos -= system.getProcessCpuTime();
        }
    }

    /// Records the processor time of all iterations behind the last of them.
    @TearDown(Level.Iteration)
    public void end(IterationParams iteration) {
        if (iteration.getType() == IterationType.MEASUREMENT) {
            cpuNanos += system.getProcessCpuTime();
            iterations++;
            if (iterations == iteration.getCount()) {
                cpuTimes.record(cpuNanos / (rounds * ManyControllers.COUNT));
            }
        }
    }

    /// Closes the hosts.
    @TearDown
    public void close() {
        controllers.close();
    }

    /// Moves all controllers by devices of the library.
    @Benchmark
    @ComparedWith("serial")
    @OperationsPerInvocation(ManyControllers.COUNT)
    public long migrate() {
        return move();
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    @OperationsPerInvocation(ManyControllers.COUNT)
    public long serial() {
        return move();
    }

    private long move() {
        long begun = System.nanoTime();
        long bytes = controllers.move(ManyControllers.COUNT, atOnce);
        rounds++;
        coreTimes.record((System.nanoTime() - begun) * Math.min(atOnce, CORES) / ManyControllers.COUNT);
        return bytes;
    }
}
