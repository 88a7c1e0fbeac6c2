package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.codec.ControllerStateValidator;
import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.openjdk.jmh.annotations.Warmup;

/// What does it cost to check a controller state that comes from elsewhere, before it is loaded? One operation is one state, with
/// `queuePairs` queues of each kind. This is in the blackout of every migration, at the destination.
///
/// The baseline makes the same checks by hand, of a state that it has as a whole and of which it only says whether it is right. The
/// validator takes a state in pieces of any size, and says of the first field that is wrong which it is, and at which byte.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ControllerStateCheckBenchmark {
    private static final int PIECE_BYTES = 4096;

    /// Queues of each kind.
    @Param({"1", "64", "4096", "65535"}) public int queuePairs;

    private final long[] completionQueueIds = new long[0x1_0000 / Long.SIZE];
    private final long[] wantedIds = new long[0x1_0000 / Long.SIZE];
    private ControllerStateValidator validator;
    private MemorySegment state;

    /// Makes the state.
    @Setup
    public void prepare() {
        var records = SampleQueues.of(queuePairs).records();
        state = Arena.ofAuto().allocate(records.byteSize(), 4096);
        ControllerStateCodec.encode(records, state, 0);
        validator = new ControllerStateValidator(StateFormat.ofVersion(0), state.byteSize());
        if (!byHand() || whole() != state.byteSize() || inPieces() != state.byteSize()) {
            throw new IllegalStateException("the state of the benchmark is wrong");
        }
    }

    /// By the validator, which is given the whole state.
    @Benchmark
    @ComparedWith("byHand")
    public long whole() {
        validator.reset();
        validator.accept(state, 0, state.byteSize());
        validator.finish();
        return validator.totalBytes();
    }

    /// By the validator, which is given pieces of 4 KiB: a queue lies in two of them.
    @Benchmark
    @ComparedWith("byHand")
    public long inPieces() {
        validator.reset();
        for (long offset = 0; offset < state.byteSize(); offset += PIECE_BYTES) {
            validator.accept(state, offset, Math.min(PIECE_BYTES, state.byteSize() - offset));
        }
        validator.finish();
        return validator.totalBytes();
    }

    /// The baseline: by hand.
    @Benchmark
    public boolean byHand() {
        return BareWalk.isRight(state, wantedIds, completionQueueIds);
    }
}
