package io.nvmelm.transport.mock;

/// An event in a [VirtualClock]'s queue, reusable: it is scheduled, runs or is cancelled, and may be scheduled again.
final class TimerEvent {
    /// Place of an event that is not in the queue.
    static final int NOT_QUEUED = -1;

    /// What happens.
    final Runnable action;
    /// When it is due; meaningful in the queue only.
    long dueNanos;
    /// Breaks ties: earlier scheduled runs earlier.
    long sequence;
    /// Place in the heap, or [#NOT_QUEUED].
    int place = NOT_QUEUED;

    TimerEvent(Runnable action) {
        this.action = action;
    }

    boolean isQueued() {
        return place != NOT_QUEUED;
    }

    boolean isBefore(TimerEvent other) {
        return dueNanos != other.dueNanos ? dueNanos < other.dueNanos : sequence < other.sequence;
    }
}
