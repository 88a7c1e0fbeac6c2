package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;

/// A User Data Migration Queue as its producer sees it (Base 2.3 clause 8.1.7): slots, head, tail, phase, and the
/// trigger of its tail pointer event. Of N slots N - 1 hold entries that were not consumed. Guarded by the lock of the
/// world.
final class DataQueue {
    /// Bytes of an entry of type 0 (NVM Command Set 1.2 fig. 177).
    static final int ENTRY_BYTES = 32;

    /// Identifier (CDQID).
    final int id;
    /// Controller whose changes it is for.
    final InMemoryController target;
    /// Number of slots.
    final int slots;
    /// How many memory ranges it takes of those that may be described.
    final long memoryRanges;
    /// Where it lies.
    final RingMemory ring;

    private final InMemoryController producer;
    private final boolean triggersEarly;
    private int head;
    private int tail;
    private boolean phase = true;
    private boolean triggerEnabled;
    private int triggerSlot;

    /// @param producer      controlling controller that the queue belongs to
    /// @param triggersEarly whether the event comes one slot before the trigger
    DataQueue(
            int id,
            InMemoryController target,
            int slots,
            long memoryRanges,
            RingMemory ring,
            InMemoryController producer,
            boolean triggersEarly) {
        this.id = id;
        this.target = target;
        this.slots = slots;
        this.memoryRanges = memoryRanges;
        this.ring = ring;
        this.producer = producer;
        this.triggersEarly = triggersEarly;
    }

    /// {@return first slot that the host has not given back}
    int head() {
        return head;
    }

    /// {@return whether the tail pointer trigger is set (ETPT)}
    boolean isTriggerEnabled() {
        return triggerEnabled;
    }

    /// {@return the trigger (TPT); 0 when none is set}
    int triggerSlot() {
        return triggerEnabled ? triggerSlot : 0;
    }

    /// {@return entries that can be posted before the queue is full}
    int free() {
        return slots - 1 - used();
    }

    private int used() {
        return distance(head, tail);
    }

    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + slots;
    }

    /// {@return whether the host may name this slot as its head: the present one, any that holds an entry, or the tail}
    boolean mayBecomeHead(long slot) {
        return slot < slots && distance(head, (int) slot) <= used();
    }

    /// Sets head and trigger, whose event is over if it was not reported.
    ///
    /// @param newHead        a slot that may become head
    /// @param enableTrigger  whether there is a trigger
    /// @param newTriggerSlot the trigger, a slot of the queue
    void set(int newHead, boolean enableTrigger, int newTriggerSlot) {
        producer.events().drop(AsynchronousEvents.QUEUE_TAIL_POINTER, id);
        head = newHead;
        triggerEnabled = enableTrigger;
        triggerSlot = newTriggerSlot;
    }

    /// Posts an entry into a free slot. Its last bit 0, the phase tag, is set here.
    void post(MemorySegment entry) {
        UserDataEntry.phase(entry, phase);
        int slot = tail;
        tail = tail + 1 == slots ? 0 : tail + 1;
        if (tail == 0) {
            phase = !phase;
        }
        if (!ring.write((long) slot * ENTRY_BYTES, entry)) {
            producer.registers().fatal();
        }
        if (triggerEnabled && (triggersEarly ? tail : slot) == triggerSlot) {
            triggerEnabled = false;
            producer.events().raise(AsynchronousEvents.QUEUE_TAIL_POINTER, id);
        }
    }

    /// Tells the host that the queue is full.
    void raiseFull() {
        producer.events().raise(AsynchronousEvents.QUEUE_FULL_ERROR, id);
    }

    /// A full event that was not reported is over.
    void dropFull() {
        producer.events().drop(AsynchronousEvents.QUEUE_FULL_ERROR, id);
    }

    /// The queue is gone, and so are events that were not reported.
    void delete() {
        producer.events().drop(AsynchronousEvents.QUEUE_TAIL_POINTER, id);
        dropFull();
        ring.release();
    }
}
