package io.nvmelm.transport.mock;

import java.util.Map;
import java.util.TreeMap;

/// A set of places in memory, each a unit of the same size, as bits of 64 in ordered words. Takes memory for what is in
/// it alone.
final class UnitSet {
    private static final int WORD_SHIFT = 6;
    private static final int WORD_MASK = 63;

    private final TreeMap<Long, Long> words = new TreeMap<>();

    boolean isEmpty() {
        return words.isEmpty();
    }

    boolean contains(long unit) {
        return (words.getOrDefault(unit >>> WORD_SHIFT, 0L) >>> unit & 1) != 0;
    }

    /// Adds units.
    ///
    /// @param first first unit
    /// @param count number of units, 1 or more
    void add(long first, long count) {
        long last = first + count - 1;
        for (long word = first >>> WORD_SHIFT; word <= last >>> WORD_SHIFT; word++) {
            long bits = -1L;
            if (word == first >>> WORD_SHIFT) {
                bits &= -1L << first;
            }
            if (word == last >>> WORD_SHIFT) {
                bits &= -1L >>> (WORD_MASK - (last & WORD_MASK));
            }
            words.merge(word, bits, (old, more) -> old | more);
        }
    }

    void addAll(UnitSet other) {
        for (Map.Entry<Long, Long> word : other.words.entrySet()) {
            words.merge(word.getKey(), word.getValue(), (old, more) -> old | more);
        }
    }

    void clear() {
        words.clear();
    }

    /// {@return the lowest unit} Not for an empty set.
    long first() {
        var word = words.firstEntry();
        return word.getKey() << WORD_SHIFT | Long.numberOfTrailingZeros(word.getValue());
    }

    /// Takes the lowest unit and those that follow it without a gap out of the set. Not for an empty set.
    ///
    /// @param limit most units to take, 1 or more
    /// @return how many were taken
    long removeRun(long limit) {
        long first = first();
        long next = first;
        Long bits = words.get(next >>> WORD_SHIFT);
        while (bits != null && next - first < limit) {
            int from = (int) (next & WORD_MASK);
            int length = Long.numberOfTrailingZeros(~(bits >>> from));
            int taken = (int) Math.min(Math.min(length, WORD_MASK + 1 - from), limit - (next - first));
            if (taken == 0) {
                break;
            }
            long rest = bits & ~((-1L >>> (WORD_MASK + 1 - taken)) << from);
            if (rest == 0) {
                words.remove(next >>> WORD_SHIFT);
            } else {
                words.put(next >>> WORD_SHIFT, rest);
            }
            next += taken;
            if ((next & WORD_MASK) != 0) {
                break;
            }
            bits = words.get(next >>> WORD_SHIFT);
        }
        return next - first;
    }
}
