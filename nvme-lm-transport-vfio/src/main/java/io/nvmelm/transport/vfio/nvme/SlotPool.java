package io.nvmelm.transport.vfio.nvme;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The slots of a queue that commands of one kind can take. Guarded by the lock of the queue.
final class SlotPool {
    private final @Nullable CommandSlot[] free;
    private int count;

    SlotPool(int capacity) {
        free = new @Nullable CommandSlot[capacity];
    }

    int capacity() {
        return free.length;
    }

    int freeSlots() {
        return count;
    }

    void put(CommandSlot slot) {
        free[count++] = slot;
    }

    /// {@return a slot; callers ask [#freeSlots()] first}
    CommandSlot take() {
        return Objects.requireNonNull(free[--count], "a free slot");
    }
}
