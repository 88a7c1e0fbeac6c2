package io.nvmelm.transport.vfio.linux;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The time that deadlines are counted in, and a way to let some of it pass. Thread-safe.
public interface HostClock {
    /// Longer times are as good as this one, and differences of longer ones would overflow.
    Duration LONGEST = Duration.ofDays(36_500);

    /// {@return nanoseconds since some moment; only differences mean anything}
    long nanoTime();

    /// Lets about this much time pass, or less: whoever waits checks again. Blocks; an interrupt is kept and does not end it.
    ///
    /// @param nanos nanoseconds, 1 or more
    void pause(long nanos);

    /// {@return when a time that starts now will be over, by [#nanoTime()]} A time of more than a century ends after a century.
    ///
    /// @param time how long, negative or zero for a moment that is over
    default long deadlineAfter(Duration time) {
        return nanoTime() + (time.compareTo(LONGEST) > 0 ? LONGEST : time.isNegative() ? Duration.ZERO : time)
                .toNanos();
    }

    /// {@return the time of this machine}
    static HostClock system() {
        return new HostClock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void pause(long nanos) {
                // An interrupt is for whoever waits, and must not turn waiting into spinning.
                boolean interrupted = Thread.interrupted();
                long end = System.nanoTime() + nanos;
                LockSupport.parkNanos(nanos);
                while (Thread.interrupted()) {
                    interrupted = true;
                    LockSupport.parkNanos(Math.max(1, end - System.nanoTime()));
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
