package io.nvmelm.benchmarks;

import io.nvmelm.core.codec.CompletionQueueStateView;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.core.codec.SubmissionQueueStateView;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Going through all queues of a controller state: by the views, and by hand over the same memory; and making records
/// of them, which is what views are there to avoid.
///
/// There are two ways by hand: without a check of its own, where the compiler proves once for the whole loop that all
/// accesses are inside the segment, and with a check of each queue, as whoever reads bytes from a device makes it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ControllerStateIterateBenchmark {
    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Queues of each kind.
    @Param({"64", "4096"}) public int queuePairs;

    private MemorySegment state;
    private ControllerStateView header;
    private NvmeControllerStateView queues;
    private SubmissionQueueStateView submissionQueue;
    private CompletionQueueStateView completionQueue;

    /// Makes the state and the views.
    @Setup
    public void prepare() {
        var submissionQueues = new ArrayList<SubmissionQueueState>();
        var completionQueues = new ArrayList<CompletionQueueState>();
        for (int id = 1; id <= queuePairs; id++) {
            long prp1 = (long) id << 20;
            submissionQueues.add(new SubmissionQueueState(prp1, 1023, id, id, 1, id % 1024, (id + 7) % 1024, 0));
            completionQueues.add(new CompletionQueueState(prp1, 1023, id, id % 1024, (id + 3) % 1024, 7, 0));
        }
        var values = ControllerState.of(
                true, NvmeControllerState.Version0.of(submissionQueues, completionQueues), OpaqueBytes.EMPTY);
        state = Arena.ofAuto().allocate(values.byteSize(), 4096);
        ControllerStateCodec.encode(values, state, 0);
        header = new ControllerStateView();
        queues = new NvmeControllerStateView();
        submissionQueue = new SubmissionQueueStateView();
        completionQueue = new CompletionQueueStateView();
    }

    /// By views that are used again and again; the view of the state moves the view of a queue.
    @Benchmark
    public long views() {
        long sum = 0;
        queues.wrap(state, header.wrap(state, 0).nvmeStateOffset());
        int submissionQueueCount = queues.submissionQueueCount();
        for (int i = 0; i < submissionQueueCount; i++) {
            sum += sum(queues.submissionQueue(i, submissionQueue));
        }
        int completionQueueCount = queues.completionQueueCount();
        for (int i = 0; i < completionQueueCount; i++) {
            sum += sum(queues.completionQueue(i, completionQueue));
        }
        return sum;
    }

    /// By views of queues, moved from place to place.
    @Benchmark
    public long queueViews() {
        long sum = 0;
        queues.wrap(state, header.wrap(state, 0).nvmeStateOffset());
        long place = queues.submissionQueueOffset(0);
        for (int i = queues.submissionQueueCount(); i > 0; i--, place += SubmissionQueueStateView.BYTES) {
            sum += sum(submissionQueue.wrap(state, place));
        }
        for (int i = queues.completionQueueCount(); i > 0; i--, place += CompletionQueueStateView.BYTES) {
            sum += sum(completionQueue.wrap(state, place));
        }
        return sum;
    }

    /// The baseline: the same fields, by hand.
    @Benchmark
    public long byHand() {
        long sum = 0;
        long place = 48 + 8;
        for (int i = word(48 + 2); i > 0; i--, place += 24) {
            sum += submissionQueueAt(place);
        }
        for (int i = word(48 + 4); i > 0; i--, place += 24) {
            sum += completionQueueAt(place);
        }
        return sum;
    }

    /// The other baseline: by hand, and each queue is checked to be inside the segment.
    @Benchmark
    public long byHandChecked() {
        long sum = 0;
        long place = 48 + 8;
        for (int i = word(48 + 2); i > 0; i--, place += 24) {
            sum += submissionQueueAt(Objects.checkFromIndexSize(place, 24, state.byteSize()));
        }
        for (int i = word(48 + 4); i > 0; i--, place += 24) {
            sum += completionQueueAt(Objects.checkFromIndexSize(place, 24, state.byteSize()));
        }
        return sum;
    }

    /// Records of all queues.
    @Benchmark
    public ControllerState records() {
        return ControllerStateCodec.decode(state, 0, state.byteSize());
    }

    private static long sum(SubmissionQueueStateView queue) {
        return queue.prp1() + queue.queueId() + queue.completionQueueId() + queue.head() + queue.tail();
    }

    private static long sum(CompletionQueueStateView queue) {
        return queue.prp1() + queue.queueId() + queue.head() + queue.tail();
    }

    private long submissionQueueAt(long place) {
        return quadword(place) + word(place + 10) + word(place + 12) + word(place + 16) + word(place + 18);
    }

    private long completionQueueAt(long place) {
        return quadword(place) + word(place + 10) + word(place + 12) + word(place + 14);
    }

    private int word(long byteOffset) {
        return Short.toUnsignedInt(state.get(WORD, byteOffset));
    }

    private long quadword(long byteOffset) {
        return state.get(QUADWORD, byteOffset);
    }
}
