package io.nvmelm.core.controller;

import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Listens for the two one-shot events of a Controller Data Queue (Base 2.3 fig. 157): that a slot was filled, which somebody can wait
/// for, and that the queue was full, which is a hint. Where a transport has no events, nothing ever happens. Thread-safe.
final class UserDataQueueEvents implements AsynchronousEventListener {
    private static final int NO_QUEUE = -1;

    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private volatile int queueId = NO_QUEUE;
    private volatile boolean full;
    private @Nullable EventSubscription subscription;

    /// Listens for events of a queue from now on, and of no other.
    void listen(AdminTransport transport, int newQueueId) {
        queueId = newQueueId;
        full = false;
        waiting.set(null);
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
        var action = waiting.getAndSet(null);
        if (action != null) {
            action.run();
        }
    }

    /// Whether the queue was full since [#listen(AdminTransport, int)] was called last.
    boolean wasFull() {
        return full;
    }

    /// Has an action run once, at the next event.
    void await(Runnable action) {
        waiting.set(action);
    }

    /// Has nothing run any more.
    ///
    /// @return whether something would have been run; otherwise it was, or is about to be
    boolean giveUp() {
        return waiting.getAndSet(null) != null;
    }

    void close() {
        queueId = NO_QUEUE;
        waiting.set(null);
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
