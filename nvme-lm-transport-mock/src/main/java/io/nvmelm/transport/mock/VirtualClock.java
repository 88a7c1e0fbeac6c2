package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Time of one *world*: all subsystems, controllers and guests that were built over the same clock.
///
/// Time stands still until somebody moves it. Whatever a device does later than now is an event, and events run one at
/// a time in the order of (time, order of scheduling) under the one lock of the world, so a run with the same seed is
/// the same run, as long as one thread moves the clock. Callbacks to the outside (interrupts, completed futures) run after the event, on the thread that moved
/// the clock and without the lock. Several threads may move the clock; events keep their order then, callbacks of
/// different events need not.
///
/// Thread-safe.
public final class VirtualClock {
    private final ReentrantLock lock = new ReentrantLock();
    private final EventQueue events = new EventQueue();
    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();
    private final Condition callbackRan = lock.newCondition();
    private int waitingForCallbacks;
    private long nowNanos;
    private long nextSequence;
    private final Set<String> names = new HashSet<>();

    /// Creates a clock at time 0.
    public VirtualClock() {}

    /// {@return a name that nobody else in this world was given: the wish, with a number behind it when it is taken}
    ///
    /// @param wish what to be called
    String newName(String wish) {
        lock.lock();
        try {
            var name = wish;
            for (int i = 2; !names.add(name); i++) {
                name = wish + "#" + i;
            }
            return name;
        } finally {
            lock.unlock();
        }
    }

    /// {@return nanoseconds since the clock was made}
    public long nanoTime() {
        lock.lock();
        try {
            return nowNanos;
        } finally {
            lock.unlock();
        }
    }

    /// {@return when the next event is due, in nanoseconds since the clock was made; [Long#MAX_VALUE] when there is none}
    public long nextEventNanos() {
        lock.lock();
        try {
            var event = events.first();
            return event == null ? Long.MAX_VALUE : event.dueNanos;
        } finally {
            lock.unlock();
        }
    }

    /// Lets something happen later. It runs under the lock of the world and must not block.
    ///
    /// @param delayNanos nanoseconds from now, 0 or more; 0 means after everything else that is due now
    /// @param event      what happens
    /// @throws InvalidValueException when the delay is negative
    public void schedule(long delayNanos, Runnable event) {
        if (delayNanos < 0) {
            throw new InvalidValueException("delayNanos", Long.toString(delayNanos), "0 or more");
        }
        lock.lock();
        try {
            start(new TimerEvent(event), delayNanos);
        } finally {
            lock.unlock();
        }
    }

    /// Moves time forward and runs what becomes due, in order.
    ///
    /// @param by how far, 0 or more; 0 runs what is due now
    /// @throws InvalidValueException when the duration is negative
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new InvalidValueException("by", by.toString(), "0 or more");
        }
        runUntil(later(nanoTime(), toNanos(by)));
    }

    /// Jumps to the next event and runs it.
    ///
    /// @return false when there is none; time stays where it is then
    public boolean runNext() {
        return runNextBefore(Long.MAX_VALUE);
    }

    /// Runs events until none is left, however far in the future they are.
    public void runUntilIdle() {
        while (runNext()) {
            // each call runs one event
        }
    }

    /// Runs every event up to a time, then sets the clock to it.
    void runUntil(long deadlineNanos) {
        while (runNextBefore(deadlineNanos)) {
            // each call runs one event
        }
        lock.lock();
        try {
            nowNanos = Math.max(nowNanos, deadlineNanos);
        } finally {
            lock.unlock();
        }
    }

    /// Runs the next event if it is due at `deadlineNanos` or earlier.
    ///
    /// @return false when there is no such event
    boolean runNextBefore(long deadlineNanos) {
        return runNextUnless(() -> false, deadlineNanos);
    }

    /// Runs the next event if it is due at `deadlineNanos` or earlier, unless there is no need to.
    ///
    /// @param settled asked under the lock, so that no event of another thread comes in between
    /// @return false when there is no such event
    boolean runNextUnless(BooleanSupplier settled, long deadlineNanos) {
        enter();
        try {
            if (settled.getAsBoolean()) {
                return true;
            }
            var event = events.first();
            if (event == null || event.dueNanos > deadlineNanos) {
                return false;
            }
            events.remove(event);
            nowNanos = Math.max(nowNanos, event.dueNanos);
            event.action.run();
            return true;
        } finally {
            exit();
        }
    }

    /// Takes the lock of the world; to be paired with [#exit()].
    void enter() {
        lock.lock();
    }

    /// Gives the lock back; the outermost call runs the callbacks that were collected.
    void exit() {
        if (lock.getHoldCount() > 1 || callbacks.isEmpty()) {
            lock.unlock();
            return;
        }
        var callback = callbacks.poll();
        lock.unlock();
        while (callback != null) {
            callback.run();
            callback = nextCallback();
        }
    }

    /// Runs callbacks that were collected and that no thread has taken yet.
    void runCallbacks() {
        enter();
        exit();
    }

    /// Waits until something is so that a callback on another thread brings about.
    void awaitCallback(BooleanSupplier condition) {
        lock.lock();
        try {
            waitingForCallbacks++;
            while (!condition.getAsBoolean()) {
                callbackRan.awaitUninterruptibly();
            }
        } finally {
            waitingForCallbacks--;
            lock.unlock();
        }
    }

    private @Nullable Runnable nextCallback() {
        lock.lock();
        try {
            if (waitingForCallbacks > 0) {
                callbackRan.signalAll();
            }
            return callbacks.poll();
        } finally {
            lock.unlock();
        }
    }

    /// Collects a callback that runs as soon as the lock is given back. Only under the lock.
    void callBack(Runnable callback) {
        callbacks.add(callback);
    }

    /// {@return the time} Only under the lock.
    long now() {
        return nowNanos;
    }

    /// Schedules an event that is not in the queue. Only under the lock.
    void start(TimerEvent event, long delayNanos) {
        event.dueNanos = later(nowNanos, delayNanos);
        event.sequence = nextSequence++;
        events.add(event);
    }

    /// Takes an event out of the queue if it is there. Only under the lock.
    void cancel(TimerEvent event) {
        if (event.isQueued()) {
            events.remove(event);
        }
    }

    /// {@return a duration in nanoseconds, the largest `long` for longer ones}
    static long toNanos(Duration duration) {
        return duration.toSeconds() >= Long.MAX_VALUE / 1_000_000_000L ? Long.MAX_VALUE : duration.toNanos();
    }

    private static long later(long time, long by) {
        return time > Long.MAX_VALUE - by ? Long.MAX_VALUE : time + by;
    }
}
