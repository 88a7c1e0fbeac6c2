package io.nvmelm.benchmarks.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The same bytes by hand: what the views of a controller state are measured by.
final class BareWalk {
    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt DWORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BareWalk() {}

    /// {@return fields of all queues, added up} The compiler proves once that all accesses are inside the segment.
    static long sum(MemorySegment state) {
        long sum = 0;
        int submissionQueueCount = word(state, 48 + 2);
        for (int i = 0; i < submissionQueueCount; i++) {
            sum += submissionQueue(state, place(i));
        }
        int completionQueueCount = word(state, 48 + 4);
        for (int i = 0; i < completionQueueCount; i++) {
            sum += completionQueue(state, place(submissionQueueCount + i));
        }
        return sum;
    }

    /// {@return fields of all queues, added up} Each queue is checked to be inside the segment.
    static long sumChecked(MemorySegment state) {
        long sum = 0;
        int submissionQueueCount = word(state, 48 + 2);
        for (int i = 0; i < submissionQueueCount; i++) {
            sum += submissionQueue(state, Objects.checkFromIndexSize(place(i), 24, state.byteSize()));
        }
        int completionQueueCount = word(state, 48 + 4);
        for (int i = 0; i < completionQueueCount; i++) {
            long place = place(submissionQueueCount + i);
            sum += completionQueue(state, Objects.checkFromIndexSize(place, 24, state.byteSize()));
        }
        return sum;
    }

    /// Writes a state.
    static void build(SampleQueues queues, MemorySegment state) {
        int pairs = queues.pairs();
        state.set(QUADWORD, 0, 1 << 16);
        state.set(QUADWORD, 8, 0);
        state.set(QUADWORD, 16, 2 + 12L * pairs);
        state.set(QUADWORD, 24, 0);
        state.set(QUADWORD, 32, 0);
        state.set(QUADWORD, 40, 0);
        state.set(WORD, 48, (short) 0);
        state.set(WORD, 50, (short) pairs);
        state.set(WORD, 52, (short) pairs);
        state.set(WORD, 54, (short) 0);
        for (int i = 0; i < pairs; i++) {
            long place = place(i);
            state.set(QUADWORD, place, queues.prp1()[i]);
            state.set(WORD, place + 8, (short) SampleQueues.ZERO_BASED_SIZE);
            state.set(WORD, place + 10, (short) (i + 1));
            state.set(WORD, place + 12, (short) (i + 1));
            state.set(WORD, place + 14, (short) SampleQueues.SUBMISSION_ATTRIBUTES);
            state.set(WORD, place + 16, (short) queues.heads()[i]);
            state.set(WORD, place + 18, (short) queues.tails()[i]);
            state.set(DWORD, place + 20, 0);
        }
        for (int i = 0; i < pairs; i++) {
            long place = place(pairs + i);
            state.set(QUADWORD, place, queues.prp1()[i]);
            state.set(WORD, place + 8, (short) SampleQueues.ZERO_BASED_SIZE);
            state.set(WORD, place + 10, (short) (i + 1));
            state.set(WORD, place + 12, (short) queues.heads()[i]);
            state.set(WORD, place + 14, (short) queues.tails()[i]);
            state.set(DWORD, place + 16, SampleQueues.COMPLETION_ATTRIBUTES);
            state.set(DWORD, place + 20, 0);
        }
    }

    /// {@return whether a state is right: its versions and sizes, each queue, and that each completion queue exists that is fed} Reads
    /// each queue by words.
    ///
    /// @param wanted   room for a bit of each identifier, all 0 before and after
    /// @param existing as much room
    static boolean isRight(MemorySegment state, long[] wanted, long[] existing) {
        int submissionQueueCount = word(state, 48 + 2);
        int completionQueueCount = word(state, 48 + 4);
        boolean right = word(state, 0) == 0
                && word(state, 48) == 0
                && state.get(QUADWORD, 24) == 0
                && state.get(QUADWORD, 32) == 0
                && state.get(QUADWORD, 40) == 0
                && state.get(QUADWORD, 16) == (state.byteSize() - 48) / 4
                && place(submissionQueueCount + completionQueueCount) <= state.byteSize();
        if (!right) {
            return false;
        }
        int last = 0;
        int highest = 0;
        for (int i = 0; i < submissionQueueCount; i++) {
            long place = place(i);
            long prp1 = state.get(QUADWORD, place);
            long middle = state.get(QUADWORD, place + 8);
            int slots = state.get(DWORD, place + 16);
            int size = (int) middle & 0xFFFF;
            int id = (int) middle >>> 16;
            int fed = (int) (middle >>> 32) & 0xFFFF;
            right &= (prp1 & 0xFFF) == 0 & size > 0 & id > last & (slots & 0xFFFF) <= size & slots >>> 16 <= size;
            last = id;
            highest = Math.max(highest, fed);
            wanted[fed >>> 6] |= 1L << fed;
        }
        last = 0;
        for (int i = 0; i < completionQueueCount; i++) {
            long place = place(submissionQueueCount + i);
            long prp1 = state.get(QUADWORD, place);
            long middle = state.get(QUADWORD, place + 8);
            int size = (int) middle & 0xFFFF;
            int id = (int) middle >>> 16;
            int head = (int) (middle >>> 32) & 0xFFFF;
            int tail = (int) (middle >>> 48);
            right &= (prp1 & 0xFFF) == 0 & size > 0 & id > last & head <= size & tail <= size;
            last = id;
            highest = Math.max(highest, id);
            existing[id >>> 6] |= 1L << id;
        }
        for (int i = 0; i <= highest >>> 6; i++) {
            right &= (wanted[i] & ~existing[i]) == 0;
            wanted[i] = 0;
            existing[i] = 0;
        }
        return right;
    }

    /// Reckoned by the index: the compiler proves less of a place that is counted up beside it.
    private static long place(int queue) {
        return 48 + 8 + 24L * queue;
    }

    private static long submissionQueue(MemorySegment state, long place) {
        return state.get(QUADWORD, place)
                + word(state, place + 10)
                + word(state, place + 12)
                + word(state, place + 16)
                + word(state, place + 18);
    }

    private static long completionQueue(MemorySegment state, long place) {
        return state.get(QUADWORD, place)
                + word(state, place + 10)
                + word(state, place + 12)
                + word(state, place + 14);
    }

    private static int word(MemorySegment state, long byteOffset) {
        return Short.toUnsignedInt(state.get(WORD, byteOffset));
    }
}
