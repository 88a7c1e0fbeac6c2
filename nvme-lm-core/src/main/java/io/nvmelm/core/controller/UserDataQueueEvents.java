package io.nvmelm.core.controller;

import io.nvmelm.CallbackException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Listens for the two one-shot events of a Controller Data Queue (Base 2.3 fig. 157): that a slot was filled, which somebody can wait
/// for, and that the queue was full, which is a hint. Where a transport has no events, none ever happens. Whoever waits is told
/// once, by an event or by whoever finds out that none will come. Thread-safe.
final class UserDataQueueEvents implements AsynchronousEventListener {
    private static final int NO_QUEUE = -1;

    /// Somebody who waits.
    ///
    /// @param position entry that is waited for, counted from the first one that was ever posted
    /// @param action   how to tell
    private record Waiter(long position, Runnable action) {}

    private final AtomicReference<@Nullable Waiter> waiting = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Runnable> due = new ConcurrentLinkedQueue<>();
    private volatile int queueId = NO_QUEUE;
    private volatile boolean full;
    private @Nullable EventSubscription subscription;

    /// Listens for events of a queue from now on, and of no other.
    void listen(AdminTransport transport, int newQueueId) {
        queueId = newQueueId;
        full = false;
        tellSoon();
        if (subscription == null && transport.eventsUnavailable().isEmpty()) {
            subscription = transport.listenForEvents(this);
        }
    }

    @Override
    public void happened(AsynchronousEvent event) {
        if (!event.isOfQueue(queueId)) {
            return;
        }
        if (event.information() == AsynchronousEvent.QUEUE_FULL_ERROR) {
            full = true;
        }
        var waiter = waiting.getAndSet(null);
        if (waiter != null) {
            waiter.action().run();
        }
    }

    /// Whether the queue was full since [#listen(AdminTransport, int)] was called last.
    boolean wasFull() {
        return full;
    }

    /// Has an action run once, at the next event. Another one that waits is told soon.
    void await(long position, Runnable action) {
        var earlier = waiting.getAndSet(new Waiter(position, action));
        if (earlier != null) {
            due.add(earlier.action());
        }
    }

    /// The entry that is waited for; empty when nobody waits.
    OptionalLong awaitedPosition() {
        var waiter = waiting.get();
        return waiter == null ? OptionalLong.empty() : OptionalLong.of(waiter.position());
    }

    /// Has whoever waits told by the next [#tell()].
    void tellSoon() {
        var waiter = waiting.getAndSet(null);
        if (waiter != null) {
            due.add(waiter.action());
        }
    }

    /// Tells those for whom [#tellSoon()] was called. To be called without a lock.
    ///
    /// @throws CallbackException when one of them failed; the others are told all the same
    void tell() {
        CallbackException failure = null;
        for (var action = due.poll(); action != null; action = due.poll()) {
            try {
                action.run();
            } catch (RuntimeException e) {
                var next = new CallbackException("telling of changes", e);
                if (failure == null) {
                    failure = next;
                } else {
                    failure.addSuppressed(next);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /// Has nothing run any more.
    ///
    /// @return whether something would have been run; otherwise it was, or is about to be
    boolean giveUp() {
        return waiting.getAndSet(null) != null;
    }

    void close() {
        queueId = NO_QUEUE;
        tellSoon();
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
