package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.CCompiler;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.benchmarks.report.NeedsCCompiler;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.core.codec.PolledCompletion;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
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

/// What do the codecs cost beside C? One operation is one entry, of 1 024 that a loop goes through: in C one call does
/// all of them, so that the call hardly counts.
///
/// The baselines are the two functions of `codec_loops.c`; they check no bounds. Without a compiler on the path their setup
/// fails and says so, and there are numbers of Java only.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class NativeLoopBenchmark {
    /// Entries in a loop.
    static final int ENTRIES = 1024;
    /// Bytes that each of the commands reads.
    static final long PIECE_BYTES = 128 << 10;

    private final PolledCompletion completion = new PolledCompletion();
    // No constants: the compiler of Java would take the arithmetic of the commands out of the loop, that of C cannot.
    private int controllerId = 7;
    private int versionIndex = 1;
    private long pieceBytes = PIECE_BYTES;
    private MemorySegment submissions;
    private MemorySegment completions;

    /// The loops in C, which only the baselines ask for.
    @SuppressWarnings("restricted") // a library that was just compiled is called
    @State(Scope.Thread)
    public static class LoopsInC {
        private MethodHandle encode;
        private MethodHandle decode;

        /// Compiles them.
        @Setup
        public void compile() throws InterruptedException {
            var loops = CCompiler.load("codec_loops.c");
            var linker = Linker.nativeLinker();
            encode = linker.downcallHandle(
                    loops.findOrThrow("encode_get_controller_state"),
                    FunctionDescriptor.ofVoid(
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_SHORT,
                            ValueLayout.JAVA_BYTE,
                            ValueLayout.JAVA_LONG));
            decode = linker.downcallHandle(
                    loops.findOrThrow("decode_completions"),
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        }
    }

    /// Makes entries.
    @Setup
    public void prepare() {
        var arena = Arena.ofAuto();
        submissions = arena.allocate((long) ENTRIES * SubmissionEntryView.BYTES, 64);
        completions = arena.allocate((long) ENTRIES * CompletionEntryView.BYTES, 64);
        var entry = new CompletionEntryView();
        for (int i = 0; i < ENTRIES; i++) {
            entry.wrap(completions, (long) i * CompletionEntryView.BYTES)
                    .dword0(i)
                    .commandId(i)
                    .statusAndPhaseRelease(i % 16 == 0 ? 0x13A : 0, true);
        }
    }

    /// Commands made and encoded by the codec.
    @Benchmark
    @ComparedWith("encodeInC")
    @OperationsPerInvocation(ENTRIES)
    public MemorySegment encodeByCodec() {
        for (int i = 0; i < ENTRIES; i++) {
            AdminCommandCodec.encode(
                    new GetControllerStateCommand(
                            controllerId, versionIndex, 0, 0, i * pieceBytes, 0, pieceBytes / 4),
                    submissions.asSlice((long) i * SubmissionEntryView.BYTES, SubmissionEntryView.BYTES));
        }
        return submissions;
    }

    /// The baseline: entries written in C.
    ///
    /// @param loops the loops
    @Benchmark
    @NeedsCCompiler
    @OperationsPerInvocation(ENTRIES)
    public MemorySegment encodeInC(LoopsInC loops) throws Throwable {
        loops.encode.invokeExact(submissions, (long) ENTRIES, (short) controllerId, (byte) versionIndex, pieceBytes);
        return submissions;
    }

    /// Completions polled, as the queues of the transports do.
    @Benchmark
    @ComparedWith("decodeInC")
    @OperationsPerInvocation(ENTRIES)
    public long decodePolled() {
        long sum = 0;
        for (int i = 0; i < ENTRIES; i++) {
            if (completion.poll(completions, (long) i * CompletionEntryView.BYTES, true)) {
                sum += completion.commandId() + completion.dword0() + completion.dword1() + completion.statusBits();
            }
        }
        return sum;
    }

    /// The baseline: completions read in C.
    ///
    /// @param loops the loops
    @Benchmark
    @NeedsCCompiler
    @OperationsPerInvocation(ENTRIES)
    public long decodeInC(LoopsInC loops) throws Throwable {
        return (long) loops.decode.invokeExact(completions, (long) ENTRIES);
    }
}
