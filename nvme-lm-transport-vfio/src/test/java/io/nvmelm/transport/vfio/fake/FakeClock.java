package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.vfio.linux.HostClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/// A clock that stands until somebody waits: whoever pauses, or polls with a timeout, moves it, and never really
/// sleeps.
///
/// In [#manual()] mode waiting does not move it: a waiter really blocks until the test advances the clock or something
/// happens in the fake, for tests with several threads.
public final class FakeClock implements HostClock {
    private final Object monitor = new Object();
    private final List<LongConsumer> hooks = new CopyOnWriteArrayList<>();
    private long now;
    private long changes;
    private int waiting;
    private boolean manual;

    /// Makes waiters block until [#advance(Duration)].
    ///
    /// @return this
    public FakeClock manual() {
        synchronized (monitor) {
            manual = true;
        }
        return this;
    }

    /// Calls a function with the nanoseconds of each step that the clock makes, after it was made, in the thread that
    /// moves it.
    public void onAdvance(LongConsumer hook) {
        hooks.add(hook);
    }

    @Override
    public long nanoTime() {
        synchronized (monitor) {
            return now;
        }
    }

    @Override
    public void pause(long nanos) {
        await(nanos, changes());
    }

    /// Moves the clock and wakes the waiters.
    public void advance(Duration time) {
        advance(time.toNanos());
    }

    /// {@return threads that block in manual mode now}
    public int waiting() {
        synchronized (monitor) {
            return waiting;
        }
    }

    /// {@return a number that grows with whatever happens, for [#await(long, long)]}
    long changes() {
        synchronized (monitor) {
            return changes;
        }
    }

    /// Something happened that waiters may wait for.
    void changed() {
        synchronized (monitor) {
            changes++;
            monitor.notifyAll();
        }
    }

    /// Lets time pass; in manual mode until something happened since `seen`.
    void await(long nanos, long seen) {
        synchronized (monitor) {
            if (manual) {
                waiting++;
                try {
                    while (changes == seen) {
                        monitor.wait();
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                } finally {
                    waiting--;
                }
                return;
            }
        }
        advance(nanos);
    }

    private void advance(long nanos) {
        synchronized (monitor) {
            now += nanos;
            changes++;
            monitor.notifyAll();
        }
        hooks.forEach(hook -> hook.accept(nanos));
    }
}
