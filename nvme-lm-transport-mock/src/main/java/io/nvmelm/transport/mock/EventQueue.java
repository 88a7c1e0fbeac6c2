package io.nvmelm.transport.mock;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Binary heap of events by (time, sequence), with removal from the middle: most timeouts are cancelled and must not
/// pile up. Allocates only when it grows. Guarded by the lock of the [VirtualClock].
final class EventQueue {
    private @Nullable TimerEvent[] heap = new @Nullable TimerEvent[64];
    private int size;

    @Nullable
    TimerEvent first() {
        return heap[0];
    }

    void add(TimerEvent event) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        size++;
        siftUp(size - 1, event);
    }

    void remove(TimerEvent event) {
        int hole = event.place;
        event.place = TimerEvent.NOT_QUEUED;
        size--;
        var last = at(size);
        heap[size] = null;
        if (hole == size) {
            return;
        }
        if (hole > 0 && last.isBefore(at((hole - 1) >>> 1))) {
            siftUp(hole, last);
        } else {
            siftDown(hole, last);
        }
    }

    private void siftUp(int from, TimerEvent event) {
        int hole = from;
        while (hole > 0) {
            int parentPlace = (hole - 1) >>> 1;
            var parent = at(parentPlace);
            if (!event.isBefore(parent)) {
                break;
            }
            put(hole, parent);
            hole = parentPlace;
        }
        put(hole, event);
    }

    private void siftDown(int from, TimerEvent event) {
        int hole = from;
        while (2 * hole + 1 < size) {
            int childPlace = 2 * hole + 1;
            if (childPlace + 1 < size && at(childPlace + 1).isBefore(at(childPlace))) {
                childPlace++;
            }
            var child = at(childPlace);
            if (!child.isBefore(event)) {
                break;
            }
            put(hole, child);
            hole = childPlace;
        }
        put(hole, event);
    }

    private TimerEvent at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    private void put(int place, TimerEvent event) {
        heap[place] = event;
        event.place = place;
    }
}
