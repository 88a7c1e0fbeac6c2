package io.nvmelm.benchmarks.own;

import io.nvmelm.DeviceState;
import io.nvmelm.MigratableDevice;
import java.nio.ByteBuffer;
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

/// How long does a device of somebody else, or a real one, stand still while its state is saved, or loaded? The baseline is a controller with 64
/// queue pairs of the in-memory subsystem, which is the value `memory` of the same parameter; others are opened by their
/// `MigratableDeviceProvider`:
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="OwnDevice -p device=memory,mine:here" -Dbench.classpath=mine.jar
/// ```
///
/// One operation stops the device, reads its state and lets it run on; or it resets the device, as one is that takes a state, loads the
/// state that it had when it was opened, and lets it run. Nothing that somebody uses should be given.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class OwnDeviceBenchmark {
    private static final int PIECE_BYTES = 1 << 20;

    /// `memory`, or name of a provider, colon and address.
    @Param("memory") public String device;

    private MigratableDevice subject;
    private ByteBuffer piece;
    private ByteBuffer state;

    /// Opens the device.
    @Setup
    public void prepare() {
        subject = Services.device(device);
        piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        long bytes = save();
        if (bytes == 0) {
            throw new IllegalStateException(device + " delivers no state");
        }
        state = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
        try (var saving = subject.setState(DeviceState.STOP_COPY).orElseThrow()) {
            while (state.hasRemaining() && saving.read(state) >= 0) {}
        }
        subject.setState(DeviceState.RUNNING);
        state = state.flip().slice();
    }

    /// Closes the device.
    @TearDown
    public void close() {
        subject.close();
    }

    /// Saves its state in pieces of at most 1 MiB.
    @Benchmark
    public long save() {
        long total = 0;
        try (var saving = subject.setState(DeviceState.STOP_COPY).orElseThrow()) {
            for (int count = 0; count >= 0; count = saving.read(piece.clear())) {
                total += count;
            }
        }
        subject.setState(DeviceState.RUNNING);
        return total;
    }

    /// Resets it, and loads a state in pieces of at most 1 MiB.
    @Benchmark
    public long load() {
        subject.reset();
        long total = 0;
        try (var loading = subject.setState(DeviceState.RESUMING).orElseThrow()) {
            for (int begin = 0; begin < state.capacity(); begin += PIECE_BYTES) {
                state.limit(Math.min(begin + PIECE_BYTES, state.capacity())).position(begin);
                while (state.hasRemaining()) {
                    total += loading.write(state);
                }
            }
            subject.setState(DeviceState.RUNNING);
        }
        return total;
    }
}
