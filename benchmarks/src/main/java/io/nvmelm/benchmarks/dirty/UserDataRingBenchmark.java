package io.nvmelm.benchmarks.dirty;

import io.nvmelm.core.controller.FilledUserDataRing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Entries of a user data migration queue on their way from ring memory into merged ranges. One operation is one entry, of 8 blocks of
/// 512 bytes. A ring of 4096 slots stays in the cache, one of 1 Mi slots (32 MiB) does not. The sets are kept from pass to pass, so
/// this is the middle of a long round, in which the memory for the blocks is there.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class UserDataRingBenchmark {
    private static final int BATCH = 4096;

    /// Slots of the ring.
    @Param({"4096", "1048576"}) public int slots;

    /// How the writes are spread.
    @Param({"SEQUENTIAL", "RANDOM_1_GIB", "RANDOM_1_TIB"}) public FilledUserDataRing.Writes writes;

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
    @OperationsPerInvocation(BATCH)
    public long consume() {
        return ring.consume();
    }

    /// The baseline: entries, merged into ranges in a [java.util.TreeMap].
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int treeMap() {
        return ring.merge();
    }

    /// The other baseline, which does without any result: entries, read in the same way, into a sum.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long walk() {
        return ring.walk();
    }
}
