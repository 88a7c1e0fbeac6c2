package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.benchmarks.report.ComparedWith;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/// A blackout by devices of the library and the same by [SerialMigration], the baseline, with one thread that drives both sides. One
/// operation is from before Suspend at the source until Resume at the destination has succeeded. Between two operations the sides change
/// their roles, outside of what is measured. The distribution `commands` says how many commands one took, see [DistributionProfiler].
@State(Scope.Thread)
public abstract class BlackoutComparison {
    private final Distribution commands = Distribution.ofCounts("commands");
    private MovingController controller;
    private SerialMigration serial;
    private boolean isSerial;
    private long commandsBefore;

    /// For the benchmarks that say what is moved.
    BlackoutComparison() {}

    /// What is moved, and between which hosts. Asked for when parameters are set.
    abstract Setting setting();

    /// Makes the hosts.
    @Setup
    public void prepare(BenchmarkParams benchmark) {
        controller = new MovingController(setting());
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
    @ComparedWith("serial")
    public long devices() {
        return controller.move();
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    public long serial() {
        return serial.run();
    }
}
