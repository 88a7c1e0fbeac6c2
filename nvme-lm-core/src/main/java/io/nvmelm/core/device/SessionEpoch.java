package io.nvmelm.core.device;

import io.nvmelm.SessionEndedException;

/// Number of the present session of a device. A session that was opened under another number has ended, however it is told; that way
/// a late reader can never touch the memory of the next one. Thread-safe.
final class SessionEpoch {
    private volatile long present;
    private volatile String reason = "it was never opened";

    /// Ends the present session, if any, and returns the number of the next. Called under the state lock of the device.
    long next(String whyEnded) {
        reason = whyEnded;
        long number = present + 1;
        present = number;
        return number;
    }

    /// Refuses a session that is not the present one.
    void require(long number) {
        if (number != present) {
            throw new SessionEndedException(reason);
        }
    }
}
