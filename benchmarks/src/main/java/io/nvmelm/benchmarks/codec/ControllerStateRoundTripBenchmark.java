package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.ControllerStateCodec;
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

/// What does it cost to write a controller state that is there as records, and to make records of it again? One operation
/// is both, for `queuePairs` queues of each kind.
///
/// The baseline is the bare walk: the same bytes written from arrays by hand and five and four fields of each queue read
/// again. It makes no records, which is most of what the others do: SBE, protobuf and Java's serialisation make the same
/// ones of their own formats.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = {"--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow"})
public class ControllerStateRoundTripBenchmark {
    /// Queues of each kind.
    @Param({"1", "64", "4096", "65535"}) public int queuePairs;

    private final SbeStates sbeStates = new SbeStates();
    private SampleQueues source;
    private ControllerState records;
    private MemorySegment state;
    private UnsafeBuffer sbeState;

    /// Makes the records, and the memory that they are written to.
    @Setup
    public void prepare() {
        source = SampleQueues.of(queuePairs);
        records = source.records();
        state = Arena.ofAuto().allocate(records.byteSize(), 4096);
        sbeState = new UnsafeBuffer(ByteBuffer.allocateDirect(64 + (int) records.byteSize()));
    }

    /// By the codec.
    @Benchmark
    @ComparedWith("bareWalk")
    public ControllerState codec() {
        ControllerStateCodec.encode(records, state, 0);
        return ControllerStateCodec.decode(state, 0, state.byteSize());
    }

    /// The baseline: by hand, without records.
    @Benchmark
    public long bareWalk() {
        BareWalk.build(source, state);
        return BareWalk.sum(state);
    }

    /// By what SBE generates.
    @Benchmark
    @ComparedWith("codec")
    public ControllerState sbe() {
        sbeStates.encode(records, sbeState);
        return sbeStates.decode(sbeState);
    }

    /// By protobuf.
    @Benchmark
    @ComparedWith("codec")
    public ControllerState protobuf() {
        return ProtobufStates.decode(ProtobufStates.encode(records));
    }

    /// By Java's serialisation.
    @Benchmark
    @ComparedWith("codec")
    public ControllerState javaSerialization() {
        return SerializedStates.decode(SerializedStates.encode(records));
    }
}
