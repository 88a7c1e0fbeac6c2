package io.nvmelm.benchmarks.own;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// How fast is a codec of somebody else? The baseline is the codec of the library, which is a value of the same parameter:
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="OwnCodec -p codec=nvme-lm,mine" -Dbench.classpath=mine.jar
/// ```
///
/// One operation encodes a command, goes through a state, or builds a state. A codec that gets one of these wrong is not measured.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OwnCodecBenchmark {
    /// Name of a codec, or of its class.
    @Param("nvme-lm") public String codec;

    /// Queues of each kind.
    @Param({"64", "4096"}) public int queuePairs;

    private CodecUnderTest subject;
    private MemorySegment state;
    private MemorySegment target;
    private MemorySegment entry;

    /// Finds the codec and checks it.
    @Setup
    public void prepare() {
        subject = Services.codec(codec);
        state = CodecCheck.expectedState(queuePairs);
        CodecCheck.check(subject, queuePairs, state);
        target = Arena.ofAuto().allocate(state.byteSize(), 4096);
        entry = Arena.ofAuto().allocate(64, 64);
    }

    /// A command into a submission entry.
    @Benchmark
    public MemorySegment encode() {
        subject.encode(CodecCheck.COMMAND, entry);
        return entry;
    }

    /// Through all queues.
    @Benchmark
    public long walk() {
        return subject.walk(state);
    }

    /// A whole state.
    @Benchmark
    public MemorySegment build() {
        subject.build(queuePairs, target);
        return target;
    }
}
