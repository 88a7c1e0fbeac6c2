package io.nvmelm.core.migration;

import io.nvmelm.BlackoutBudgetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How long the guest would stand still if it were paused now, by what takes the time. Not thread-safe.
final class BlackoutEstimate {
    /// Rate at which bytes are assumed to move when nothing has been measured and nothing was said: one gigabit per second.
    static final long ASSUMED_BYTES_PER_SECOND = 125_000_000;

    /// One thing that takes time.
    ///
    /// @param what for people
    /// @param time how long
    private record Part(String what, Duration time) {}

    private final List<Part> parts = new ArrayList<>();

    /// Adds something whose time is known.
    BlackoutEstimate add(String what, Duration time) {
        parts.add(new Part(what, time));
        return this;
    }

    /// Adds bytes that have to be moved.
    ///
    /// @param bytesPerSecond rate measured, 0 when there is none
    /// @param limit          rate that is allowed
    BlackoutEstimate addBytes(String what, long bytes, long bytesPerSecond, long limit) {
        long rate = Math.min(bytesPerSecond == 0 ? ASSUMED_BYTES_PER_SECOND : bytesPerSecond, limit);
        return add(what, Duration.ofNanos((long) Math.min(Long.MAX_VALUE, bytes * 1e9 / rate)));
    }

    /// {@return all of it together, at most 292 years}
    Duration total() {
        long sum = 0;
        for (var part : parts) {
            long nanos = Peer.nanos(part.time());
            sum = sum > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : sum + nanos;
        }
        return Duration.ofNanos(sum);
    }

    /// Refuses a blackout beyond the budget.
    ///
    /// @throws BlackoutBudgetException with the estimate and what most of it is
    void requireWithin(Duration budget) {
        var total = total();
        if (total.compareTo(budget) > 0) {
            throw new BlackoutBudgetException(total, budget, largest());
        }
    }

    /// {@return what takes the most time, and how long, for people}
    String largest() {
        return parts.stream()
                .max(Comparator.comparing(Part::time))
                .map(part -> part.what() + " with " + part.time())
                .orElse("nothing");
    }
}
