package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.EventCounter;
import io.nvmelm.transport.vfio.linux.HostClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Looks for completions of all queues of a controller, on the threads of those who wait for one. Of several waiting threads one
/// lets time pass or waits for the interrupt; the others wait for it. Nothing is held while outcomes are published.
final class CompletionPolling {
    /// Rounds without a pause: a fast controller answers within a few microseconds.
    private static final int SPINS = 64;
    private static final int LARGEST_SHIFT = 10;
    private static final long SHORTEST_PAUSE_NANOS = 1_000;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HEALTH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /// How long to wait for an interrupt before looking anyway: deadlines are to be kept, and other queues may have other vectors.
    private static final Duration INTERRUPT_SLICE = Duration.ofMillis(5);

    private final HostClock clock;
    private final Runnable healthCheck;
    private final Deliveries deliveries = new Deliveries();
    private final AtomicBoolean isLed = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// Never changed in place.
    private volatile List<QueuePair> queues = List.of();
    private final AtomicInteger followers = new AtomicInteger();
    private volatile long lastHealthCheck;

    /// Creates the polling without queues.
    ///
    /// @param healthCheck asks the controller whether it is well, and fails the queues where it is not
    CompletionPolling(HostClock clock, Runnable healthCheck) {
        this.clock = clock;
        this.healthCheck = healthCheck;
        this.lastHealthCheck = clock.nanoTime();
    }

    void add(QueuePair queue) {
        replace(queue, true);
    }

    void remove(QueuePair queue) {
        replace(queue, false);
    }

    private void replace(QueuePair queue, boolean present) {
        lock.lock();
        try {
            var changedQueues = new ArrayList<>(queues);
            changedQueues.remove(queue);
            if (present) {
                changedQueues.add(queue);
            }
            queues = List.copyOf(changedQueues);
        } finally {
            lock.unlock();
        }
    }

    List<QueuePair> queues() {
        return queues;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /// Takes what is complete, gives up what is overdue, and publishes the outcomes.
    ///
    /// @return how many were published by this thread
    int poll() {
        long now = clock.nanoTime();
        boolean broken = false;
        var polled = queues;
        for (int i = 0; i < polled.size(); i++) {
            var queue = polled.get(i);
            queue.poll(now);
            broken |= queue.breakage() != null;
        }
        if (broken || now - lastHealthCheck >= HEALTH_NANOS) {
            lastHealthCheck = now;
            healthCheck.run();
        }
        return deliveries.run();
    }

    /// Polls once, and where that brought nothing lets some time pass. Returns early, too; whoever waits asks again. Blocks.
    ///
    /// @param round     how many steps came before
    /// @param waiter    future that is waited for; null for a free slot
    /// @param queue     queue that is waited for
    /// @param leftNanos time that the caller has left
    void step(int round, @Nullable CommandFuture<?> waiter, QueuePair queue, long leftNanos) {
        if (poll() > 0 || (waiter != null && waiter.isDone())) {
            return;
        }
        if (waiter != null && waiter.isBeingPublishedElsewhere()) {
            follow();
        } else if (round < SPINS) {
            Thread.onSpinWait();
        } else if (isLed.compareAndSet(false, true)) {
            try {
                long pause = SHORTEST_PAUSE_NANOS << Math.min(LARGEST_SHIFT, round - SPINS);
                lead(queue, Math.max(1, Math.min(Math.min(pause, LONGEST_PAUSE_NANOS), leftNanos)));
            } finally {
                isLed.set(false);
                changed();
            }
            // The interrupt that was taken here is nobody else's any more, so what it stands for is looked at.
            poll();
        } else {
            follow();
        }
    }

    private void lead(QueuePair queue, long pauseNanos) {
        var counter = queue.counter();
        if (counter == null || !awaitInterrupt(counter)) {
            clock.pause(pauseNanos);
        }
    }

    private static boolean awaitInterrupt(EventCounter counter) {
        try {
            if (counter.await(INTERRUPT_SLICE)) {
                counter.takePending();
            }
            return true;
        } catch (TransportException ended) {
            // by a reset or close, which the next look at the queue shows
            return false;
        }
    }

    /// Waits for another thread, really and briefly, without moving the clock.
    @SuppressWarnings("WaitNotInLoop") // returning early is allowed: whoever waits asks again
    private void follow() {
        lock.lock();
        try {
            followers.incrementAndGet();
            changed.awaitNanos(LONGEST_PAUSE_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            followers.decrementAndGet();
            lock.unlock();
        }
    }

    /// Wakes those who wait for another thread.
    void changed() {
        if (followers.get() > 0) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
