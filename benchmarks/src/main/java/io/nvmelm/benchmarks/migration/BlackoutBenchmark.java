package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/// What the guest waits for where devices take no time: one operation is one blackout, from before Suspend at the source until Resume at
/// the destination has succeeded, with one thread that drives both devices. Percentiles are the result.
///
/// **Library overhead** is the blackout on the [Kind#INSTANT] device: that device answers within the call that submits, by a flag or by
/// one copy of the state (3 KiB for 64 queue pairs), so whatever time passes, passes in the library. On the [Kind#IN_MEMORY] device the
/// blackout contains the model's own work (it parses, verifies and rebuilds queues); the difference to `serial` on the same device is
/// what the library costs there.
///
/// The distribution `commands` says how many commands that took, see [DistributionProfiler]. The baseline is [SerialMigration]. Between two operations the sides change their roles, outside of what is measured.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlackoutBenchmark {
    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// I/O queues of each kind.
    @Param({"64"}) public int queuePairs;

    private MovingController controller;
    private SerialMigration serial;
    private final Distribution commands = Distribution.ofCounts("commands");
    private boolean isSerial;
    private long commandsBefore;

    /// Makes the hosts.
    @Setup
    public void prepare(BenchmarkParams benchmark) {
        controller = new MovingController(Setting.of(device, queuePairs));
        isSerial = benchmark.getBenchmark().endsWith(".serial");
    }

    /// Closes the hosts.
    @TearDown
    public void close() {
        controller.close();
    }

    /// Does what is done before the guest stops.
    @Setup(Level.Invocation)
    public void beforeTheBlackout() {
        if (isSerial) {
            serial = controller.prepareSerial();
        } else {
            controller.prepare();
        }
        commandsBefore = controller.commands();
    }

    /// Does what is done when the guest runs again.
    @TearDown(Level.Invocation)
    public void behindTheBlackout() {
        commands.record(controller.commands() - commandsBefore);
        if (isSerial) {
            controller.settleSerial();
        } else {
            controller.settle();
        }
    }

    /// By devices of the library.
    @Benchmark
    public long devices() {
        return controller.move();
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    public long serial() {
        return serial.run();
    }
}
