package io.nvmelm.core.migration;

import io.nvmelm.PreCopyContext;
import io.nvmelm.SessionEndedException;

/// What a stage is told during one call of it. Refuses to be used by another thread, or later: the connection is used by one thread, and is
/// the caller's again when the migration is over. Thread-safe in this sense.
final class StageContext implements PreCopyContext {
    private final SourceLink link;
    private final String stage;
    private final long bandwidth;
    private final long threadId = Thread.currentThread().threadId();
    private volatile boolean ended;

    StageContext(SourceLink link, String stage, long bandwidth) {
        this.link = link;
        this.stage = stage;
        this.bandwidth = bandwidth;
    }

    /// The call is over.
    void end() {
        ended = true;
    }

    @Override
    public void progress(long copiedBytes, long remainingBytes) {
        requireInCall();
        link.keepAlive();
        link.progress(stage, copiedBytes, remainingBytes);
    }

    @Override
    public long bytesPerSecond() {
        return bandwidth;
    }

    private void requireInCall() {
        if (ended || Thread.currentThread().threadId() != threadId) {
            throw new SessionEndedException("the context of a call of stage " + stage + " was used "
                    + (ended ? "after that call" : "by another thread"));
        }
    }
}
