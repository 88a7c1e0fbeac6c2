package io.nvmelm.transport.vfio.nvme;

import java.time.Duration;

/// Turns timeouts into nanoseconds that can be added to a clock.
final class Deadlines {
    /// Longer than any machine runs, and far from where differences of times would overflow.
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Deadlines() {}

    /// {@return nanoseconds of a duration, cut to a hundred years}
    static long nanos(Duration timeout) {
        return timeout.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : timeout.toNanos();
    }
}
