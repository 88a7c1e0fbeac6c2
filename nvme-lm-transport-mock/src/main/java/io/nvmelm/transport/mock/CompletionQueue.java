package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import java.lang.foreign.MemorySegment;

/// A completion queue in guest memory, as its producer sees it.
///
/// A slot is reserved when a command is fetched and used when it completes. So a completion never waits for room, the
/// queue is never overrun, and everything that was fetched can be finished before a suspension.
final class CompletionQueue {
    /// Identifier, 0 for the admin queue.
    final int id;
    /// Address of slot 0.
    final long base;
    /// Number of slots; one of them always stays free.
    final int slots;
    /// Whether completions raise an interrupt.
    final boolean interruptsEnabled;
    /// Which interrupt.
    final int vector;
    /// Consumer index, the last doorbell value.
    int head;
    /// Producer index.
    int tail;
    /// Phase of the next entry.
    boolean phase;
    /// Number of submission queues that feed this one.
    int submissionQueues;

    private final MemorySegment scratch = MemorySegment.ofArray(new byte[CompletionEntryView.BYTES]);
    private final CompletionEntryView entry = new CompletionEntryView().wrap(scratch, 0);
    private int reserved;

    CompletionQueue(int id, long base, int slots, boolean interruptsEnabled, int vector) {
        this.id = id;
        this.base = base;
        this.slots = slots;
        this.interruptsEnabled = interruptsEnabled;
        this.vector = vector;
        this.phase = true;
    }

    /// {@return whether one more slot can be reserved}
    boolean hasRoom() {
        return used() + reserved < slots - 1;
    }

    void reserve() {
        reserved++;
    }

    void release() {
        reserved--;
    }

    /// Posts an entry into a reserved slot.
    ///
    /// @return false when the host's memory does not hold the slot
    boolean post(HostPort port, SubmissionQueue queue, int commandId, int dword0, int dword1, NvmeStatus status) {
        reserved--;
        long address = base + (long) tail * CompletionEntryView.BYTES;
        if (!port.reaches(address, CompletionEntryView.BYTES)) {
            return false;
        }
        entry.dword0(dword0)
                .dword1(dword1)
                .submissionQueueHead(queue.head)
                .submissionQueueId(queue.id)
                .commandId(commandId)
                .phase(phase)
                .statusBits(status.toBits());
        port.writeCompletion(address, scratch);
        tail++;
        if (tail == slots) {
            tail = 0;
            phase = !phase;
        }
        return true;
    }

    /// Takes a doorbell value.
    ///
    /// @return false when the host cannot have consumed up to there
    boolean ring(int newHead) {
        if (newHead < 0 || newHead >= slots) {
            return false;
        }
        int consumed = newHead >= head ? newHead - head : newHead - head + slots;
        if (consumed > used()) {
            return false;
        }
        head = newHead;
        return true;
    }

    private int used() {
        return tail >= head ? tail - head : tail - head + slots;
    }
}
