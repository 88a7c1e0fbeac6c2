package io.nvmelm.core.controller;

import io.nvmelm.CallbackException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
    private final AtomicBoolean full = new AtomicBoolean();
    private @Nullable EventSubscription subscription;

    /// Listens for events of a queue from now on, and of no other.
    void listen(AdminTransport transport, int newQueueId) {
        queueId = newQueueId;
        full.set(false);
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
            full.set(true);
        }
        var waiter = waiting.getAndSet(null);
        if (waiter != null) {
            waiter.action().run();
        }
    }

    /// Logging was started, and nothing was given back since. What says that the queue was full may be left from the logging before.
    ///
    /// @param mayBeFull whether the queue may be full now
    void loggingStarted(BooleanSupplier mayBeFull) {
        // In this order nothing gets lost. What is told from here on stays. What was told before, of the logging that was started, was
        // told when its entries were in the ring, where they still are, as nobody has given slots back: so the ring looks full.
        if (full.getAndSet(false) && mayBeFull.getAsBoolean()) {
            full.set(true);
        }
    }

    /// Whether the queue was full since logging was started.
    boolean wasFull() {
        return full.get();
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
    /// @return how those failed that did; the others are told all the same
    List<CallbackException> tell() {
        var failures = new ArrayList<CallbackException>();
        for (var action = due.poll(); action != null; action = due.poll()) {
            try {
                action.run();
            } catch (Throwable e) {
                failures.add(new CallbackException("telling of changes", e));
            }
        }
        return failures;
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
