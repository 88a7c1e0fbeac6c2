package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Kind;
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

/// What the guest waits for where devices take no time: one operation is one blackout, as [BlackoutComparison] says. Percentiles are the
/// result.
///
/// **Library overhead** is the blackout on the [Kind#INSTANT] device: that device answers within the call that submits, by a flag or by
/// one copy of the state (3 KiB for 64 queue pairs), so whatever time passes, passes in the library. On the [Kind#IN_MEMORY] device the
/// blackout contains the model's own work (it parses, verifies and rebuilds queues); the difference to `serial` on the same device is
/// what the library costs there.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(6)
public class BlackoutBenchmark extends BlackoutComparison {
    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// I/O queues of each kind.
    @Param({"64"}) public int queuePairs;

    @Override
    Setting setting() {
        return Setting.of(device, queuePairs);
    }
}
