package io.nvmelm.benchmarks.dirty;

import io.nvmelm.core.controller.FilledMemoryReport;
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

/// Descriptors of a Track Receive report on their way into the bitmap of the caller, for a guest of 64 GiB. One operation is one
/// descriptor. The library checks each descriptor and keeps what it names until it is asked for, since a report that was taken is gone
/// from the controller; the baseline sets the bits of an array of words at once.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
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

    /// By the library.
    @Benchmark
    @OperationsPerInvocation(DESCRIPTORS)
    public void fill() {
        report.fill();
    }

    /// The baseline.
    @Benchmark
    @OperationsPerInvocation(DESCRIPTORS)
    public void setBits() {
        report.setBits();
    }
}
