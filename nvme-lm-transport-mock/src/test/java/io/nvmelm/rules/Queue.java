package io.nvmelm.rules;

import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A queue of user data changes as its bytes stand in memory, and the host's place in it.
final class Queue {
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// An entry of the ring.
    ///
    /// @param namespaceId bytes 0 to 3
    /// @param blocks      bytes 4 to 7, 0's based
    /// @param firstBlock  bytes 8 to 15
    /// @param attributes  byte 31 without the phase
    record Entry(int namespaceId, int blocks, long firstBlock, int attributes) {
        /// {@return an entry for a range of namespace 1}
        static Entry range(long firstBlock, int count, int attributes) {
            return new Entry(1, count - 1, firstBlock, attributes);
        }

        /// {@return an entry without a range}
        static Entry marker(int attributes) {
            return new Entry(0, 0, 0, attributes);
        }

        /// {@return bits 3:1, what it marks}
        int sequence() {
            return attributes >>> 1 & 7;
        }

        boolean hasRange() {
            return attributes >>> 6 == 0;
        }
    }

    final RuleWorld world;
    final int id;
    final TransferMemory ring;
    final int slots;
    /// Next slot to be read.
    int head;
    private int phase = 1;

    Queue(RuleWorld world, int id, TransferMemory ring, int slots) {
        this.world = world;
        this.id = id;
        this.ring = ring;
        this.slots = slots;
    }

    /// {@return the new entries, after everything that is due was done} Releases no slot.
    List<Entry> read() {
        world.settle();
        var found = new ArrayList<Entry>();
        MemorySegment bytes = ring.segment();
        while (found.size() < slots) {
            long at = head * 32L;
            int attributes = bytes.get(ValueLayout.JAVA_BYTE, at + 31) & 0xFF;
            if ((attributes & 1) != phase) {
                return found;
            }
            found.add(new Entry(
                    bytes.get(DWORD, at), bytes.get(DWORD, at + 4), bytes.get(QUADWORD, at + 8), attributes & ~1));
            head++;
            if (head == slots) {
                head = 0;
                phase ^= 1;
            }
        }
        return found;
    }

    /// Releases what was read.
    void release() {
        world.setHead(id, head).must();
    }

    void startLogging() {
        world.startLogging(id).must();
    }

    void stopLogging() {
        world.stopLogging(id).must();
    }
}
