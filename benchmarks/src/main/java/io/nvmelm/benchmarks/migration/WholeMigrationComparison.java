package io.nvmelm.benchmarks.migration;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationReport;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/// A whole migration by two threads, one for each side, over a connection that costs next to nothing ([SpinningConnection]), and the
/// baseline of the same shape. One operation is one migration; the sides change their roles in between, outside of what is measured.
///
/// - By a sender and a receiver of the library: negotiation, preflight, switchover.
/// - By [SerialMigration], the sequence of the 2025 driver, and the least of a protocol around it, without any check: the destination is
///   asked to get ready and answers; in the blackout the source reads the whole state, then sends its length and the state, as does who
///   reads the driver's file to its end; the destination takes all of it before it sends the first piece to its device, resumes, and
///   answers.
///
/// The results to look at are distributions, published by [DistributionProfiler] and recorded in the same way for both. `blackout` is the
/// time from before the guest is paused at the source until it is resumed at the destination. `commands` are those that both controlling
/// controllers were sent in it.
///
/// The code is compiled after some ten thousand migrations, which precede what is measured. Two threads that wait for each other without
/// sleep need two cores of their own.
@State(Scope.Thread)
public abstract class WholeMigrationComparison {
    private static final int WARM_UP_MIGRATIONS = 10_000;

    private final ExecutorService threads = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final Distribution commands = Distribution.ofCounts("commands");
    /// One for all migrations: to make one costs more than a migration.
    private final SpinningConnection connection = new SpinningConnection();
    private final MigrationChannel sourceEnd = connection.source();
    private final MigrationChannel destinationEnd = connection.destination();
    private final ByteBuffer sourceNumber = ByteBuffer.allocateDirect(Long.BYTES);
    private final ByteBuffer destinationNumber = ByteBuffer.allocateDirect(Long.BYTES);
    private MovingController controller;
    private SerialMigration serial;
    private boolean isSerial;
    private long pausedCommands;
    private long pausedHandOverNanos;
    private long pausedNanos;
    private long blackoutCommands;
    private long blackoutHandOverNanos;
    private long blackoutNanos;

    /// For the benchmarks that say what is moved.
    WholeMigrationComparison() {}

    /// What is moved, and between which hosts. Asked for when parameters are set.
    abstract Setting setting();

    /// What is moved to make the code warm.
    Setting warmUpSetting() {
        return setting();
    }

    /// Makes the hosts, and the code warm.
    ///
    /// @param benchmark what is measured
    @Setup
    public void prepare(BenchmarkParams benchmark) throws ExecutionException, InterruptedException, IOException {
        boolean serially = benchmark.getBenchmark().endsWith(".serial");
        if (serially || benchmark.getBenchmark().endsWith(".migrate")) {
            makeHosts(warmUpSetting(), serially);
            for (int i = 0; i < WARM_UP_MIGRATIONS; i++) {
                before();
                if (serially) {
                    moveSerially();
                } else {
                    move();
                }
                behind();
            }
            controller.close();
        }
        makeHosts(setting(), serially);
    }

    /// Makes the hosts.
    ///
    /// @param serially whether [SerialMigration] is to move the controller
    void makeHosts(Setting setting, boolean serially) {
        controller = new MovingController(setting);
        isSerial = serially;
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
        if (isSerial) {
            serial = controller.resetSerial();
        } else {
            controller.resetDestination();
        }
    }

    /// Lets the sides change their roles.
    @TearDown(Level.Invocation)
    public void behind() {
        if (isSerial) {
            controller.settleSerial();
        } else {
            controller.settle();
        }
    }

    /// {@return the controller that moves}
    MovingController controller() {
        return controller;
    }

    /// {@return the thread of the destination}
    ExecutorService destinationThread() {
        return threads;
    }

    /// {@return the source's end of the connection}
    MigrationChannel sourceEnd() {
        return sourceEnd;
    }

    /// {@return the destination's end of the connection}
    MigrationChannel destinationEnd() {
        return destinationEnd;
    }

    /// A migration by the library.
    MigrationReport move() throws ExecutionException, InterruptedException {
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

    /// A migration by the driver's sequence.
    ///
    /// @return bytes of the state
    long moveSerially() throws ExecutionException, InterruptedException, IOException {
        var taken = threads.submit(this::takeSerially);
        try {
            send(sourceEnd, sourceNumber, 0);
            take(sourceEnd, sourceNumber);
            paused();
            var state = serial.save();
            send(sourceEnd, sourceNumber, state.byteSize());
            send(sourceEnd, state.asByteBuffer());
            take(sourceEnd, sourceNumber);
        } catch (EOFException e) {
            // Says why the other end was closed.
            taken.get();
            throw e;
        }
        long bytes = taken.get();
        record();
        return bytes;
    }

    private long takeSerially() throws IOException {
        try {
            take(destinationEnd, destinationNumber);
            serial.prepare();
            send(destinationEnd, destinationNumber, 0);
            var state = MemorySegment.ofArray(new byte[Math.toIntExact(take(destinationEnd, destinationNumber))]);
            takeAll(destinationEnd, state.asByteBuffer());
            serial.load(state);
            resumed();
            send(destinationEnd, destinationNumber, 0);
            return state.byteSize();
        } catch (Throwable e) {
            destinationEnd.close();
            throw e;
        }
    }

    private static void send(MigrationChannel end, ByteBuffer number, long value) throws IOException {
        send(end, number.clear().putLong(0, value));
    }

    private static long take(MigrationChannel end, ByteBuffer number) throws IOException {
        takeAll(end, number.clear());
        return number.getLong(0);
    }

    /// Sends what remains in a buffer.
    static void send(MigrationChannel end, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            end.write(bytes, Long.MAX_VALUE);
        }
    }

    /// Fills what remains of a buffer.
    static void takeAll(MigrationChannel end, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (end.read(bytes, Long.MAX_VALUE) < 0) {
                throw new EOFException("the other end was closed");
            }
        }
    }

    /// The blackout begins. Called by the source's thread.
    final void paused() {
        pausedCommands = controller.commands();
        pausedHandOverNanos = connection.handOverNanos();
        pausedNanos = System.nanoTime();
    }

    /// The blackout ends. Called by the destination's thread, while the source's waits for its answer.
    final void resumed() {
        blackoutNanos = System.nanoTime() - pausedNanos;
        blackoutHandOverNanos = connection.handOverNanos() - pausedHandOverNanos;
        blackoutCommands = controller.commands() - pausedCommands;
    }

    /// Records the blackout, once the destination's thread has ended.
    ///
    /// @return how long it was
    final long record() {
        blackouts.record(blackoutNanos);
        commands.record(blackoutCommands);
        recordOthers(blackoutNanos, blackoutHandOverNanos);
        return blackoutNanos;
    }

    /// Records what else there is to say of a blackout.
    ///
    /// @param nanos         how long it was
    /// @param handOverNanos how long a message of it was there and the thread that waited for it had not noticed
    void recordOthers(long nanos, long handOverNanos) {}
}
