package io.nvmelm;

import java.time.Duration;

/// What came of copying user data, with the numbers behind it.
///
/// @param verdict            what came of it
/// @param rounds             rounds copied to their end, the first of which is everything
/// @param restarts           how often changes were lost and everything had to be copied again
/// @param copiedBytes        bytes copied; a deallocated range counts as one block
/// @param remainingBytes     bytes that are known to be left, counted in the same way
/// @param copyBytesPerSecond how fast source and target were, waiting for the rate limit not counted; 0 when nothing was copied
/// @param writeBytesPerSecond how fast bytes changed that had not been changed before in the same round, in the last round that was
///                           copied to its end; 0 when there was none
/// @param elapsed            time it took
/// @param reason             the same in one sentence, for people
public record PreCopyOutcome(
        PreCopyVerdict verdict,
        int rounds,
        int restarts,
        long copiedBytes,
        long remainingBytes,
        long copyBytesPerSecond,
        long writeBytesPerSecond,
        Duration elapsed,
        String reason) {

    /// {@return how long copying what remains would take, as measured so far; zero when nothing remains}
    public Duration expectedBlackout() {
        if (remainingBytes == 0) {
            return Duration.ZERO;
        }
        double seconds = (double) remainingBytes / Math.max(1, copyBytesPerSecond);
        return Duration.ofNanos((long) Math.min(Long.MAX_VALUE, seconds * 1e9));
    }
}
