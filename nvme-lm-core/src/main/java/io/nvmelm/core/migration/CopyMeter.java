package io.nvmelm.core.migration;

import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyProgress;
import io.nvmelm.PreCopyVerdict;
import java.time.Duration;

/// Counts and rates of one copy, and what its trend says. Not thread-safe.
final class CopyMeter {
    /// Rounds in a row that did not leave less than the best one before, until it is believed.
    static final int STALLED_ROUNDS = 3;
    /// Rounds in a row in which more was changed than may be copied, until it is believed.
    static final int OVERRUN_ROUNDS = 2;

    private static final double NANOS_PER_SECOND = 1e9;

    private final MigrationClock clock;
    private final long begun;
    private int rounds;
    private int restarts;
    private long copiedBytes;
    private long busyNanos;
    private long remainingBytes;
    private long writeBytesPerSecond;

    private long roundBegun;
    private long roundBytes;
    private long roundNanos;
    private long lastRoundRate;
    private long best = Long.MAX_VALUE;
    private int stalled;
    private int overrun;
    private boolean measuring;

    CopyMeter(MigrationClock clock) {
        this.clock = clock;
        this.begun = clock.nanoTime();
        this.roundBegun = begun;
    }

    /// What is left was found out, at the end of a round or before the first one.
    ///
    /// @param limit most bytes per second that may be copied, 0 without one
    void found(long bytes, long limit) {
        remainingBytes = bytes;
        if (!measuring) {
            return;
        }
        measuring = false;
        writeBytesPerSecond = rate(bytes, clock.nanoTime() - roundBegun);
        stalled = bytes < best ? 0 : stalled + 1;
        best = Math.min(best, bytes);
        overrun = limit > 0 && writeBytesPerSecond >= limit ? overrun + 1 : 0;
    }

    void roundBegins() {
        roundBegun = clock.nanoTime();
        roundBytes = 0;
        roundNanos = 0;
    }

    void done(long costBytes, long doneBytes, long nanos) {
        copiedBytes += costBytes;
        busyNanos += nanos;
        roundBytes += costBytes;
        roundNanos += nanos;
        remainingBytes = Math.max(0, remainingBytes - doneBytes);
    }

    void roundEnds() {
        rounds++;
        lastRoundRate = rate(roundBytes, roundNanos);
        measuring = true;
    }

    /// Everything has to be copied again: what was measured before says nothing any more.
    void restarts(long bytes) {
        restarts++;
        remainingBytes = bytes;
        best = Long.MAX_VALUE;
        stalled = 0;
        overrun = 0;
        measuring = false;
    }

    /// What was taken was put back.
    void putBack(long bytes) {
        remainingBytes = bytes;
    }

    boolean isStalled() {
        return stalled >= STALLED_ROUNDS;
    }

    boolean isOverrun() {
        return overrun >= OVERRUN_ROUNDS;
    }

    int rounds() {
        return rounds;
    }

    int restarts() {
        return restarts;
    }

    long remainingBytes() {
        return remainingBytes;
    }

    long copiedBytes() {
        return copiedBytes;
    }

    long writeBytesPerSecond() {
        return writeBytesPerSecond;
    }

    /// {@return how fast source and target are: the slower of all rounds together and the last one; 0 when nothing was copied}
    long copyBytesPerSecond() {
        long all = rate(copiedBytes, busyNanos);
        return lastRoundRate == 0 ? all : Math.min(all, lastRoundRate);
    }

    PreCopyProgress progress() {
        return new PreCopyProgress(
                rounds + 1, restarts, copiedBytes, remainingBytes, copyBytesPerSecond(), writeBytesPerSecond,
                elapsed());
    }

    PreCopyOutcome outcome(PreCopyVerdict verdict, String reason) {
        return new PreCopyOutcome(
                verdict, rounds, restarts, copiedBytes, remainingBytes, copyBytesPerSecond(), writeBytesPerSecond,
                elapsed(), reason);
    }

    private Duration elapsed() {
        return Duration.ofNanos(clock.nanoTime() - begun);
    }

    private static long rate(long bytes, long nanos) {
        return (long) (bytes * NANOS_PER_SECOND / Math.max(1, nanos));
    }
}
