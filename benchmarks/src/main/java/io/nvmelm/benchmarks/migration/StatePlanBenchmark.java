package io.nvmelm.benchmarks.migration;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationCapability;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.core.fsm.Plan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// Looking up the way from one device state to another, for each pair that has one: in the state machine, and in a bare
/// array.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class StatePlanBenchmark {
    private static final int STATES = DeviceState.values().length;
    /// Pairs of 7 states, ERROR left out, less STOP_COPY to two PRE_COPY states.
    private static final int PAIRS = 47;

    private MigrationStateMachine machine;
    private DeviceState[] from;
    private DeviceState[] to;
    private Plan[] plans;

    /// Collects the pairs and copies the plans.
    @Setup
    public void prepare() {
        machine = MigrationStateMachine.of(EnumSet.allOf(MigrationCapability.class));
        plans = new Plan[STATES * STATES];
        var starts = new ArrayList<DeviceState>();
        var ends = new ArrayList<DeviceState>();
        for (var start : DeviceState.values()) {
            for (var end : DeviceState.values()) {
                if (machine.next(start, end) != DeviceState.ERROR) {
                    plans[start.value() * STATES + end.value()] = machine.plan(start, end);
                    starts.add(start);
                    ends.add(end);
                }
            }
        }
        from = starts.toArray(DeviceState[]::new);
        to = ends.toArray(DeviceState[]::new);
        if (from.length != PAIRS) {
            throw new IllegalStateException(from.length + " pairs of states have a way, not " + PAIRS);
        }
    }

    /// In the state machine.
    @Benchmark
    @ComparedWith("array")
    @OperationsPerInvocation(PAIRS)
    public void machine(Blackhole plan) {
        for (int i = 0; i < PAIRS; i++) {
            plan.consume(machine.plan(from[i], to[i]));
        }
    }

    /// The baseline: in an array.
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public void array(Blackhole plan) {
        for (int i = 0; i < PAIRS; i++) {
            plan.consume(plans[from[i].value() * STATES + to[i].value()]);
        }
    }
}
