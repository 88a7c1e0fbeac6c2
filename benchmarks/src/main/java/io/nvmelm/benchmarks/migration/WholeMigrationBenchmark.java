package io.nvmelm.benchmarks.migration;

import io.nvmelm.MigrationReport;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.benchmarks.report.ComparedWith;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A whole migration where devices take no time, as [WholeMigrationComparison] says. [BlackoutBenchmark] has the same without the
/// protocol, [WholeMigrationLatencyBenchmark] devices that take time.
///
/// The library's `blackout` has three messages in it that wait for each other (the state, that it was loaded, the right to run), where
/// that of the driver's sequence has one. The distribution `overhead` is the same without the time in which a message was there and the
/// thread that waited for it had not noticed: with [Kind#INSTANT], it is what the library takes.
///
/// Both threads may wait at the same time, and then what is subtracted can be more than the blackout. Such an overhead is recorded as 0,
/// and by how much it was below in `overheadBelowZero`, whose count tells how often that was; there is no such result where it never was.
///
/// [#exchange()], the baseline of the baseline, has neither library nor devices: the same two threads exchange three messages of the same
/// sizes as the library's over the same connection and record all of it in the same way. What it takes is the share of the threads, of the
/// clock and of who else uses the machine: no protocol with three messages can take less. On a busy machine a thread is also interrupted
/// while it works, which is in `overhead` and shows in that of the baselines as well.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class WholeMigrationBenchmark extends WholeMigrationComparison {
    /// A record without payload, as are those that say that the state was loaded and give the right to run.
    private static final int EMPTY_RECORD_BYTES = 24;
    /// What surrounds a state: its record's header, the record of its end and that of the whole.
    private static final int STATE_FRAMING_BYTES = 24 + (24 + 8) + (24 + 20);

    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// I/O queues of each kind.
    @Param({"64"}) public int queuePairs;

    private final Distribution overheads = Distribution.ofNanos("overhead");
    private final Distribution clamped = Distribution.ofNanos("overheadBelowZero");
    private ByteBuffer sent;
    private ByteBuffer received;

    @Override
    Setting setting() {
        return Setting.of(device, queuePairs);
    }

    @Override
    void makeHosts(Setting setting, boolean serially) {
        super.makeHosts(setting, serially);
        int stateBytes = Math.toIntExact(controller().state().byteSize()) + STATE_FRAMING_BYTES;
        sent = ByteBuffer.allocateDirect(stateBytes);
        received = ByteBuffer.allocateDirect(stateBytes);
    }

    /// By the library.
    @Benchmark
    @ComparedWith("serial")
    public MigrationReport migrate() throws ExecutionException, InterruptedException {
        return move();
    }

    /// The baseline: the driver's sequence.
    @Benchmark
    @ComparedWith("exchange")
    public long serial() throws ExecutionException, InterruptedException, IOException {
        return moveSerially();
    }

    /// The bare exchange of the messages of the library's blackout.
    @Benchmark
    public long exchange() throws ExecutionException, InterruptedException, IOException {
        var answered = destinationThread().submit(this::answer);
        var end = sourceEnd();
        send(end, sent.clear().limit(EMPTY_RECORD_BYTES));
        takeAll(end, sent.clear().limit(EMPTY_RECORD_BYTES));
        paused();
        send(end, sent.clear());
        takeAll(end, sent.clear().limit(EMPTY_RECORD_BYTES));
        send(end, sent.clear().limit(EMPTY_RECORD_BYTES));
        takeAll(end, sent.clear().limit(EMPTY_RECORD_BYTES));
        answered.get();
        return record();
    }

    private Void answer() throws IOException {
        var end = destinationEnd();
        takeAll(end, received.clear().limit(EMPTY_RECORD_BYTES));
        send(end, received.clear().limit(EMPTY_RECORD_BYTES));
        takeAll(end, received.clear());
        send(end, received.clear().limit(EMPTY_RECORD_BYTES));
        takeAll(end, received.clear().limit(EMPTY_RECORD_BYTES));
        resumed();
        send(end, received.clear().limit(EMPTY_RECORD_BYTES));
        return null;
    }

    @Override
    void recordOthers(long nanos, long handOverNanos) {
        long overhead = nanos - handOverNanos;
        if (overhead < 0) {
            clamped.record(-overhead);
        }
        overheads.record(Math.max(0, overhead));
    }
}
