package io.nvmelm.core.codec;

import java.util.Arrays;

/// Set of queue identifiers, any of the 65 536. Grows with the largest, to 8 KiB at most, and keeps its room when it is cleared.
final class QueueIdSet {
    /// Room, in words, for what most controllers have.
    private static final int FIRST_WORDS = 4;
    private static final long[] NO_WORDS = {};

    private long[] words = NO_WORDS;

    void clear() {
        Arrays.fill(words, 0);
    }

    /// Adds an identifier; answers whether it was not in the set.
    boolean add(int id) {
        int word = id / Long.SIZE;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(FIRST_WORDS, roomFor(word)));
        }
        long bit = 1L << id;
        boolean added = (words[word] & bit) == 0;
        words[word] |= bit;
        return added;
    }

    /// {@return length, a power of two, of an array that has a place}
    static int roomFor(int place) {
        return 2 * Integer.highestOneBit(place);
    }

    boolean contains(int id) {
        int word = id / Long.SIZE;
        return word < words.length && (words[word] & 1L << id) != 0;
    }

    boolean containsAll(QueueIdSet other) {
        long missing = 0;
        for (int i = 0; i < other.words.length; i++) {
            missing |= other.words[i] & ~(i < words.length ? words[i] : 0);
        }
        return missing == 0;
    }
}
