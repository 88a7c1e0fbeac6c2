package io.nvmelm.benchmarks.dirty;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.controller.FilledUserDataRing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What merging the entries of a user data migration queue costs, from ring memory into what the caller takes. One operation is one
/// entry, of 8 blocks of 512 bytes. A pass through the ring is a round: the library's changes are taken before the next one, so that new
/// blocks, the memory for them and the merging of neighbours are measured; only with `REPEATS` they are kept, and every entry says what is
/// known. A ring of 65 536 slots (2 MiB) stays in the cache, one of 1 Mi slots (32 MiB) does not. Of 1 GiB, the first changes a quarter,
/// the other nearly all; over 1 TiB, both reach the library's bound of 64 MiB, from which on the sets get coarse.
///
/// The baseline is a [java.util.TreeMap] of ranges, a new one for each round. It leaves out the checks of what the controller says,
/// blocks that were deallocated, and the bound on memory. A second one sets the bits of an array that has one for every block, 256 KiB for
/// 1 GiB and 256 MiB for 1 TiB, and leaves out the same, and that an entry may cross a word. What reading costs without any result is `walk`.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class UserDataRingBenchmark {
    private static final int BATCH = 4096;

    /// Slots of the ring.
    @Param({"65536", "1048576"}) public int slots;

    /// How the writes are spread, and whether their changes are taken.
    @Param({"SEQUENTIAL", "RANDOM_1_GIB", "RANDOM_1_TIB", "REPEATS"}) public FilledUserDataRing.Writes writes;

    private FilledUserDataRing ring;

    /// Fills the ring.
    @Setup
    public void prepare() {
        ring = new FilledUserDataRing(slots, BATCH, writes);
    }

    /// Gives its memory back.
    @TearDown
    public void close() {
        ring.close();
    }

    /// Entries, into the sets.
    @Benchmark
    @ComparedWith("treeMap")
    @OperationsPerInvocation(BATCH)
    public long consume() {
        return ring.consume();
    }

    /// The baseline: entries, merged into ranges in a [java.util.TreeMap].
    @Benchmark
    @ComparedWith("walk")
    @OperationsPerInvocation(BATCH)
    public int treeMap() {
        return ring.merge();
    }

    /// The strongest baseline where a bit for every block is little memory: entries, into an array of longs.
    @Benchmark
    @ComparedWith("walk")
    @OperationsPerInvocation(BATCH)
    public int setBits() {
        return ring.setBits();
    }

    /// The other baseline, which does without any result: entries, read in the same way, into a sum.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long walk() {
        return ring.walk();
    }
}
