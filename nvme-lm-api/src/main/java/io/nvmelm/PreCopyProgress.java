package io.nvmelm;

import java.time.Duration;

/// Snapshot of a copy of user data under way.
///
/// @param round              number of the round, 1 for the first
/// @param restarts           how often changes were lost and everything had to be copied again
/// @param copiedBytes        bytes copied so far in all rounds; a deallocated range counts as one block
/// @param remainingBytes     bytes of this round that are left, counted in the same way; in a round that copies everything also those
///                           that will turn out to be unallocated
/// @param copyBytesPerSecond how fast source and target were so far, waiting for the rate limit not counted; 0 at the beginning
/// @param writeBytesPerSecond how fast bytes changed during the round before; 0 in the first
/// @param elapsed            time since the copy began
public record PreCopyProgress(
        int round,
        int restarts,
        long copiedBytes,
        long remainingBytes,
        long copyBytesPerSecond,
        long writeBytesPerSecond,
        Duration elapsed) {}
