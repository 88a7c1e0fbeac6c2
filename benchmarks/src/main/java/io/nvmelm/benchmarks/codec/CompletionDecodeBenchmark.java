package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.codec.sbe.CompletionEntryDecoder;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.CompletionCodec;
import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.core.codec.PolledCompletion;
import io.nvmelm.nvme.Completion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/// What does it cost to read a completion entry as a polling loop does: phase, then command, result and status? One
/// operation is one entry of 16 bytes.
///
/// The baseline reads a direct ByteBuffer by hand, field by field; the strongest reads two quadwords of it. All keep
/// the buffer in a local variable, as nothing that was read from an object before the fence is known after it. All
/// check the bounds of the memory and read what is behind the phase after it. The value of an entry, which for a plain
/// success is always the same object, is made beside.
///
/// What polls in the library is [PolledCompletion]. It takes 1.1 to 1.3 times as long as either by hand, as it reads
/// three times and checks more of a segment than there is to check of a buffer. A view that is kept and wrapped around
/// entry after entry takes half as long again as [PolledCompletion]: after the phase nothing that was read before is
/// known any more, so that the view's own reference to the segment is read again, and kind, scope and size of a segment
/// that the compiler cannot know to be the one it has checked are checked again, for each of the fields.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 6, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class CompletionDecodeBenchmark {
    /// Status field: 0 is success, 13Ah Controller Not Suspended.
    @Param({"0", "314"}) public int statusBits;

    private MemorySegment entry;
    private PolledCompletion completion;
    private CompletionEntryView view;
    private ByteBuffer buffer;
    private UnsafeBuffer unsafeBuffer;
    private CompletionEntryDecoder decoder;

    /// Makes the entry, in a segment and in a buffer.
    @Setup
    public void prepare() {
        entry = Arena.ofAuto().allocate(CompletionEntryView.BYTES, 16);
        completion = new PolledCompletion();
        view = new CompletionEntryView();
        view.wrap(entry, 0).submissionQueueHead(9).commandId(77).statusAndPhaseRelease(statusBits, true);
        buffer = ByteBuffer.allocateDirect(CompletionEntryView.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(8, (short) 9).putShort(12, (short) 77).putShort(14, (short) (statusBits << 1 | 1));
        unsafeBuffer = new UnsafeBuffer(buffer);
        decoder = new CompletionEntryDecoder();
    }

    /// The fields, as the queues of the transports poll them.
    @Benchmark
    @ComparedWith("byHand")
    public int polled() {
        var polled = completion;
        return polled.poll(entry, 0, true)
                ? polled.commandId() + polled.dword0() + polled.dword1() + polled.statusBits()
                : -1;
    }

    /// The fields, in place, by a view that is used again and again.
    @Benchmark
    @ComparedWith("byHand")
    public int view() {
        var fields = view.wrap(entry, 0);
        boolean posted = fields.phase();
        VarHandle.acquireFence();
        return posted
                ? fields.commandId() + fields.dword0() + fields.dword1() + fields.statusBits()
                : -1;
    }

    /// The baseline: the fields, by hand.
    @Benchmark
    public int byHand() {
        var memory = buffer;
        int status = Short.toUnsignedInt(memory.getShort(14));
        VarHandle.acquireFence();
        return (status & 1) != 0
                ? Short.toUnsignedInt(memory.getShort(12)) + memory.getInt(0) + memory.getInt(4) + (status >>> 1)
                : -1;
    }

    /// The strongest baseline: by hand, two quadwords, of which the one with the phase has the identifier too.
    @Benchmark
    @ComparedWith("byHand")
    public int byHandQuadwords() {
        var memory = buffer;
        long origin = memory.getLong(8);
        VarHandle.acquireFence();
        if ((origin >>> 48 & 1) == 0) {
            return -1;
        }
        long result = memory.getLong(0);
        return ((int) (origin >>> 32) & 0xFFFF) + (int) result + (int) (result >>> 32) + (int) (origin >>> 49);
    }

    /// The value, as a transport hands it on.
    @Benchmark
    @ComparedWith("byHand")
    public Completion codec() {
        return CompletionCodec.decode(entry);
    }

    /// The fields, by agrona's UnsafeBuffer.
    @Benchmark
    @ComparedWith("byHand")
    public int unsafeBuffer() {
        var memory = unsafeBuffer;
        int status = Short.toUnsignedInt(memory.getShort(14, ByteOrder.LITTLE_ENDIAN));
        VarHandle.acquireFence();
        return (status & 1) != 0
                ? Short.toUnsignedInt(memory.getShort(12, ByteOrder.LITTLE_ENDIAN))
                        + memory.getInt(0, ByteOrder.LITTLE_ENDIAN)
                        + memory.getInt(4, ByteOrder.LITTLE_ENDIAN)
                        + (status >>> 1)
                : -1;
    }

    /// The fields, by the decoder that SBE generates.
    @Benchmark
    @ComparedWith("byHand")
    public int sbe() {
        var fields = decoder;
        fields.wrap(unsafeBuffer, 0, CompletionEntryDecoder.BLOCK_LENGTH, CompletionEntryDecoder.SCHEMA_VERSION);
        int status = fields.statusAndPhase();
        VarHandle.acquireFence();
        return (status & 1) != 0 ? fields.commandId() + fields.dword0() + fields.dword1() + (status >>> 1) : -1;
    }
}
