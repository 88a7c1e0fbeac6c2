package io.nvmelm.transport.mock.testkit;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// How a [DefectiveTransport] hands out the events of the transport that it works through.
final class DefectiveEvents {
    private static final String REASON = "this transport has no ears";

    private final AdminTransport delegate;
    private final Defect defect;
    private final Object submission;
    private final List<AsynchronousEventListener> listeners = new CopyOnWriteArrayList<>();
    private boolean isListening;
    private boolean closed;

    /// @param submission what [DefectiveTransport#submit] locks
    DefectiveEvents(AdminTransport delegate, Defect defect, Object submission) {
        this.delegate = delegate;
        this.defect = defect;
        this.submission = submission;
    }

    Optional<String> unavailable() {
        return switch (defect) {
            case NO_EVENTS, HIDES_WHY_THERE_ARE_NO_EVENTS, LISTENS_WITHOUT_EVENTS -> Optional.of(REASON);
            default -> delegate.eventsUnavailable();
        };
    }

    EventSubscription listen(AsynchronousEventListener listener) {
        switch (defect) {
            case NO_EVENTS -> throw new CapabilityMissingException("Listening", "events: " + REASON, "Poll");
            case HIDES_WHY_THERE_ARE_NO_EVENTS -> throw new CapabilityMissingException("Listening", "events", "Poll");
            case LISTENS_WHEN_CLOSED -> {
                if (closed) {
                    return () -> {};
                }
            }
            default -> {}
        }
        if (!isListening || closed) {
            var _ = delegate.listenForEvents(this::happened);
            isListening = true;
        }
        if (defect == Defect.TELLS_THE_LAST_LISTENER_ALONE) {
            listeners.clear();
        }
        listeners.add(listener);
        return () -> end(listener);
    }

    private void end(AsynchronousEventListener listener) {
        switch (defect) {
            case TELLS_CLOSED_LISTENERS -> {}
            case CLOSING_ONE_LISTENER_ENDS_ALL -> listeners.clear();
            case SUBSCRIPTIONS_END_ONCE -> {
                if (!listeners.remove(listener)) {
                    throw new IllegalStateException("closed before");
                }
            }
            case TELLS_AT_THE_END -> {
                if (closed) {
                    listener.happened(new AsynchronousEvent(0, 0, 0, 0));
                }
            }
            default -> listeners.remove(listener);
        }
    }

    void controllerWasReset() {
        if (defect == Defect.FORGETS_LISTENERS_AT_A_RESET) {
            listeners.clear();
        }
    }

    void closed() {
        closed = true;
    }

    private void happened(AsynchronousEvent event) {
        switch (defect) {
            case TELLS_NOTHING -> {}
            case TELLS_EVENTS_TWICE -> {
                tell(listeners, event);
                tell(listeners, event);
            }
            case TELLS_IN_REVERSE -> tell(listeners.reversed(), event);
            case TELLS_UNDER_ITS_LOCK -> {
                synchronized (submission) {
                    tell(listeners, event);
                }
            }
            case STOPS_AT_A_LISTENER_THAT_THROWS -> listeners.forEach(listener -> listener.happened(event));
            default -> tell(listeners, event);
        }
    }

    private static void tell(List<AsynchronousEventListener> told, AsynchronousEvent event) {
        for (var listener : told) {
            try {
                listener.happened(event);
            } catch (RuntimeException _) {
                // is the listener's own matter
            }
        }
    }
}
