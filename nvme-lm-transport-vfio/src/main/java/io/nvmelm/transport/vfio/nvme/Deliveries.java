package io.nvmelm.transport.vfio.nvme;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What is to be done once a queue's lock has been given back: publishing outcomes, freeing memory. Thread-safe; whoever runs
/// deliveries takes them one at a time, so that one whose code waits for another can run it.
final class Deliveries {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    /// Threads that run deliveries now, once for each run.
    private long[] runners = new long[4];
    private int running;

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
        var next = begin();
        if (next == null) {
            return 0;
        }
        int count = 0;
        try {
            for (; next != null; next = take()) {
                next.run();
                count++;
            }
        } finally {
            end();
        }
        return count;
    }

    /// Runs what there is, unless this thread does so already: then that goes on when its present delivery is over.
    /// So outcomes that bring forth others do not pile up on the stack. Without any lock of a queue.
    void runUnlessRunning() {
        if (!isRunningHere()) {
            run();
        }
    }

    private boolean isRunningHere() {
        long here = Thread.currentThread().threadId();
        lock.lock();
        try {
            for (int i = 0; i < running; i++) {
                if (runners[i] == here) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable begin() {
        lock.lock();
        try {
            var first = pending.poll();
            if (first != null) {
                if (running == runners.length) {
                    runners = Arrays.copyOf(runners, 2 * running);
                }
                runners[running++] = Thread.currentThread().threadId();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        long here = Thread.currentThread().threadId();
        lock.lock();
        try {
            int at = running - 1;
            while (runners[at] != here) {
                at--;
            }
            runners[at] = runners[--running];
        } finally {
            lock.unlock();
        }
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
