package io.nvmelm.benchmarks.own;

import io.nvmelm.nvme.GetControllerStateCommand;
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

/// How fast is a codec of somebody else? The baseline is the codec of the library, which is a value of the same parameter:
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="OwnCodec -p codec=nvme-lm,mine" -Dbench.classpath=mine.jar
/// ```
///
/// One operation encodes a command, decodes a completion, goes through a state, or builds a state. A codec that gets one of these wrong
/// is not measured.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class OwnCodecBenchmark {
    /// Name of a codec, or of its class.
    @Param("nvme-lm") public String codec;

    private CodecUnderTest subject;
    private GetControllerStateCommand[] commands;
    private int turn;
    private MemorySegment entry;
    private MemorySegment completion;

    /// Finds the codec and checks it.
    @Setup
    public void prepare() {
        subject = Services.codec(codec);
        CodecCheck.check(subject, 1, CodecCheck.expectedState(1));
        commands = CodecCheck.commands();
        entry = Arena.ofAuto().allocate(64, 64);
        completion = CodecCheck.completion();
    }

    /// A state, which encoding a command has nothing to do with.
    @State(Scope.Thread)
    public static class Queues {
        /// Queues of each kind.
        @Param({"64", "4096"}) public int queuePairs;

        private MemorySegment state;
        private MemorySegment target;

        /// Makes the state and checks the codec by it.
        ///
        /// @param benchmark has the codec
        @Setup
        public void prepare(OwnCodecBenchmark benchmark) {
            state = CodecCheck.expectedState(queuePairs);
            CodecCheck.check(benchmark.subject, queuePairs, state);
            target = Arena.ofAuto().allocate(state.byteSize(), 4096);
        }
    }

    /// A command into a submission entry, one of several in turn.
    @Benchmark
    public MemorySegment encode() {
        subject.encode(commands[turn], entry);
        turn = turn + 1 & commands.length - 1;
        return entry;
    }

    /// A completion queue entry that was posted.
    @Benchmark
    public long decode() {
        return subject.decode(completion, true);
    }

    /// Through all queues.
    ///
    /// @param queues the state
    @Benchmark
    public long walk(Queues queues) {
        return subject.walk(queues.state);
    }

    /// A whole state.
    ///
    /// @param queues how many, and the memory
    @Benchmark
    public MemorySegment build(Queues queues) {
        subject.build(queues.queuePairs, queues.target);
        return queues.target;
    }
}
