package io.nvmelm.transport.vfio.nvme;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A future of a command, or a stage made from one. There is no thread that looks for completions: whoever waits for it polls
/// the queues of the controller meanwhile.
///
/// Is its own delivery: the queue sets the outcome under its lock, [#run()] publishes it without. Another thread may have taken the
/// completion and not yet published it, nor run the stages that depend on it; who waits for these waits for that thread.
final class CommandFuture<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {
    private static final long NOBODY = -1;

    private final CompletionPolling polling;
    private final QueuePair queue;
    /// What this was made from, perhaps by way of other stages, which it does not hold.
    private final @Nullable CommandFuture<?> origin;
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean published;
    private volatile long publisherId = NOBODY;

    CommandFuture(CompletionPolling polling, QueuePair queue) {
        this(polling, queue, null);
    }

    private CommandFuture(CompletionPolling polling, QueuePair queue, @Nullable CommandFuture<?> origin) {
        this.polling = polling;
        this.queue = queue;
        this.origin = origin;
    }

    /// Sets the outcome. Only under the lock of the queue, once, before this is given to [Deliveries].
    void outcome(T outcome) {
        value = outcome;
    }

    /// Sets the failure. Only under the lock of the queue, once, before this is given to [Deliveries].
    void failure(Throwable outcome) {
        failure = outcome;
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
        polling.changed();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CommandFuture<>(polling, queue, origin == null ? this : origin);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        for (int round = 0; !isDone(); round++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            polling.step(round, this, queue, Long.MAX_VALUE);
        }
        return super.get();
    }

    @Override
    public T join() {
        boolean interrupted = false;
        for (int round = 0; !isDone(); round++) {
            interrupted |= Thread.interrupted();
            polling.step(round, this, queue, Long.MAX_VALUE);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return super.join();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long start = polling.nanoTime();
        long nanos = Math.max(0, unit.toNanos(timeout));
        for (int round = 0; !isDone(); round++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = nanos - (polling.nanoTime() - start);
            if (left <= 0 && round > 0) {
                break;
            }
            polling.step(round, this, queue, left);
        }
        return super.get(0, TimeUnit.NANOSECONDS);
    }

    /// {@return whether another thread is publishing this, or what this was made from}
    boolean isBeingPublishedElsewhere() {
        var command = origin == null ? this : origin;
        long publisher = command.publisherId;
        return publisher != NOBODY && publisher != Thread.currentThread().threadId() && !command.published;
    }
}
