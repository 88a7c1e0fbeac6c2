package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.codec.LbaMigrationEntryView;
import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The consumer of a ring, against entries written by hand.
class UserDataRingTest {
    private static final int BYTES = 32;
    private static final NamespaceExtent NAMESPACE = new NamespaceExtent(1, 1 << 20, 512);

    private final ChangedBlocks changes = new ChangedBlocks(List.of(NAMESPACE, new NamespaceExtent(9, 10, 512)));

    private static MemorySegment memory(int slots) {
        return Arena.ofAuto().allocate((long) slots * BYTES, 4096);
    }

    private static void post(MemorySegment memory, long slot, long nsid, long first, long nlb, int attributes) {
        LbaMigrationEntryView.post(memory, slot * BYTES, nsid, first, nlb, attributes);
    }

    private String taken() {
        var text = new StringBuilder();
        changes.take(this, UserDataLogState.LOGGING).forEachRange((namespace, first, count, deallocated) -> text.append(
                namespace).append(':').append(first).append('+').append(count)
                .append(deallocated ? "d " : " "));
        return text.toString().strip();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyWrapOfASmallRingTurnsThePhase(int slots) {
        var memory = memory(slots);
        var ring = new UserDataRing(memory, slots);
        long position = 0;
        for (int round = 0; round < 40; round++) {
            int count = round % (slots - 1) + 1;
            for (int i = 0; i < count; i++, position++) {
                assertThat(ring.isPosted(i)).isFalse();
                post(memory, position % slots, 1, position * 2, 0, position / slots % 2 == 0 ? 1 : 0);
                assertThat(ring.isPosted(i)).isTrue();
            }
            var expected = new StringBuilder();
            for (long p = position - count; p < position; p++) {
                expected.append("1:").append(p * 2).append("+1 ");
            }
            assertThat(ring.consume(changes, Integer.MAX_VALUE)).isEqualTo(count);
            assertThat(taken()).isEqualTo(expected.toString().strip());
            assertThat(ring.consumed()).isEqualTo(position);
            assertThat(ring.slotOf(ring.consumed())).isEqualTo((int) (position % slots));
            assertThat(ring.consume(changes, Integer.MAX_VALUE)).isZero();
        }
    }

    @Test
    void noMoreThanAskedForAreConsumed() {
        var memory = memory(8);
        var ring = new UserDataRing(memory, 8);
        for (int slot = 0; slot < 7; slot++) {
            post(memory, slot, 1, slot * 10L, 0, 1);
        }
        assertThat(ring.consume(changes, 3)).isEqualTo(3);
        assertThat(taken()).isEqualTo("1:0+1 1:10+1 1:20+1");
        var markers = new ArrayList<EntrySequence>();
        ring.skip(markers::add);
        assertThat(markers).containsOnly(EntrySequence.ORDINARY).hasSize(4);
        assertThat(ring.consumed()).isEqualTo(7);
        assertThat(taken()).isEmpty();
    }

    @Test
    void anEntryThatIsFirstOrLastIsTheEndOfABatch() {
        var memory = memory(16);
        var ring = new UserDataRing(memory, 16);
        post(memory, 0, 0, 0, 0, 0x83);
        post(memory, 1, 1, 5, 0, 0x01);
        post(memory, 2, 1, 7, 1, 0x23);
        post(memory, 3, 9, 0, 0, 0x47);
        post(memory, 4, 0xFFFF, -1, -1, 0x85);
        post(memory, 5, 1, 20, 4, 0x0F);
        post(memory, 6, 1, 40, 4, 0x11);

        assertThat(ring.consume(changes, 99)).isEqualTo(1);
        assertThat(ring.marker()).isEqualTo(EntrySequence.FIRST);
        assertThat(ring.consume(changes, 99)).isEqualTo(2);
        assertThat(ring.marker()).isEqualTo(EntrySequence.FIRST);
        assertThat(ring.consume(changes, 99)).isEqualTo(1);
        assertThat(ring.marker()).isEqualTo(EntrySequence.LAST_SUSPENDED);
        assertThat(ring.consume(changes, 99)).isEqualTo(1);
        assertThat(ring.marker()).isEqualTo(EntrySequence.LAST_STOPPED);
        assertThat(ring.consume(changes, 99)).isEqualTo(1);
        assertThat(ring.marker()).isEqualTo(EntrySequence.LAST_FULL);
        assertThat(ring.consume(changes, 99)).as("reserved bit 4 is ignored").isEqualTo(1);
        assertThat(ring.marker()).isNull();
        assertThat(taken()).isEqualTo("1:5+1 1:7+2d 1:20+5 1:40+5 9:0+10");
    }

    @Test
    void theLargestRangeHasTwoToThe32Blocks() {
        var large = new ChangedBlocks(List.of(new NamespaceExtent(0xFFFF_FFFEL, 1L << 33, 512)));
        var memory = memory(4);
        post(memory, 0, 0xFFFF_FFFEL, 1L << 32, 0xFFFF_FFFFL, 1);

        assertThat(new UserDataRing(memory, 4).consume(large, 1)).isEqualTo(1);
        assertThat(large.take(this, UserDataLogState.LOGGING).modifiedBlocks()).isEqualTo(1L << 32);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 0, 0, 01, NSID, 2",
        "0, 0, 0, 01, NSID, 0",
        "4294967295, 0, 0, 43, NSID, 4294967295",
        "1, 1048576, 0, 01, SLBA, 1048576",
        "1, -1, 0, 01, SLBA, 18446744073709551615",
        "1, 1048575, 1, 01, NLB, 1",
        "1, 0, 4294967295, 0f, NLB, 4294967295",
        "1, 0, 0, 09, ESA, 4",
        "1, 0, 0, 0b, ESA, 5",
        "1, 0, 0, 0d, ESA, 6",
        "1, 0, 0, c3, LBACIR, 3",
        "1, 0, 0, c1, LBACIR, 3",
        "1, 0, 0, 41, LBACIR, 1",
        "0, 0, 0, 81, LBACIR, 2"})
    void anEntryThatCannotBeIsNamedAndNotConsumed(
            long nsid, long first, long nlb, String attributes, String field, String value) {
        var memory = memory(4);
        var ring = new UserDataRing(memory, 4);
        post(memory, 0, 1, 3, 0, 1);
        post(memory, 1, nsid, first, nlb, Integer.parseInt(attributes, 16));

        assertThatThrownBy(() -> ring.consume(changes, 99)).isInstanceOfSatisfying(InvalidValueException.class, e -> {
            assertThat(e.field()).startsWith(field + " of the entry in slot 1");
            assertThat(e.value()).isEqualTo(value);
            assertThat(e.bound()).isNotEmpty();
            assertThat(e.byteOffset()).hasValue(32);
        });
        assertThat(ring.consumed()).isEqualTo(1);
        assertThat(taken()).isEqualTo("1:3+1");
        ring.skip(marker -> {});
        assertThat(ring.consumed()).isEqualTo(2);
    }

    @Test
    void consumingAllocatesNothing() throws ReflectiveOperationException {
        int slots = 4096;
        var memory = memory(slots);
        for (int slot = 0; slot < slots; slot++) {
            post(memory, slot, slot % 5 == 0 ? 9 : 1, slot % 5 == 0 ? slot % 10 : slot * 7L, 0, slot % 3 == 0
                    ? 0x21
                    : 1);
        }
        var rings = new UserDataRing[20];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = new UserDataRing(memory, slots);
        }
        // The JVM's counter is found by name, because the module of the tests does not read the one that it is in.
        Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(
                null);
        Method counter = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        for (int i = 0; i < 10; i++) {
            rings[i].consume(changes, slots);
        }
        counter.invoke(threads);
        long before = (long) counter.invoke(threads);
        for (int i = 10; i < 20; i++) {
            rings[i].consume(changes, slots);
        }
        long bytes = (long) counter.invoke(threads) - before;
        assertThat(bytes).as("for 40 960 entries").isLessThan(1000);
    }

    @Test
    void whatAProducerOnAnotherThreadPostsIsSeenWholeAndInOrder() throws InterruptedException {
        int slots = 7;
        long total = 200_000;
        var memory = Arena.ofShared().allocate((long) slots * BYTES, 4096);
        var head = new AtomicLong();
        var producer = new Thread(() -> {
            for (long position = 0; position < total; position++) {
                while (position - head.get() == slots - 1) {
                    Thread.yield();
                }
                // A torn entry would be out of the namespace, or in the wrong one.
                long nsid = position % 2 == 0 ? 1 : 9;
                post(memory, position % slots, nsid, nsid == 9 ? position % 10 : position % (1 << 20), 0,
                        position / slots % 2 == 0 ? 1 : 0);
            }
        });
        producer.start();
        var ring = new UserDataRing(memory, slots);
        var even = new BitSet();
        while (ring.consumed() < total) {
            if (ring.consume(changes, 3) == 0) {
                Thread.yield();
            }
            head.setRelease(ring.consumed());
        }
        producer.join();
        changes.take(this, UserDataLogState.LOGGING).forEachRange((namespace, first, count, deallocated) -> {
            if (namespace == 1) {
                even.set((int) first, (int) (first + count));
            }
        });
        assertThat(even.cardinality()).isEqualTo((int) total / 2);
        assertThat(ring.isPosted(0)).isFalse();
    }
}
