package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.LinuxHost;
import java.time.Duration;

/// Waiting of one read or write for a file that has nothing or no room, with a deadline. Used under the lock of its
/// session.
///
/// Not every driver has a `poll` that waits: one without answers at once that the file is ready, and the next read says
/// that it is not. Such a file is asked again after pauses that grow.
final class VfioMigrationDataWaiting {
    /// So soon an end of the session is noticed.
    private static final int SLICE_MILLIS = 20;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 10 * NANOS_PER_MILLI;

    private final LinuxHost host;
    private final Duration timeout;
    private boolean begun;
    private boolean wasReady;
    private long deadline;
    private long pauseNanos;

    VfioMigrationDataWaiting(LinuxHost host, Duration timeout) {
        this.host = host;
        this.timeout = timeout;
    }

    Duration timeout() {
        return timeout;
    }

    /// Begins a new read or write; the time of its deadline runs from its first waiting.
    void start() {
        begun = false;
    }

    /// Waits a moment until it is worth trying again.
    ///
    /// @param events what to poll for
    /// @return false when time ran out
    boolean await(int fd, int events) {
        long now = host.clock().nanoTime();
        if (!begun) {
            begun = true;
            wasReady = false;
            deadline = now + timeout.toNanos();
            pauseNanos = FIRST_PAUSE_NANOS;
        }
        long left = deadline - now;
        if (left <= 0) {
            return false;
        }
        if (wasReady) {
            host.clock().pause(Math.min(left, pauseNanos));
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        }
        long millis = Math.min(SLICE_MILLIS, (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        wasReady = host.calls().poll(fd, events, (int) millis) != 0;
        return true;
    }
}
