package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A submission queue in guest memory, as its consumer sees it.
final class SubmissionQueue {
    /// Identifier, 0 for the admin queue.
    final int id;
    /// Address of slot 0.
    final long base;
    /// Number of slots.
    final int slots;
    /// Where its completions go.
    final CompletionQueue completionQueue;
    /// Queue priority (QPRIO), kept and reported; arbitration is plain round robin.
    final int priority;
    /// Commands that were fetched from it and have not completed; without outstanding Asynchronous Event Requests.
    final List<QueueCommand> fetched = new ArrayList<>();
    /// Consumer index.
    int head;
    /// Producer index, the last doorbell value.
    int tail;

    SubmissionQueue(int id, long base, int slots, CompletionQueue completionQueue, int priority) {
        this.id = id;
        this.base = base;
        this.slots = slots;
        this.completionQueue = completionQueue;
        this.priority = priority;
    }

    /// {@return whether the host has put a command in that was not fetched}
    boolean hasCommand() {
        return head != tail;
    }

    long headAddress() {
        return base + (long) head * SubmissionEntryView.BYTES;
    }

    void advance() {
        head = head + 1 == slots ? 0 : head + 1;
    }

    /// Takes a doorbell value.
    ///
    /// @return false when the queue has no such slot
    boolean ring(int newTail) {
        if (newTail < 0 || newTail >= slots) {
            return false;
        }
        tail = newTail;
        return true;
    }

    boolean hasFetched(int commandId) {
        return find(commandId) != null;
    }

    @Nullable
    QueueCommand find(int commandId) {
        for (int i = 0; i < fetched.size(); i++) {
            if (fetched.get(i).entry.commandId() == commandId) {
                return fetched.get(i);
            }
        }
        return null;
    }
}
