package io.nvmelm.transport.mock.guest;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The driver's side of one submission queue: the ring, and the commands in flight (Base 2.3 clause 3.3.1).
///
/// Head and tail are counted from the queue's first command on, so a head that runs ahead of the tail or of a completed
/// command is seen. A command identifier is the slot's index with the number of its use above it, so a late second
/// completion does not pass for the next command of the slot. Not thread-safe.
final class SubmissionRing {

    private final int id;
    private final GuestMemory memory;
    private final long address;
    private final int entries;
    private final CommandSlot[] slots;
    private final int indexBits;
    private final int idsPerSlot;
    private final int[] freeSlots;
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
    private final SubmissionEntryView entry = new SubmissionEntryView().wrap(scratch, 0);

    private int firstFree;
    private int freeCount;
    private long head;
    private long tail;
    private long announcedTail;

    /// Queue in zeroed guest memory at `address`.
    ///
    /// @param entries         slots of the ring, 2 to 65 536
    /// @param commandsInFlight most commands submitted and not completed, 1 to 65 535; may exceed the ring, as a
    ///                         fetched entry is free again before its command completes
    SubmissionRing(int id, GuestMemory memory, long address, int entries, int commandsInFlight) {
        this.id = id;
        this.memory = memory;
        this.address = address;
        this.entries = entries;
        this.slots = new CommandSlot[commandsInFlight];
        this.freeSlots = new int[commandsInFlight];
        for (int i = 0; i < commandsInFlight; i++) {
            slots[i] = new CommandSlot(i);
            freeSlots[i] = i;
        }
        this.freeCount = commandsInFlight;
        this.indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(commandsInFlight - 1);
        this.idsPerSlot = Math.max(1, (1 << (Character.SIZE - indexBits)) - 1); // never FFFFh, which is no command's
    }

    /// {@return bytes that a queue of so many entries takes}
    static long byteSize(int entries) {
        return (long) entries * SubmissionEntryView.BYTES;
    }

    /// {@return a slot for the next command, whose [#entry()] is cleared; null when ring or slots are full}
    @Nullable
    CommandSlot begin() {
        if (freeCount == 0 || tail - head == entries - 1L) {
            return null;
        }
        var slot = slots[freeSlots[firstFree]];
        slot.commandId = slot.index | (slot.uses % idsPerSlot) << indexBits;
        entry.clear();
        return slot;
    }

    /// {@return the entry to be filled in after [#begin()]; [#push(CommandSlot)] adds the command identifier}
    SubmissionEntryView entry() {
        return entry;
    }

    /// Puts the entry at the tail. The controller sees it after the next doorbell.
    void push(CommandSlot slot) {
        entry.commandId(slot.commandId);
        memory.write(address + tail % entries * SubmissionEntryView.BYTES, scratch, 0, SubmissionEntryView.BYTES);
        slot.ringPosition = tail;
        slot.inFlight = true;
        slot.lost = false;
        slot.uses++;
        tail++;
        firstFree = firstFree + 1 == freeSlots.length ? 0 : firstFree + 1;
        freeCount--;
    }

    /// {@return whether commands were pushed since the last [#announce()]}
    boolean hasNews() {
        return tail != announcedTail;
    }

    /// {@return value for the tail doorbell}
    int announce() {
        announcedTail = tail;
        return tailIndex();
    }

    /// Settles a completion entry of this queue.
    ///
    /// @return its slot, free again, with status and result; null when no such command is in flight
    @Nullable
    CommandSlot complete(CompletionEntryView completion, LoadTally tally) {
        int commandId = completion.commandId();
        int index = commandId & ((1 << indexBits) - 1);
        var slot = index < slots.length ? slots[index] : null;
        if (slot == null || !slot.inFlight || slot.commandId != commandId) {
            tally.duplicate("queue " + id + ": completion of command " + commandId + ", which is not in flight");
            return null;
        }
        moveHead(completion.submissionQueueHead(), slot, tally);
        slot.inFlight = false;
        slot.lost = false;
        slot.dword0 = completion.dword0();
        slot.statusBits = completion.statusBits();
        freeSlots[(firstFree + freeCount) % freeSlots.length] = slot.index;
        freeCount++;
        return slot;
    }

    private void moveHead(int reported, CommandSlot slot, LoadTally tally) {
        long fetched = Math.floorMod(reported - head, (long) entries);
        if (reported >= entries || fetched > announcedTail - head) {
            tally.violation("queue " + id + ": " + slot + " reports submission queue head " + reported
                    + ", which is not between " + headIndex() + " and the tail " + announcedTail % entries + " of "
                    + entries + " entries");
            return;
        }
        head += fetched;
        if (slot.ringPosition >= head) {
            tally.violation("queue " + id + ": " + slot + " completed, but the submission queue head " + reported
                    + " says that it was not fetched");
        }
    }

    /// Marks what is in flight as lost; whatever completes later is not.
    void giveUp() {
        for (var slot : slots) {
            slot.lost = slot.inFlight && !slot.eventRequest;
        }
    }

    /// {@return the commands given up and still not complete, for a report}
    List<String> lostCommands() {
        var lost = new ArrayList<String>();
        for (var slot : slots) {
            if (slot.lost) {
                lost.add("queue " + id + ": " + slot + " did not complete");
            }
        }
        return lost;
    }

    /// {@return commands submitted and not completed}
    int inFlight() {
        return slots.length - freeCount;
    }

    /// {@return commands submitted so far}
    long submitted() {
        return tail;
    }

    int id() {
        return id;
    }

    long address() {
        return address;
    }

    int entries() {
        return entries;
    }

    /// {@return index of the last known head}
    int headIndex() {
        return (int) (head % entries);
    }

    /// {@return index of the tail}
    int tailIndex() {
        return (int) (tail % entries);
    }
}
