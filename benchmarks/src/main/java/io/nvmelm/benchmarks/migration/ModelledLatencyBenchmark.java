package io.nvmelm.benchmarks.migration;

import io.nvmelm.TransferOptions;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.time.Duration;
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

/// The blackout where each command takes its time, by the clock on the wall: one operation is one blackout, as in [BlackoutBenchmark],
/// with one thread that drives both devices. Reads of the state overlap, as many as are in flight, and go on beside the writes, which
/// follow each other, as the standard demands. The baseline is [SerialMigration] with pieces of the same size. Counts and times in virtual time, where they are
/// exact, are a test (`BlackoutTest`).
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ModelledLatencyBenchmark {
    private static final int QUEUE_PAIRS = 64;

    /// What a command takes.
    @Param({"100", "1000"}) public int latencyMicros;

    /// Bytes of vendor specific data beside the queues.
    @Param({"0", "1048576"}) public int vendorBytes;

    /// Bytes that a command moves.
    @Param({"65536"}) public int pieceBytes;

    /// Commands in flight.
    @Param({"8"}) public int inFlight;

    private final Distribution commands = Distribution.ofCounts("commands");
    private MovingController controller;
    private SerialMigration serial;
    private boolean isSerial;
    private long commandsBefore;

    /// Makes the hosts.
    @Setup
    public void prepare(BenchmarkParams benchmark) {
        controller = new MovingController(Setting.of(Kind.INSTANT, QUEUE_PAIRS)
                .withState(vendorBytes, TransferOptions.defaults().withPieces(pieceBytes, inFlight))
                .withWallLatency(Duration.ofNanos(latencyMicros * 1000L)));
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
