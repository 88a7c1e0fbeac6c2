package io.nvmelm.transport.mock.testkit;

import io.nvmelm.MigrationRole;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Says which of two sides runs, and moves the time when both wait. Used under [#lock] where nothing else is said.
///
/// A side gives the baton away when it waits or ends. It goes to a side whose wait is over; while there is none, time moves to the next
/// moment at which something can change for either, be it an event of the clock. When both could run, the source does.
final class Baton {

    /// What a side waits for.
    interface Wait {
        /// {@return whether it is over, now}
        boolean isOver(long nowNanos);

        /// {@return when it can be over at the earliest if nobody does anything, later than now; [Long#MAX_VALUE] for never}
        long nextNanos(long nowNanos);
    }

    /// A side that has not ended.
    private final class Runner {
        private final Condition turn = lock.newCondition();
        private final Thread thread = Thread.currentThread();
        private @Nullable Wait wait;
    }

    private static final Wait NOTHING = new Wait() {
        @Override
        public boolean isOver(long nowNanos) {
            return true;
        }

        @Override
        public long nextNanos(long nowNanos) {
            return Long.MAX_VALUE;
        }
    };

    final ReentrantLock lock = new ReentrantLock();

    private final VirtualClock clock;
    private final Map<MigrationRole, Runner> runners = new EnumMap<>(MigrationRole.class);
    private int begun;
    private @Nullable Runner holder;
    private @Nullable AssertionError stuck;
    private long limitNanos;

    Baton(VirtualClock clock) {
        this.clock = clock;
    }

    /// Two sides will begin; neither does before both are there.
    void reset(Duration limit) {
        runners.clear();
        begun = 0;
        holder = null;
        stuck = null;
        limitNanos = clock.nanoTime() + limit.toNanos();
    }

    /// The calling thread is this side from now on; returns when it is its turn. Takes the lock itself.
    void begin(MigrationRole role) {
        lock.lock();
        try {
            var own = new Runner();
            own.wait = NOTHING;
            runners.put(role, own);
            begun++;
            if (begun == MigrationRole.values().length) {
                passOn();
            }
            awaitTurn(own);
        } finally {
            lock.unlock();
        }
    }

    /// The calling side has ended. Takes the lock itself.
    void end(MigrationRole role) {
        lock.lock();
        try {
            runners.remove(role);
            if (!runners.isEmpty() && stuck == null) {
                passOn();
            }
        } finally {
            lock.unlock();
        }
    }

    /// {@return whether the calling thread is this side}
    boolean isCaller(MigrationRole role) {
        var runner = runners.get(role);
        return runner != null && Thread.currentThread().equals(runner.thread);
    }

    /// Throws what was found when both sides waited for ever. Takes the lock itself.
    void requireNotStuck() {
        lock.lock();
        try {
            if (stuck != null) {
                throw stuck;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits, and lets the other side run and time pass. A thread that is neither side waits alone.
    ///
    /// @throws AssertionError when it would be for ever
    void await(Wait wait) {
        if (wait.isOver(clock.nanoTime())) {
            return;
        }
        var own = runners.values().stream().filter(r -> Thread.currentThread().equals(r.thread)).findFirst().orElse(
                null);
        if (own == null) {
            while (!wait.isOver(clock.nanoTime())) {
                if (!moveTo(wait.nextNanos(clock.nanoTime()))) {
                    throw new AssertionError("Waits for what will never happen");
                }
            }
            return;
        }
        own.wait = wait;
        passOn();
        awaitTurn(own);
    }

    private void awaitTurn(Runner own) {
        while (holder != own && stuck == null) {
            own.turn.awaitUninterruptibly();
        }
        own.wait = null;
        var failure = stuck;
        if (failure != null) {
            throw new AssertionError(failure.getMessage(), failure);
        }
    }

    private void passOn() {
        holder = null;
        while (holder == null && stuck == null) {
            long now = clock.nanoTime();
            long next = Long.MAX_VALUE;
            for (var runner : runners.values()) {
                var wait = runner.wait;
                if (holder == null && wait != null) {
                    if (wait.isOver(now)) {
                        holder = runner;
                    }
                    next = Math.min(next, wait.nextNanos(now));
                }
            }
            if (holder == null && (now >= limitNanos || !moveTo(next))) {
                stuck = stuckAt(now);
                runners.values().forEach(runner -> runner.turn.signalAll());
            }
        }
        if (holder != null) {
            holder.turn.signalAll();
        }
    }

    /// Moves time to a moment, or to the next event of the clock when that is earlier.
    private boolean moveTo(long moment) {
        long next = Math.min(moment, clock.nextEventNanos());
        if (next == Long.MAX_VALUE) {
            return false;
        }
        clock.advance(Duration.ofNanos(Math.max(0, next - clock.nanoTime())));
        return true;
    }

    /// {@return what says where the sides wait, a cause for each}
    private AssertionError stuckAt(long now) {
        var failure = new AssertionError(
                now >= limitNanos
                        ? "The sides still run at the end of the time allowed, " + Duration.ofNanos(now)
                                + " on the clock"
                        : "Every side waits for ever");
        runners.forEach((role, runner) -> {
            var place = new AssertionError(role + " waits here");
            place.setStackTrace(runner.thread.getStackTrace());
            failure.addSuppressed(place);
        });
        return failure;
    }
}
