package io.nvmelm.core.codec;

import java.util.Arrays;

/// Set of queue identifiers, all 65 536 of them, in 8 KiB that are allocated once.
final class QueueIdSet {
    private static final int WORDS = 0x1_0000 / Long.SIZE;

    private final long[] words = new long[WORDS];

    void clear() {
        Arrays.fill(words, 0);
    }

    /// Adds an identifier; answers whether it was not in the set.
    boolean add(int id) {
        long bit = 1L << id;
        boolean added = (words[id / Long.SIZE] & bit) == 0;
        words[id / Long.SIZE] |= bit;
        return added;
    }

    boolean contains(int id) {
        return (words[id / Long.SIZE] & 1L << id) != 0;
    }

    boolean containsAll(QueueIdSet other) {
        long missing = 0;
        for (int i = 0; i < WORDS; i++) {
            missing |= other.words[i] & ~words[i];
        }
        return missing == 0;
    }
}
