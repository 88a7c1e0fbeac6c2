package io.nvmelm.transport.mock.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Work on a thread of its own, whose failure is the failure of whoever joins it.
final class Background {

    /// What such a thread does.
    interface Work {
        void run() throws Exception;
    }

    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private Background(String name, Work work) {
        thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> {
            try {
                work.run();
            } catch (Exception | AssertionError e) {
                failure = e;
            }
        });
    }

    static Background start(String name, Work work) {
        var background = new Background(name, work);
        background.thread.start();
        return background;
    }

    /// The same, for work that says when it is under way.
    interface MarkedWork {
        void run(Runnable isUnderWay) throws Exception;
    }

    /// Starts work and returns when it says that it is under way, or has ended.
    static Background startAndAwait(String name, Duration patience, MarkedWork work) {
        var latch = new CountDownLatch(1);
        var background = start(name, () -> {
            try {
                work.run(latch::countDown);
            } finally {
                latch.countDown();
            }
        });
        try {
            if (!latch.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(name + " did not get under way within " + patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
        return background;
    }

    /// Waits for the end of the work; fails when it failed or does not end.
    void join(Duration patience) {
        try {
            if (!thread.join(patience)) {
                var stuck = new AssertionError(thread.getName() + " did not end within " + patience);
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + thread.getName(), e);
        }
        var failed = failure;
        if (failed != null) {
            throw new AssertionError(thread.getName() + " failed: " + failed, failed);
        }
    }
}
