package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CallbackException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.nvme.Completion;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps Asynchronous Event Requests with the controller (Base 2.3 clause 5.2.2) and hands out what they bring. Thread-safe.
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
    private @Nullable AsynchronousEventListener listener;

    /// Creates the events, off.
    ///
    /// @param limit most requests that the controller takes (AERL, which is 0's based)
    AsynchronousEvents(AdminQueue admin, int limit, String device) {
        this.admin = admin;
        this.limit = Math.min(limit, AdminQueue.EVENT_REQUESTS);
        this.device = device;
    }

    /// Starts, or tells another listener from now on.
    void listen(AsynchronousEventListener newListener) {
        lock.lock();
        try {
            listener = newListener;
        } finally {
            lock.unlock();
        }
        fill();
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
        boolean wanted;
        lock.lock();
        try {
            wanted = listener != null;
        } finally {
            lock.unlock();
        }
        if (wanted) {
            fill();
        }
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
                future = outstanding < limit ? admin.requestEvent() : null;
                if (future == null) {
                    return;
                }
                outstanding++;
                current = epoch;
            } finally {
                lock.unlock();
            }
            // Another thread may have published it by now, and then the listener is told here: without the lock.
            var _ = future.whenComplete((completion, failure) -> completed(completion, current));
        }
    }

    private @Nullable AsynchronousEventListener ended(int ofEpoch) {
        lock.lock();
        try {
            if (ofEpoch == epoch) {
                outstanding--;
            }
            return listener;
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
        if (told != null) {
            try {
                CallbackException.guard("the listener for asynchronous events", () -> told.happened(
                        AsynchronousEvent.of(completion)));
            } catch (LiveMigrationException e) {
                LOGGER.log(Level.WARNING, device + ": an asynchronous event was not handled", e);
            }
        }
    }
}
