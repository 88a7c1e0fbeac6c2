package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.core.codec.SubmissionEntryView;
import java.lang.foreign.MemorySegment;

/// The host's side of a submission queue: entries of 64 bytes in a ring (Base 2.3 clause 3.3.1.2). One slot stays free, so that a
/// full ring and an empty one differ. Not thread-safe.
final class SubmissionRing {
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]).asReadOnly();

    private final MemorySegment memory;
    private final int entries;
    private final SubmissionEntryView view = new SubmissionEntryView();
    private int tail;
    private int head;

    /// Creates the ring over memory of `entries` times 64 bytes, 2 entries or more.
    SubmissionRing(MemorySegment memory, int entries) {
        this.memory = memory;
        this.entries = entries;
    }

    static long byteSize(int entries) {
        return (long) entries * SubmissionEntryView.BYTES;
    }

    /// Starts anew, as after a reset.
    void clear() {
        memory.fill((byte) 0);
        tail = 0;
        head = 0;
    }

    boolean isFull() {
        return next(tail) == head;
    }

    /// {@return a view of the entry at the tail, all 0} Valid until [#push()].
    SubmissionEntryView blankEntry() {
        return entryFrom(ZEROS);
    }

    /// {@return a view of the entry at the tail, copied from 64 bytes} Valid until [#push()].
    SubmissionEntryView entryFrom(MemorySegment source) {
        long offset = byteSize(tail);
        MemorySegment.copy(source, 0, memory, offset, SubmissionEntryView.BYTES);
        return view.wrap(memory, offset);
    }

    /// Hands the entry at the tail over.
    ///
    /// @return the new tail, for the doorbell
    int push() {
        tail = next(tail);
        return tail;
    }

    /// Takes in how far the controller has fetched (SQHD of a completion entry).
    ///
    /// @return false when that is not between the old head and the tail
    boolean moveHead(int newHead) {
        if (newHead >= entries || distance(head, newHead) > distance(head, tail)) {
            return false;
        }
        head = newHead;
        return true;
    }

    int head() {
        return head;
    }

    int tail() {
        return tail;
    }

    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + entries;
    }

    private int next(int index) {
        return index + 1 == entries ? 0 : index + 1;
    }
}
