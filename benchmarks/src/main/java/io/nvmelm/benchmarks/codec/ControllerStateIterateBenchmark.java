package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.CompletionQueueStateView;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.core.codec.SubmissionQueueStateView;
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

/// What does it cost to parse a controller state and go through all its queues? One operation is one state:
/// `queuePairs` queues of each kind, of which five and four fields are added up.
///
/// The baseline is the bare walk over the same memory. There are two: without a check of its own, where the compiler
/// proves once for the whole loop that all accesses are inside the segment, and with a check of each queue. The views
/// check sizes and counts first, and each queue. Others read the same fields from their own format: SBE in place,
/// protobuf and Java's serialisation by making objects, as they have no other way; records are the library's objects.
///
/// Records have a baseline of their own, the views of all fields, since a record has them all, eight and seven of each
/// queue. They miss three times the view, be it of some fields (12 times) or of all (5 to 6 times). Most of what they
/// cost beyond it is memory: a record is 56 bytes and takes 4 in a list and 4 in the array that the list is made from,
/// so that [#allocateOnly()], which reads nothing, takes about three times as long as reading all fields by views does.
/// The rest, up to three quarters as much again as allocating, is to take the fields apart and to check them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = {"--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow"})
public class ControllerStateIterateBenchmark {
    /// Queues of each kind.
    @Param({"1", "64", "4096", "65535"}) public int queuePairs;

    private int value = 7;
    private final ViewWalk walk = new ViewWalk();
    private final SbeStates sbeStates = new SbeStates();
    private final ControllerStateView header = new ControllerStateView();
    private final NvmeControllerStateView queues = new NvmeControllerStateView();
    private final SubmissionQueueStateView submissionQueue = new SubmissionQueueStateView();
    private final CompletionQueueStateView completionQueue = new CompletionQueueStateView();
    private MemorySegment state;
    private UnsafeBuffer sbeState;
    private byte[] protobufState;
    private byte[] serializedState;

    /// Makes the state in all formats.
    @Setup
    public void prepare() {
        var source = SampleQueues.of(queuePairs);
        var records = source.records();
        state = Arena.ofAuto().allocate(records.byteSize(), 4096);
        ControllerStateCodec.encode(records, state, 0);
        sbeState = new UnsafeBuffer(ByteBuffer.allocateDirect(64 + (int) records.byteSize()));
        sbeStates.build(source, sbeState);
        protobufState = ProtobufStates.build(source);
        serializedState = SerializedStates.encode(records);
    }

    /// By views that are used again and again; the view of the state has a view of each kind of queue.
    @Benchmark
    @ComparedWith("byHand")
    public long views() {
        return walk.sum(state);
    }

    /// By views of queues, wrapped at place after place.
    @Benchmark
    @ComparedWith("byHand")
    public long queueViews() {
        long sum = 0;
        queues.wrap(state, header.wrap(state, 0).nvmeStateOffset());
        long place = queues.submissionQueueOffset(0);
        for (int i = queues.submissionQueueCount(); i > 0; i--, place += SubmissionQueueStateView.BYTES) {
            var queue = submissionQueue.wrap(state, place);
            sum += queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
        }
        for (int i = queues.completionQueueCount(); i > 0; i--, place += CompletionQueueStateView.BYTES) {
            var queue = completionQueue.wrap(state, place);
            sum += queue.prp1() + queue.queueId() + queue.head() + queue.tail();
        }
        return sum;
    }

    /// The baseline: the same fields, by hand.
    @Benchmark
    public long byHand() {
        return BareWalk.sum(state);
    }

    /// The other baseline: by hand, and each queue is checked to be inside the segment.
    @Benchmark
    @ComparedWith("byHand")
    public long byHandChecked() {
        return BareWalk.sumChecked(state);
    }

    /// The baseline of the records: all fields of all queues, by views, as a record has all of them.
    @Benchmark
    public long viewsOfAllFields() {
        return walk.sumOfAllFields(state);
    }

    /// What no way to the records can beat: as many records in lists, of values that are there.
    @Benchmark
    @ComparedWith("viewsOfAllFields")
    public ControllerState allocateOnly() {
        return SampleQueues.equalRecords(queuePairs, value);
    }

    /// Records of all queues.
    @Benchmark
    @ComparedWith("viewsOfAllFields")
    public ControllerState records() {
        return ControllerStateCodec.decode(state, 0, state.byteSize());
    }

    /// By the decoder that SBE generates.
    @Benchmark
    @ComparedWith("byHand")
    public long sbe() {
        return sbeStates.sum(sbeState);
    }

    /// By protobuf.
    @Benchmark
    @ComparedWith("byHand")
    public long protobuf() {
        return ProtobufStates.sum(protobufState);
    }

    /// By Java's serialisation.
    @Benchmark
    @ComparedWith("byHand")
    public long javaSerialization() {
        return SerializedStates.sum(serializedState);
    }
}
