package io.nvmelm.benchmarks.migration;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationReport;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/// A whole migration by a sender and a receiver, each in a thread of its own, over a connection that costs next to nothing
/// ([SpinningConnection]): negotiation, preflight, switchover. One operation is one migration; the sides change their roles in between.
///
/// The results to look at are distributions, published by [DistributionProfiler]. `blackout` is the time from before the guest is paused
/// at the source until it is resumed at the destination, so with three messages that wait for each other in between (the state, that it
/// was loaded, the right to run). `overhead` is the same without the time in which a message was there and the thread that waited for it
/// had not noticed: with [Kind#INSTANT], it is what the library takes. [BlackoutBenchmark] has the same without the protocol.
///
/// Both threads may wait at the same time, and then what is subtracted can be more than the blackout. Such an overhead is recorded as 0,
/// and by how much it was below in `overheadBelowZero`, whose count tells how often that was; there is no such result where it never was.
///
/// The baseline [#exchange()] has no library: the same two threads exchange three messages of the same sizes over the same connection and
/// record both distributions in the same way. What it takes is the share of the threads, of the clock and of who else uses the machine:
/// no protocol with three messages can take less. Two threads that wait for each other without sleep need two cores of their own. On a
/// busy machine a thread is also interrupted while it works, which is in `overhead` and shows in that of the baseline as well.
///
/// The library is compiled after some ten thousand migrations, which precede what is measured.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WholeMigrationBenchmark {
    /// A record without payload, as are those that say that the state was loaded and give the right to run.
    private static final int EMPTY_RECORD_BYTES = 24;
    /// What surrounds a state: its record's header, the record of its end and that of the whole.
    private static final int STATE_FRAMING_BYTES = 24 + (24 + 8) + (24 + 20);
    private static final int WARM_UP_MIGRATIONS = 10_000;

    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// I/O queues of each kind.
    @Param({"64"}) public int queuePairs;

    private final ExecutorService threads = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final Distribution overheads = Distribution.ofNanos("overhead");
    private final Distribution clamped = Distribution.ofNanos("overheadBelowZero");
    /// One for all migrations: to make one costs more than a migration.
    private final SpinningConnection connection = new SpinningConnection();
    private final MigrationChannel sourceEnd = connection.source();
    private final MigrationChannel destinationEnd = connection.destination();
    private MovingController controller;
    private ByteBuffer sent;
    private ByteBuffer received;
    private long pausedNanos;
    private long pausedHandOverNanos;
    private volatile long blackoutNanos;
    private volatile long overheadNanos;

    /// Makes the hosts, and the library warm.
    ///
    /// @param benchmark what is measured
    @Setup
    public void prepare(BenchmarkParams benchmark) throws ExecutionException, InterruptedException {
        prepare();
        if (benchmark.getBenchmark().endsWith(".migrate")) {
            for (int i = 0; i < WARM_UP_MIGRATIONS; i++) {
                before();
                migrate();
                behind();
            }
        }
    }

    /// Makes the hosts.
    void prepare() {
        controller = new MovingController(Setting.of(device, queuePairs));
        int stateBytes = Math.toIntExact(controller.state().byteSize()) + STATE_FRAMING_BYTES;
        sent = ByteBuffer.allocateDirect(stateBytes);
        received = ByteBuffer.allocateDirect(stateBytes);
    }

    /// Closes the hosts.
    @TearDown
    public void close() {
        threads.shutdown();
        controller.close();
    }

    /// Makes the destination one to which nothing was migrated.
    @Setup(Level.Invocation)
    public void before() {
        controller.resetDestination();
    }

    /// Lets the sides change their roles.
    @TearDown(Level.Invocation)
    public void behind() {
        controller.settle();
    }

    /// By the library.
    @Benchmark
    @ComparedWith("exchange")
    public MigrationReport migrate() throws ExecutionException, InterruptedException {
        var receiver = new MigrationReceiver(List.of(controller.destination()), destinationEnd)
                .guest(new GuestControl() {
                    @Override
                    public void pause() {}

                    @Override
                    public void resume() {
                        resumed();
                    }
                });
        var received = threads.submit(receiver::run);
        var report = new MigrationSender(List.of(controller.source()), sourceEnd)
                .guest(new GuestControl() {
                    @Override
                    public void pause() {
                        paused();
                    }

                    @Override
                    public void resume() {}
                })
                .run()
                .throwIfFailed();
        received.get().throwIfFailed();
        record();
        return report;
    }

    /// The bare exchange of the messages of a blackout.
    @Benchmark
    public long exchange() throws ExecutionException, InterruptedException, IOException {
        var answered = threads.submit(this::answer);
        send(sourceEnd, sent, EMPTY_RECORD_BYTES);
        take(sourceEnd, sent, EMPTY_RECORD_BYTES);
        paused();
        send(sourceEnd, sent, sent.capacity());
        take(sourceEnd, sent, EMPTY_RECORD_BYTES);
        send(sourceEnd, sent, EMPTY_RECORD_BYTES);
        take(sourceEnd, sent, EMPTY_RECORD_BYTES);
        answered.get();
        record();
        return blackoutNanos;
    }

    private Void answer() throws IOException {
        take(destinationEnd, received, EMPTY_RECORD_BYTES);
        send(destinationEnd, received, EMPTY_RECORD_BYTES);
        take(destinationEnd, received, received.capacity());
        send(destinationEnd, received, EMPTY_RECORD_BYTES);
        take(destinationEnd, received, EMPTY_RECORD_BYTES);
        resumed();
        send(destinationEnd, received, EMPTY_RECORD_BYTES);
        return null;
    }

    private static void send(MigrationChannel end, ByteBuffer bytes, int count) throws IOException {
        bytes.clear().limit(count);
        while (bytes.hasRemaining()) {
            end.write(bytes, Long.MAX_VALUE);
        }
    }

    private static void take(MigrationChannel end, ByteBuffer bytes, int count) throws IOException {
        bytes.clear().limit(count);
        while (bytes.hasRemaining()) {
            if (end.read(bytes, Long.MAX_VALUE) < 0) {
                throw new EOFException("the other end was closed");
            }
        }
    }

    private void paused() {
        pausedHandOverNanos = connection.handOverNanos();
        pausedNanos = System.nanoTime();
    }

    private void resumed() {
        blackoutNanos = System.nanoTime() - pausedNanos;
        overheadNanos = blackoutNanos - (connection.handOverNanos() - pausedHandOverNanos);
    }

    private void record() {
        blackouts.record(blackoutNanos);
        if (overheadNanos < 0) {
            clamped.record(-overheadNanos);
        }
        overheads.record(Math.max(0, overheadNanos));
    }
}
