package io.nvmelm.benchmarks.dirty;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.controller.FilledMemoryReport;
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

/// Descriptors of a Track Receive report on their way into the bitmap of the caller, for a guest of 64 GiB. One operation is one
/// descriptor. A report names pages of all the memory, whichever range the caller asks for, and is gone from the controller once it was
/// taken. So pages that are asked for go into the bitmap at once, and others are kept until they are asked for: `fill` asks for all the
/// memory, `fillInHalves` for one half and then for the other, which was kept (all pages of `STRIDE`, half of the others).
///
/// The baselines are the loops that one writes by hand, with an array of words as the bitmap: single pages bit by bit, runs by filling
/// words. What is kept, they keep in an array that has a bit for each page of the guest. They leave out the checks of what the controller
/// says, memory that is not tracked, and the bound on memory.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DirtyBitmapBenchmark {
    /// What fits into 256 KiB.
    private static final int DESCRIPTORS = 16_383;
    private static final long MEMORY_BYTES = 64L << 30;

    /// Where the written pages are.
    @Param({"STRIDE", "RANDOM", "RUNS"}) public FilledMemoryReport.Pages pages;

    private FilledMemoryReport report;

    /// Fills the report.
    @Setup
    public void prepare() {
        report = new FilledMemoryReport(DESCRIPTORS, MEMORY_BYTES, pages);
    }

    /// Gives its memory back.
    @TearDown
    public void close() {
        report.close();
    }

    /// By the library, asked for all the memory.
    @Benchmark
    @ComparedWith("setBits")
    @OperationsPerInvocation(DESCRIPTORS)
    public void fill() {
        report.fill();
    }

    /// The baseline of [#fill()].
    @Benchmark
    @OperationsPerInvocation(DESCRIPTORS)
    public void setBits() {
        report.setBits();
    }

    /// By the library, asked for one half of the memory after the other.
    @Benchmark
    @ComparedWith("setBitsInHalves")
    @OperationsPerInvocation(DESCRIPTORS)
    public void fillInHalves() {
        report.fillInHalves();
    }

    /// The baseline of [#fillInHalves()].
    @Benchmark
    @OperationsPerInvocation(DESCRIPTORS)
    public void setBitsInHalves() {
        report.setBitsInHalves();
    }
}
