package io.nvmelm.transport.mock.guest;

import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// The guest's end of the controllers' interrupt vectors: counts and remembers what fired. Wiring is done under the
/// driver's lock; the rest is thread-safe and never waits, as controllers call it.
final class InterruptLines {

    private final AtomicLongArray counts;
    private final AtomicIntegerArray pending;
    private final AtomicLong fromRetired = new AtomicLong();
    private final AtomicLong outOfRange = new AtomicLong();
    private final List<Wiring> wirings = new CopyOnWriteArrayList<>();

    InterruptLines(int vectors) {
        this.counts = new AtomicLongArray(vectors);
        this.pending = new AtomicIntegerArray(vectors);
    }

    /// Lets a controller reach the guest's memory and interrupts, also one that the guest had left before. A controller
    /// is wired once; after that this only takes its retirement back.
    void wire(InMemoryController controller, GuestMemory memory) {
        for (var wiring : wirings) {
            if (wiring.controller == controller) {
                wiring.retired = false;
                return;
            }
        }
        var wiring = new Wiring(controller);
        wirings.add(wiring);
        controller.attach(memory, wiring::fire);
    }

    /// From now on an interrupt of this controller is a violation.
    void retire(InMemoryController controller) {
        for (var wiring : wirings) {
            if (wiring.controller == controller) {
                wiring.retired = true;
            }
        }
    }

    /// {@return number of vectors}
    int vectors() {
        return counts.length();
    }

    /// {@return whether the vector fired since this was asked last}
    boolean takePending(int vector) {
        return pending.get(vector) != 0 && pending.getAndSet(vector, 0) != 0;
    }

    /// {@return how often the vector fired}
    long count(int vector) {
        return counts.get(vector);
    }

    /// {@return interrupts of a controller that the guest had already left}
    long fromRetired() {
        return fromRetired.get();
    }

    /// {@return interrupts on vectors that the driver did not ask for}
    long outOfRange() {
        return outOfRange.get();
    }

    /// What one controller is wired to.
    private final class Wiring {
        final InMemoryController controller;
        volatile boolean retired;

        Wiring(InMemoryController controller) {
            this.controller = controller;
        }

        void fire(int vector) {
            if (retired) {
                fromRetired.incrementAndGet();
            } else if (vector < 0 || vector >= counts.length()) {
                outOfRange.incrementAndGet();
            } else {
                counts.incrementAndGet(vector);
                pending.set(vector, 1);
            }
        }
    }

    /// {@return what was wrong with interrupts, in words}
    List<String> violations() {
        var texts = new ArrayList<String>();
        if (fromRetired() > 0) {
            texts.add(fromRetired() + " interrupts of a controller that the guest had left");
        }
        if (outOfRange() > 0) {
            texts.add(outOfRange() + " interrupts on vectors that no queue has");
        }
        return texts;
    }
}
