package io.nvmelm.transport.vfio.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Small pieces of native memory, lent to one call at a time: for errno and the like. Thread-safe, without locks.
///
/// A call takes the slot that its thread's number points to, or the next that is free; so threads rarely meet, and a slot
/// costs one compare-and-set. When all are taken, as by many threads that block in calls, further calls get memory of
/// their own. The memory is freed when this object is no longer reachable.
final class ErrnoMemory {
    /// Bytes of a slot: a cache line, so that threads do not disturb each other.
    static final int SLOT_BYTES = 64;
    /// Slots, a power of two.
    static final int SLOTS = 64;

    private static final int MASK = SLOTS - 1;
    private static final int NO_SLOT = -1;
    /// Flags of two slots lie a cache line apart.
    private static final int STRIDE = 16;
    private static final VarHandle FLAG = MethodHandles.arrayElementVarHandle(int[].class);

    private final MemorySegment[] memory = new MemorySegment[SLOTS];
    private final int[] taken = new int[SLOTS * STRIDE];

    ErrnoMemory() {
        var all = Arena.ofAuto().allocate((long) SLOTS * SLOT_BYTES, SLOT_BYTES);
        for (int i = 0; i < SLOTS; i++) {
            memory[i] = all.asSlice((long) i * SLOT_BYTES, SLOT_BYTES);
        }
    }

    /// {@return a slot for [#at(int)]} To be given back by [#release(int)].
    int acquire() {
        int first = (int) Thread.currentThread().threadId() & MASK;
        for (int i = 0; i < SLOTS; i++) {
            int slot = (first + i) & MASK;
            if (FLAG.compareAndSet(taken, slot * STRIDE, 0, 1)) {
                return slot;
            }
        }
        return NO_SLOT;
    }

    /// {@return the memory of a slot; memory of its own for a call that got none}
    MemorySegment at(int slot) {
        return slot == NO_SLOT ? Arena.ofAuto().allocate(SLOT_BYTES, SLOT_BYTES) : memory[slot];
    }

    void release(int slot) {
        if (slot != NO_SLOT) {
            FLAG.setRelease(taken, slot * STRIDE, 0);
        }
    }
}
