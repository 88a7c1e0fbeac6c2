package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.core.codec.PolledCompletion;
import java.lang.foreign.MemorySegment;

/// The host's side of a completion queue: entries of 16 bytes in a ring, each new when its phase tag is that of the pass (Base 2.3
/// clause 3.3.1.2, fig. 98). Not thread-safe on this side; the controller writes at the same time.
final class CompletionRing {
    private final MemorySegment memory;
    private final int entries;
    private final PolledCompletion entry = new PolledCompletion();
    private int head;
    private boolean phase = true;

    /// Creates the ring over memory of `entries` times 16 bytes, 2 entries or more.
    CompletionRing(MemorySegment memory, int entries) {
        this.memory = memory;
        this.entries = entries;
    }

    static long byteSize(int entries) {
        return (long) entries * CompletionEntryView.BYTES;
    }

    /// Starts anew, as after a reset.
    void clear() {
        memory.fill((byte) 0);
        head = 0;
        phase = true;
    }

    /// {@return whether there is a new entry; [#entry()] is it then}
    boolean hasEntry() {
        return entry.poll(memory, byteSize(head), phase);
    }

    /// {@return the entry that [#hasEntry()] found} Valid until it finds another.
    PolledCompletion entry() {
        return entry;
    }

    /// Gives the entry back.
    void pop() {
        head++;
        if (head == entries) {
            head = 0;
            phase = !phase;
        }
    }

    /// {@return index of the next entry, for the doorbell}
    int head() {
        return head;
    }
}
