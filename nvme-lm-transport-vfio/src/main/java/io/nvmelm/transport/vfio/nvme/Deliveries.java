package io.nvmelm.transport.vfio.nvme;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What is to be done once a queue's lock has been given back: publishing outcomes, freeing memory. Thread-safe; whoever runs
/// deliveries takes them one at a time, so that one whose code waits for another can run it.
final class Deliveries {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();

    void add(Runnable delivery) {
        lock.lock();
        try {
            pending.add(delivery);
        } finally {
            lock.unlock();
        }
    }

    /// Runs what there is. Without any lock of a queue.
    ///
    /// @return how many there were
    int run() {
        int count = 0;
        for (var next = take(); next != null; next = take()) {
            next.run();
            count++;
        }
        return count;
    }

    private @Nullable Runnable take() {
        lock.lock();
        try {
            return pending.poll();
        } finally {
            lock.unlock();
        }
    }
}
