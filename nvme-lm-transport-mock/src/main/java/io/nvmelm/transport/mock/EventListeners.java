package io.nvmelm.transport.mock;

import io.nvmelm.CallbackException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/// Who listens for asynchronous events of a controller through its transports. For as long as somebody does, a request
/// of the transports is outstanding: it has no deadline, takes no slot of anybody, and is there again after each event
/// and each reset.
final class EventListeners {
    private static final System.Logger LOGGER = System.getLogger(EventListeners.class.getName());

    private final VirtualClock clock;
    /// Who is told, in this order. Guarded by the lock of the world.
    private final List<Subscription> subscriptions = new ArrayList<>();

    EventListeners(VirtualClock clock) {
        this.clock = clock;
    }

    /// A listener and the transport that it came by.
    private final class Subscription implements EventSubscription {
        private final InMemoryAdminTransport transport;
        private final AsynchronousEventListener listener;
        private volatile boolean ended;

        Subscription(InMemoryAdminTransport transport, AsynchronousEventListener listener) {
            this.transport = transport;
            this.listener = listener;
        }

        void tell(AsynchronousEvent event) {
            if (ended) {
                return;
            }
            try {
                CallbackException.guard("a listener for asynchronous events", () -> listener.happened(event));
            } catch (LiveMigrationException e) {
                LOGGER.log(Level.WARNING, "An asynchronous event was not handled", e);
            }
        }

        @Override
        public void close() {
            ended = true;
            clock.enter();
            try {
                subscriptions.remove(this);
            } finally {
                clock.exit();
            }
        }
    }

    /// Tells one more listener from now on. Only under the lock.
    EventSubscription add(InMemoryAdminTransport transport, AsynchronousEventListener listener) {
        var subscription = new Subscription(transport, listener);
        subscriptions.add(subscription);
        return subscription;
    }

    /// {@return whether nobody listens} Only under the lock.
    boolean isEmpty() {
        return subscriptions.isEmpty();
    }

    /// Has everybody told who listens now, after the event of the clock. Only under the lock.
    void tell(AsynchronousEvent event) {
        for (var subscription : subscriptions) {
            clock.callBack(() -> subscription.tell(event));
        }
    }

    /// A transport ended, and so do its listeners. Only under the lock.
    void transportClosed(InMemoryAdminTransport transport) {
        for (var subscription : List.copyOf(subscriptions)) {
            if (subscription.transport == transport) {
                subscription.close();
            }
        }
    }
}
