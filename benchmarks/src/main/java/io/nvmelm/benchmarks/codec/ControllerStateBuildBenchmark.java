package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.nvme.ControllerState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/// What does it cost a device to build its controller state from its queues? One operation is one state: all fields of
/// `queuePairs` queues of each kind.
///
/// The baseline is the bare walk: the same fields stored into the same memory by hand. SBE stores them into its own
/// format; protobuf and Java's serialisation make objects and bytes of them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = {"--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow"})
public class ControllerStateBuildBenchmark {
    /// Queues of each kind.
    @Param({"1", "64", "4096", "65535"}) public int queuePairs;

    private final ViewWalk walk = new ViewWalk();
    private final SbeStates sbeStates = new SbeStates();
    private SampleQueues source;
    private MemorySegment state;
    private UnsafeBuffer sbeState;

    /// Makes the queues, and the memory that the state is built in.
    @Setup
    public void prepare() {
        source = SampleQueues.of(queuePairs);
        long byteSize = ControllerState.HEADER_BYTES + 8 + 48L * queuePairs;
        state = Arena.ofAuto().allocate(byteSize, 4096);
        sbeState = new UnsafeBuffer(ByteBuffer.allocateDirect(64 + (int) byteSize));
    }

    /// By views that are used again and again.
    @Benchmark
    @ComparedWith("byHand")
    public MemorySegment views() {
        walk.build(source, state);
        return state;
    }

    /// The baseline: by hand.
    @Benchmark
    public MemorySegment byHand() {
        BareWalk.build(source, state);
        return state;
    }

    /// By the encoder that SBE generates.
    @Benchmark
    @ComparedWith("byHand")
    public UnsafeBuffer sbe() {
        sbeStates.build(source, sbeState);
        return sbeState;
    }

    /// By protobuf.
    @Benchmark
    @ComparedWith("byHand")
    public byte[] protobuf() {
        return ProtobufStates.build(source);
    }

    /// By Java's serialisation.
    @Benchmark
    @ComparedWith("byHand")
    public byte[] javaSerialization() {
        return SerializedStates.build(source);
    }
}
