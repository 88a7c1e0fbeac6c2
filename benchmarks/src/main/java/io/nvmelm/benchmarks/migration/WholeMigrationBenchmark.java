package io.nvmelm.benchmarks.migration;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationReport;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
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

/// A whole migration by a sender and a receiver, each in a thread of its own, over a connection that costs next to nothing
/// ([SpinningConnection]): negotiation, preflight, switchover. One operation is one migration; the sides change their roles in between.
///
/// The results to look at are distributions, published by [DistributionProfiler]. `blackout` is the time from before the guest is paused
/// at the source until it is resumed at the destination, so with three messages that wait for each other in between (the state, that it
/// was loaded, the right to run). `overhead` is the same without the time in which a message was there and the thread that waited for it
/// had not noticed: with [Kind#INSTANT], it is what the library takes. [BlackoutBenchmark] has the same without the protocol, and the
/// baseline.
///
/// Two threads that wait for each other without sleep need two cores of their own: on a busy machine the upper percentiles are
/// those of the scheduler.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WholeMigrationBenchmark {
    /// What the hosts are made of.
    @Param({"INSTANT", "IN_MEMORY"}) public Kind device;

    /// I/O queues of each kind.
    @Param({"64"}) public int queuePairs;

    private final ExecutorService threads = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final Distribution overheads = Distribution.ofNanos("overhead");
    private MovingController controller;
    private long pausedNanos;
    private long pausedHandOverNanos;
    private volatile long blackoutNanos;
    private volatile long overheadNanos;

    /// Makes the hosts.
    @Setup
    public void prepare() {
        controller = new MovingController(Setting.of(device, queuePairs));
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
    public MigrationReport migrate() throws ExecutionException, InterruptedException {
        var connection = new SpinningConnection();
        var receiver = new MigrationReceiver(List.of(controller.destination()), connection.destination())
                .guest(new GuestControl() {
                    @Override
                    public void pause() {}

                    @Override
                    public void resume() {
                        blackoutNanos = System.nanoTime() - pausedNanos;
                        overheadNanos = blackoutNanos - (connection.handOverNanos() - pausedHandOverNanos);
                    }
                });
        var received = threads.submit(receiver::run);
        var report = new MigrationSender(List.of(controller.source()), connection.source())
                .guest(new GuestControl() {
                    @Override
                    public void pause() {
                        pausedHandOverNanos = connection.handOverNanos();
                        pausedNanos = System.nanoTime();
                    }

                    @Override
                    public void resume() {}
                })
                .run()
                .throwIfFailed();
        received.get().throwIfFailed();
        blackouts.record(blackoutNanos);
        overheads.record(Math.max(0, overheadNanos));
        return report;
    }
}
