package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CallbackException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps Asynchronous Event Requests with the controller (Base 2.3 clause 5.2.2) while somebody listens, and hands out what they
/// bring. Thread-safe.
final class AsynchronousEvents {
    private static final System.Logger LOGGER = System.getLogger(AsynchronousEvents.class.getName());

    private final AdminQueue admin;
    private final int limit;
    private final String device;
    private final ReentrantLock lock = new ReentrantLock();
    /// Requests that the controller has.
    private int outstanding;
    /// Resets so far: requests from before one are lost.
    private int epoch;
    /// Who is told, in this order. Never changed in place.
    private List<Subscription> subscriptions = List.of();
    private @Nullable Subscription replaceable;

    /// Creates the events, off.
    ///
    /// @param limit most requests that the controller takes (AERL, which is 0's based)
    AsynchronousEvents(AdminQueue admin, int limit, String device) {
        this.admin = admin;
        this.limit = Math.min(limit, AdminQueue.EVENT_REQUESTS);
        this.device = device;
    }

    private final class Subscription implements EventSubscription {
        private final AsynchronousEventListener listener;
        private volatile boolean ended;

        Subscription(AsynchronousEventListener listener) {
            this.listener = listener;
        }

        void tell(AsynchronousEvent event) {
            if (ended) {
                return;
            }
            try {
                CallbackException.guard("a listener for asynchronous events", () -> listener.happened(event));
            } catch (LiveMigrationException e) {
                LOGGER.log(Level.WARNING, device + ": an asynchronous event was not handled", e);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    /// Tells one more listener from now on, after the others.
    EventSubscription listen(AsynchronousEventListener listener) {
        return add(listener, false);
    }

    /// Tells a listener from now on, and no longer the one that this was called with before.
    void listenInstead(AsynchronousEventListener listener) {
        var _ = add(listener, true);
    }

    private Subscription add(AsynchronousEventListener listener, boolean isReplaceable) {
        var subscription = new Subscription(listener);
        lock.lock();
        try {
            if (isReplaceable) {
                if (replaceable != null) {
                    remove(replaceable);
                }
                replaceable = subscription;
            }
            var more = new ArrayList<>(subscriptions);
            more.add(subscription);
            subscriptions = List.copyOf(more);
        } finally {
            lock.unlock();
        }
        fill();
        return subscription;
    }

    /// Only under the lock.
    private void remove(Subscription subscription) {
        subscription.ended = true;
        var rest = new ArrayList<>(subscriptions);
        rest.remove(subscription);
        subscriptions = List.copyOf(rest);
    }

    /// The controller has no request any more; it does not take new ones yet.
    void controllerWasStopped() {
        lock.lock();
        try {
            epoch++;
            outstanding = 0;
        } finally {
            lock.unlock();
        }
    }

    /// The controller takes requests again.
    void controllerWasStarted() {
        fill();
    }

    /// {@return requests with the controller}
    int outstanding() {
        lock.lock();
        try {
            return outstanding;
        } finally {
            lock.unlock();
        }
    }

    private void fill() {
        while (true) {
            CommandFuture<Completion> future;
            int current;
            lock.lock();
            try {
                future = !subscriptions.isEmpty() && outstanding < limit ? admin.requestEvent() : null;
                if (future == null) {
                    return;
                }
                outstanding++;
                current = epoch;
            } finally {
                lock.unlock();
            }
            // Another thread may have published it by now, and then the listeners are told here: without the lock.
            var _ = future.whenComplete((completion, failure) -> completed(completion, current));
        }
    }

    private List<Subscription> ended(int ofEpoch) {
        lock.lock();
        try {
            if (ofEpoch == epoch) {
                outstanding--;
            }
            return subscriptions;
        } finally {
            lock.unlock();
        }
    }

    private void completed(@Nullable Completion completion, int ofEpoch) {
        var told = ended(ofEpoch);
        if (completion == null) {
            // by reset, which starts anew, or by close
            return;
        }
        if (!completion.isSuccess()) {
            LOGGER.log(
                    Level.WARNING,
                    "{0}: an Asynchronous Event Request was answered with {1}; {2} are left",
                    device,
                    completion.status(),
                    outstanding());
            return;
        }
        fill();
        var event = AsynchronousEvent.of(completion);
        told.forEach(subscription -> subscription.tell(event));
    }
}
