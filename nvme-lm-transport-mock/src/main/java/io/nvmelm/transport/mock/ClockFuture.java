package io.nvmelm.transport.mock;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A future of something that happens in virtual time. Whoever waits for it, or for a stage made from it, moves the
/// clock; so code that blocks runs on a single thread, and runs the same way each time. Is its own delivery: the device
/// sets the outcome under the lock of the world, [#run()] publishes it without.
///
/// With several threads, one may have run the event and not yet published what came of it, nor run the stages that
/// depend on it. Another one that waits for these waits for that thread then: moving the clock would let time pass that
/// need not.
final class ClockFuture<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {
    private static final long NOBODY = -1;

    private final VirtualClock clock;
    private final @Nullable ClockFuture<?> origin;
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean delivered;
    private volatile boolean published;
    private volatile long publisherId = NOBODY;

    ClockFuture(VirtualClock clock) {
        this(clock, null);
    }

    private ClockFuture(VirtualClock clock, @Nullable ClockFuture<?> origin) {
        this.clock = clock;
        this.origin = origin;
    }

    /// Sets the outcome and has it published after the event. Only under the lock.
    void deliver(T outcome) {
        value = outcome;
        delivered = true;
        clock.callBack(this);
    }

    /// Sets the failure and has it published after the event. Only under the lock.
    void deliverFailure(Throwable outcome) {
        failure = outcome;
        delivered = true;
        clock.callBack(this);
    }

    @Override
    @SuppressWarnings("NullAway") // the value was set by whoever had this delivered; T may be nullable
    public void run() {
        publisherId = Thread.currentThread().threadId();
        var failed = failure;
        if (failed != null) {
            completeExceptionally(failed);
        } else {
            complete(value);
        }
        published = true;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ClockFuture<>(clock, this);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        moveClock(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public T join() {
        moveClock(Long.MAX_VALUE);
        return super.join();
    }

    /// Waits in virtual time: moves the clock by at most the given time.
    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long now = clock.nanoTime();
        long nanos = Math.max(0, unit.toNanos(timeout));
        long deadline = now > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : now + nanos;
        moveClock(deadline);
        if (!isDone()) {
            clock.runUntil(deadline);
        }
        return super.get(0, TimeUnit.NANOSECONDS);
    }

    private void moveClock(long deadlineNanos) {
        while (!isDone()) {
            var pending = unpublished();
            if (pending == null) {
                if (!clock.runNextUnless(() -> isDone() || unpublished() != null, deadlineNanos)) {
                    return;
                }
            } else if (pending.publisherId == NOBODY) {
                clock.runCallbacks();
            } else {
                clock.awaitCallback(() -> pending.published);
            }
        }
    }

    /// {@return this or what this was made from, if its outcome is set and is yet to be published, or is being
    /// published by another thread; null otherwise}
    private @Nullable ClockFuture<?> unpublished() {
        long here = Thread.currentThread().threadId();
        for (ClockFuture<?> future = this; future != null; future = future.origin) {
            if (future.delivered && !future.published && future.publisherId != here) {
                return future;
            }
        }
        return null;
    }
}
