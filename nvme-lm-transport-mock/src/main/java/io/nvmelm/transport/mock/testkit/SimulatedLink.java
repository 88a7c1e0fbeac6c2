package io.nvmelm.transport.mock.testkit;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationRole;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The connection of a migration in virtual time, with faults: what the two sides say arrives after a latency and at a bandwidth, or does
/// not.
///
/// ```java
/// var link = new SimulatedLink(clock).latency(Duration.ofMicros(50));
/// link.fromSource().breaksAt(1000);
/// var ends = link.run(
///         () -> new MigrationSender(List.of(source), link.source()).run(),
///         () -> new MigrationReceiver(List.of(destination), link.destination()).run());
/// ```
///
/// **Deterministic.** Each side has a thread, and exactly one of the two runs at any time: a side lets the other one run only while it
/// waits in its channel, or when it has ended. While both wait, virtual time moves to whatever comes first: bytes that arrive, the end of
/// a wait, an event of the clock. A side that waits for a device moves the clock alone, and the other one gets its turn later than it
/// should; a wait that ended meanwhile has ended, though. When both wait for what will never happen, or the
/// [time allowed][#timeLimit(Duration)] is over, [#run] fails and says where.
///
/// **A process ends** by [#endProcess(MigrationRole, boolean)]: its thread is unwound by a [ProcessEndedError], and so is whatever it tries
/// on its channel afterwards. What else a process does is refused where its embedder asks [#requireAlive(MigrationRole)].
///
/// A link is used for one connection. Thread-safe; the channels are too.
public final class SimulatedLink {
    private static final int DEFAULT_WINDOW_BYTES = 1 << 18;
    private static final Duration DEFAULT_TIME_LIMIT = Duration.ofDays(1);

    private final VirtualClock clock;
    private final Baton baton;
    private final SimulatedDirection fromSource;
    private final SimulatedDirection fromDestination;
    private final SimulatedEnd source;
    private final SimulatedEnd destination;
    private Duration latency = Duration.ZERO;
    private Duration timeLimit = DEFAULT_TIME_LIMIT;
    private long bytesPerSecond = Long.MAX_VALUE;
    private int windowBytes = DEFAULT_WINDOW_BYTES;
    private long brokenNanos = Long.MAX_VALUE;

    /// Connects two sides without latency and limits.
    ///
    /// @param clock the time that passes while both wait
    public SimulatedLink(VirtualClock clock) {
        this.clock = clock;
        this.baton = new Baton(clock);
        this.fromSource = new SimulatedDirection(this, baton);
        this.fromDestination = new SimulatedDirection(this, baton);
        this.source = new SimulatedEnd(this, baton, MigrationRole.SOURCE, fromDestination, fromSource);
        this.destination = new SimulatedEnd(this, baton, MigrationRole.DESTINATION, fromSource, fromDestination);
    }

    /// Sets how long a byte is under way.
    ///
    /// @param time zero or longer
    /// @return this
    /// @throws InvalidValueException when it is negative
    public SimulatedLink latency(Duration time) {
        if (time.isNegative()) {
            throw new InvalidValueException("latency", time.toString(), "zero or longer");
        }
        latency = time;
        return this;
    }

    /// Sets how many bytes a direction carries in a second.
    ///
    /// @param rate 1 or more
    /// @return this
    /// @throws InvalidValueException when it is less
    public SimulatedLink bandwidth(long rate) {
        bytesPerSecond = atLeastOne("bandwidth", rate);
        return this;
    }

    /// Sets how many bytes a direction takes that were not read yet; more wait in their write.
    ///
    /// @param bytes 1 or more, 256 KiB by default
    /// @return this
    /// @throws InvalidValueException when it is less
    public SimulatedLink window(int bytes) {
        windowBytes = (int) atLeastOne("window", bytes);
        return this;
    }

    /// Sets how much virtual time [#run] may take, a day by default.
    ///
    /// @param time longer than zero
    /// @return this
    /// @throws InvalidValueException when it is not
    public SimulatedLink timeLimit(Duration time) {
        atLeastOne("timeLimit", time.isNegative() ? 0 : time.toNanos());
        timeLimit = time;
        return this;
    }

    private static long atLeastOne(String field, long value) {
        if (value < 1) {
            throw new InvalidValueException(field, Long.toString(value), "1 or more");
        }
        return value;
    }

    /// {@return the channel of the source}
    public MigrationChannel source() {
        return source;
    }

    /// {@return the channel of the destination}
    public MigrationChannel destination() {
        return destination;
    }

    /// {@return the direction from source to destination, to put faults into}
    public SimulatedDirection fromSource() {
        return fromSource;
    }

    /// {@return the direction from destination to source, to put faults into}
    public SimulatedDirection fromDestination() {
        return fromDestination;
    }

    /// Breaks the connection now: both ends read what has arrived, and then fail.
    public void breakNow() {
        baton.lock.lock();
        try {
            breakAt(clock.nanoTime());
        } finally {
            baton.lock.unlock();
        }
    }

    /// Ends the process of a side. Called by that side's own thread, it does not return.
    ///
    /// @param role        which side
    /// @param peerNotices whether the connection is closed with it, behind what was written; otherwise the other side hears nothing more
    /// @throws ProcessEndedError on the thread of that side
    public void endProcess(MigrationRole role, boolean peerNotices) {
        baton.lock.lock();
        try {
            end(role).processEnds();
            if (peerNotices) {
                end(role).close();
            }
            if (baton.isCaller(role)) {
                throw new ProcessEndedError(role);
            }
        } finally {
            baton.lock.unlock();
        }
    }

    /// {@return whether the process of a side has ended}
    ///
    /// @param role which side
    public boolean hasProcessEnded(MigrationRole role) {
        baton.lock.lock();
        try {
            return end(role).hasProcessEnded();
        } finally {
            baton.lock.unlock();
        }
    }

    /// Refuses what a process does after its end.
    ///
    /// @param role which side
    /// @throws ProcessEndedError when its process has ended
    public void requireAlive(MigrationRole role) {
        if (hasProcessEnded(role)) {
            throw new ProcessEndedError(role);
        }
    }

    /// How a side came to its end.
    ///
    /// @param value   what it returned; null when it threw
    /// @param failure what it threw, or null
    /// @param <T>     type of what it returns
    public record Ending<T>(@Nullable T value, @Nullable Throwable failure) {

        /// {@return what it returned}
        ///
        /// @throws AssertionError when it threw
        public T get() {
            if (value == null) {
                throw new AssertionError("This side returned nothing but " + failure, failure);
            }
            return value;
        }
    }

    /// How both sides came to their ends.
    ///
    /// @param source      the source's
    /// @param destination the destination's
    /// @param <S>         type of what the source returns
    /// @param <D>         type of what the destination returns
    public record Endings<S, D>(Ending<S> source, Ending<D> destination) {}

    /// Runs both sides to their ends, on two threads that end with them. Blocks.
    ///
    /// @param sourceBody      what the source does
    /// @param destinationBody what the destination does
    /// @param <S>             type of what the source returns
    /// @param <D>             type of what the destination returns
    /// @return what they returned or threw
    /// @throws AssertionError when they wait for what will never happen, or the time allowed is over; with the stack of each
    public <S, D> Endings<S, D> run(Callable<S> sourceBody, Callable<D> destinationBody) {
        return run(sourceBody, destinationBody, body -> Thread.ofPlatform().daemon().name("simulated side").start(
                body));
    }

    /// Runs both sides to their ends, on two threads of an executor. Blocks.
    ///
    /// @param sourceBody      what the source does
    /// @param destinationBody what the destination does
    /// @param executor        runs two tasks at the same time
    /// @param <S>             type of what the source returns
    /// @param <D>             type of what the destination returns
    /// @return what they returned or threw
    /// @throws AssertionError when they wait for what will never happen, or the time allowed is over; with the stack of each
    public <S, D> Endings<S, D> run(Callable<S> sourceBody, Callable<D> destinationBody, Executor executor) {
        var first = new Body<>(MigrationRole.SOURCE, sourceBody);
        var second = new Body<>(MigrationRole.DESTINATION, destinationBody);
        baton.lock.lock();
        try {
            baton.reset(timeLimit);
        } finally {
            baton.lock.unlock();
        }
        executor.execute(first);
        executor.execute(second);
        var endings = new Endings<>(first.join(), second.join());
        baton.requireNotStuck();
        return endings;
    }

    /// What one side does.
    private final class Body<T> implements Runnable {
        private final MigrationRole role;
        private final Callable<T> callable;
        private final CountDownLatch ended = new CountDownLatch(1);
        private @Nullable T value;
        private @Nullable Throwable failure;

        Body(MigrationRole role, Callable<T> callable) {
            this.role = role;
            this.callable = callable;
        }

        @Override
        public void run() {
            try {
                baton.begin(role);
                value = callable.call();
            } catch (Exception | Error e) {
                failure = e;
            } finally {
                baton.end(role);
                ended.countDown();
            }
        }

        Ending<T> join() {
            boolean interrupted = false;
            while (true) {
                try {
                    ended.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return new Ending<>(value, failure);
        }
    }

    // What follows is called by the parts of the link, under the lock.

    VirtualClock clock() {
        return clock;
    }

    Duration latency() {
        return latency;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    int windowBytes() {
        return windowBytes;
    }

    long brokenNanos() {
        return brokenNanos;
    }

    void breakAt(long moment) {
        brokenNanos = Math.min(brokenNanos, moment);
    }

    SimulatedEnd end(MigrationRole role) {
        return role == MigrationRole.SOURCE ? source : destination;
    }
}
