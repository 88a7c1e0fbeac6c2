package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/// Memory that is lent to one call at a time.
class ErrnoMemoryTest {
    private final ErrnoMemory memory = new ErrnoMemory();

    @Test
    void everySlotIsLentOnceAndItsMemoryIsItsOwn() {
        var addresses = new HashSet<Long>();
        for (int i = 0; i < ErrnoMemory.SLOTS; i++) {
            addresses.add(memory.at(memory.acquire()).address() / ErrnoMemory.SLOT_BYTES);
        }
        assertThat(addresses).hasSize(ErrnoMemory.SLOTS);
    }

    @Test
    void whoeverComesWhenAllAreLentGetsMemoryOfHisOwn() {
        var slots = new ArrayList<Integer>();
        for (int i = 0; i < ErrnoMemory.SLOTS; i++) {
            slots.add(memory.acquire());
        }
        int none = memory.acquire();
        assertThat(slots).doesNotContain(none);
        var own = memory.at(none);
        assertThat(own.byteSize()).isEqualTo(ErrnoMemory.SLOT_BYTES);
        assertThat(slots.stream().map(memory::at).map(MemorySegment::address)).doesNotContain(own.address());
        assertThat(memory.at(memory.acquire()).address()).isNotEqualTo(own.address());
        memory.release(none);
        memory.release(slots.get(17));
        assertThat(memory.acquire()).isEqualTo(slots.get(17));
    }

    @Test
    void noSlotIsLentTwiceAtATime() throws InterruptedException {
        var users = new AtomicIntegerArray(ErrnoMemory.SLOTS);
        var collisions = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 20_000; round++) {
                    int slot = memory.acquire();
                    if (users.incrementAndGet(slot) != 1) {
                        collisions.incrementAndGet();
                    }
                    users.decrementAndGet(slot);
                    memory.release(slot);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(collisions).hasValue(0);
    }
}
