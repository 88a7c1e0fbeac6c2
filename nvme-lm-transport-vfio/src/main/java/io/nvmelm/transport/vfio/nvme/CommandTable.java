package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.nvme.Completion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The commands under way of one queue: who waits for each, until when, and which memory it holds. Guarded by the lock of the
/// queue.
///
/// A command that timed out, or was given up with its controller, is *late*: nobody waits for it, but it keeps its slot and its
/// memory until it completes or the controller can no longer write.
final class CommandTable {
    private final int queueId;
    private final String device;
    private final CompletionPolling polling;
    private final TransferPool memories;
    private final CommandSlot[] slots;
    private final int indexBits;
    private int used;
    private int abortsWanted;
    private boolean hasDeadlines;
    /// No deadline is earlier.
    private long nextDeadline;

    /// Creates the slots.
    ///
    /// @param pools the kinds of commands that share the queue; filled
    CommandTable(
            int queueId, String device, CompletionPolling polling, TransferPool memories, int capacity,
            SlotPool... pools) {
        this.queueId = queueId;
        this.device = device;
        this.polling = polling;
        this.memories = memories;
        this.slots = new CommandSlot[capacity];
        this.indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(capacity - 1 | 1);
        int index = 0;
        for (var pool : pools) {
            for (int i = 0; i < pool.capacity(); i++) {
                slots[index] = new CommandSlot(index, pool);
                index++;
            }
        }
        for (int i = slots.length - 1; i >= 0; i--) {
            slots[i].pool.put(slots[i]);
        }
    }

    /// {@return how many slots are taken, those of late commands included}
    int used() {
        return used;
    }

    /// {@return a slot for a new command; the caller knows that there is one}
    CommandSlot take(
            SlotPool pool,
            CommandFuture<Completion> future,
            @Nullable DmaTransferMemory data,
            @Nullable Duration timeout) {
        var slot = pool.take();
        slot.take(indexBits);
        slot.future = future;
        slot.data = data;
        used++;
        if (timeout != null) {
            slot.timeout = timeout;
            slot.hasDeadline = true;
            slot.deadline = polling.nanoTime() + Deadlines.nanos(timeout);
            noteDeadline(slot);
        }
        return slot;
    }

    private void noteDeadline(CommandSlot slot) {
        if (!hasDeadlines || slot.deadline - nextDeadline < 0) {
            hasDeadlines = true;
            nextDeadline = slot.deadline;
        }
    }

    /// {@return the command with this identifier; null when none is outstanding}
    @Nullable
    CommandSlot find(int commandId) {
        int index = commandId & (1 << indexBits) - 1;
        if (index >= slots.length) {
            return null;
        }
        var slot = slots[index];
        return slot.used && slot.commandId == commandId ? slot : null;
    }

    /// A command is complete: frees its slot, and has its outcome published unless it is late.
    void complete(CommandSlot slot, Completion completion) {
        var future = slot.future;
        free(slot, completion.isSuccess());
        if (future != null) {
            future.outcome(completion);
            polling.deliveries().add(future);
        }
    }

    private void free(CommandSlot slot, boolean successful) {
        var data = slot.data;
        if (data != null && memories.release(data, slot.late, successful)) {
            polling.deliveries().add(data.freeing);
        }
        if (slot.abortWanted) {
            slot.abortWanted = false;
            abortsWanted--;
        }
        slot.used = false;
        slot.data = null;
        slot.future = null;
        used--;
        slot.pool.put(slot);
    }

    /// Gives up the commands whose time is over; they want to be aborted.
    void giveUpOverdue(long now) {
        if (!hasDeadlines || now - nextDeadline < 0) {
            return;
        }
        hasDeadlines = false;
        for (var slot : slots) {
            if (!slot.used || slot.late || !slot.hasDeadline) {
                continue;
            }
            if (now - slot.deadline >= 0) {
                giveUp(slot, slot.timeout(device, queueId));
                slot.abortWanted = true;
                abortsWanted++;
            } else {
                noteDeadline(slot);
            }
        }
    }

    /// Gives up every command.
    void giveUpAll(QueueFailure failure) {
        for (var slot : slots) {
            if (slot.used && !slot.late) {
                giveUp(slot, failure.exception(device));
            }
        }
    }

    private void giveUp(CommandSlot slot, RuntimeException failure) {
        slot.late = true;
        if (slot.data != null) {
            memories.quarantine(slot.data);
        }
        var future = slot.future;
        if (future != null) {
            slot.future = null;
            future.failure(failure);
            polling.deliveries().add(future);
        }
    }

    /// Asks for the abort of the commands that want it, as far as there is room.
    void sendAborts(QueuePair.Aborter aborter) {
        if (abortsWanted == 0) {
            return;
        }
        for (var slot : slots) {
            if (slot.abortWanted) {
                if (!aborter.abort(queueId, slot.commandId)) {
                    return;
                }
                slot.abortWanted = false;
                abortsWanted--;
            }
        }
    }

    /// The controller can no longer write into any memory: frees what late commands hold.
    void releaseAll() {
        for (var slot : slots) {
            if (slot.used) {
                free(slot, false);
            }
        }
        hasDeadlines = false;
    }

    /// {@return whether every slot of a kind is kept by a late command}
    boolean isClogged(SlotPool pool) {
        for (var slot : slots) {
            if (slot.pool == pool && !slot.late) {
                return false;
            }
        }
        return true;
    }
}
