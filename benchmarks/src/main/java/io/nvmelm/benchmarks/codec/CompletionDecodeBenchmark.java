package io.nvmelm.benchmarks;

import io.nvmelm.core.codec.CompletionCodec;
import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.nvme.Completion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Reading a completion entry as a polling loop does: phase, command, result and status, by the view and by hand from a
/// buffer; and making the value of it, which for a plain success is always the same object.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CompletionDecodeBenchmark {
    /// Status field: 0 is success, 13Ah Controller Not Suspended.
    @Param({"0", "314"}) public int statusBits;

    private MemorySegment entry;
    private CompletionEntryView view;
    private ByteBuffer buffer;

    /// Makes the entry, in a segment and in a buffer.
    @Setup
    public void prepare() {
        entry = Arena.ofAuto().allocate(CompletionEntryView.BYTES, 16);
        view = new CompletionEntryView();
        view.wrap(entry, 0).submissionQueueHead(9).commandId(77).statusAndPhaseRelease(statusBits, true);
        buffer = ByteBuffer.allocateDirect(CompletionEntryView.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(8, (short) 9).putShort(12, (short) 77).putShort(14, (short) (statusBits << 1 | 1));
    }

    /// The fields, by a view that is used again and again.
    @Benchmark
    public int view() {
        view.wrap(entry, 0);
        return view.phaseAcquire() ? view.commandId() + view.dword0() + view.dword1() + view.statusBits() : -1;
    }

    /// The baseline: the fields, by hand; what is behind the phase is read after it.
    @Benchmark
    public int byHand() {
        int status = Short.toUnsignedInt(buffer.getShort(14));
        VarHandle.acquireFence();
        return (status & 1) != 0
                ? Short.toUnsignedInt(buffer.getShort(12)) + buffer.getInt(0) + buffer.getInt(4) + (status >>> 1)
                : -1;
    }

    /// The value, as a transport hands it on.
    @Benchmark
    public Completion codec() {
        return CompletionCodec.decode(entry);
    }
}
