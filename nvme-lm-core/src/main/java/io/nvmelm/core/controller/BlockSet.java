package io.nvmelm.core.controller;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A set of block numbers from 0 to a size, made for long runs as well as for single blocks: a tree whose leaves hold one bit for each
/// block, and in which a part that is wholly inside or wholly outside is one reference. So a range of any length is cheap, and memory
/// grows with the places where single blocks were changed, which a [BlockMemory] counts. Not thread-safe.
///
/// ```
///   root            node (4096 slots)    chunk (32 768 blocks)
///   | slot | … |    | slot | … |         | 64 bits | … |       a slot is empty, FULL, or the next level
/// ```
/// Small sets have their chunks in the root.
// FULL is one object, and it is that object which is meant.
@SuppressWarnings("ReferenceEquality")
final class BlockSet {
    /// Blocks of one chunk, as a power of two.
    static final int CHUNK_SHIFT = BlockMemory.CHUNK_SHIFT;

    private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;
    private static final int NODE_SHIFT = 12;
    private static final int NODE_SLOTS = 1 << NODE_SHIFT;
    private static final long NODE_BYTES = (long) NODE_SLOTS * Integer.BYTES;
    /// Slots of the largest root.
    static final int MOST_ROOT_SLOTS = NODE_SLOTS;
    /// What a root for 2^54 blocks needs.
    static final int FEWEST_ROOT_SLOTS = 8;
    /// In a slot: everything below it is in the set. An empty slot is null.
    private static final Object FULL = new Object();
    private static final long[] NO_WORDS = {};

    /// Takes ranges.
    @FunctionalInterface
    interface RangeVisitor {
        void range(long first, long count);
    }

    /// Takes blocks by words and by runs, in ascending order. Runs may touch each other.
    interface BitVisitor {
        /// Takes blocks one behind the other.
        void run(long first, long count);

        /// Takes 64 blocks.
        ///
        /// @param first the block of bit 0
        /// @param value a bit for each block that is in the set
        void word(long first, long value);

        /// Takes 64 blocks for each word.
        ///
        /// @param first the block of bit 0 of the first word
        /// @param words a bit for each block that is in the set; not to be changed
        /// @param from  index of the first word
        /// @param to    index behind the last word, `from` or more
        void words(long first, long[] words, int from, int to);
    }

    private final long size;
    private final BlockMemory memory;
    /// Blocks below one slot of the root, as a power of two.
    private final int rootShift;
    private @Nullable Object @Nullable [] root;
    /// The chunk that was changed last; no set has a chunk -1.
    private long cachedChunk = -1;
    private long[] cachedWords = NO_WORDS;

    /// Creates an empty set of the largest size, whose memory nobody counts.
    BlockSet() {
        this(1L << 54, new BlockMemory(Long.MAX_VALUE));
    }

    /// Creates an empty set.
    ///
    /// @param size   number of blocks, 1 to 2^54
    /// @param memory is charged for the memory
    BlockSet(long size, BlockMemory memory) {
        this(size, memory, MOST_ROOT_SLOTS);
    }

    /// Creates an empty set whose root is small, which has a level more for it.
    ///
    /// @param size      number of blocks, 1 to 2^54
    /// @param memory    is charged for the memory; for the root at once, though it is allocated when it is needed
    /// @param rootSlots most slots in the root, [#FEWEST_ROOT_SLOTS] to [#MOST_ROOT_SLOTS]
    BlockSet(long size, BlockMemory memory, int rootSlots) {
        this.size = size;
        this.memory = memory;
        int shift = CHUNK_SHIFT;
        while ((size - 1) >>> shift >= rootSlots) {
            shift += NODE_SHIFT;
        }
        this.rootShift = shift;
        memory.charge((((size - 1) >>> shift) + 1) * Integer.BYTES);
    }

    /// Number of blocks that could be in the set.
    long size() {
        return size;
    }

    /// Whether nothing was ever added.
    boolean isUntouched() {
        return root == null;
    }

    /// Adds a range, which lies inside.
    void set(long first, long count) {
        long last = first + count - 1;
        long chunk = first >>> CHUNK_SHIFT;
        if (chunk == cachedChunk && last >>> CHUNK_SHIFT == chunk) {
            setBits(cachedWords, (int) first & CHUNK_MASK, (int) last & CHUNK_MASK);
        } else {
            change(first, last, true);
        }
    }

    /// Removes a range, which lies inside.
    void clear(long first, long count) {
        long last = first + count - 1;
        long chunk = first >>> CHUNK_SHIFT;
        if (chunk == cachedChunk && last >>> CHUNK_SHIFT == chunk) {
            clearBits(cachedWords, (int) first & CHUNK_MASK, (int) last & CHUNK_MASK);
        } else if (root != null) {
            change(first, last, false);
        }
    }

    /// Adds a range and what shares the root's slots with it. Needs no memory but the root.
    void setAround(long first, long count) {
        changeAround(first, first + count - 1, true);
    }

    /// Removes a range and what shares the root's slots with it. Needs no memory.
    void clearAround(long first, long count) {
        if (root != null) {
            changeAround(first, first + count - 1, false);
        }
    }

    private void changeAround(long first, long last, boolean value) {
        cachedChunk = -1;
        var slots = root();
        for (int slot = (int) (first >>> rootShift); slot <= (int) (last >>> rootShift); slot++) {
            slots[slot] = value ? FULL : null;
        }
    }

    private @Nullable Object[] root() {
        var slots = root;
        if (slots == null) {
            slots = new Object[(int) ((size - 1) >>> rootShift) + 1];
            root = slots;
        }
        return slots;
    }

    private void change(long first, long last, boolean value) {
        boolean wholeChunk = (first & CHUNK_MASK) == 0 && (last & CHUNK_MASK) == CHUNK_MASK;
        if (first >>> CHUNK_SHIFT != last >>> CHUNK_SHIFT || wholeChunk) {
            cachedChunk = -1;
            // What is beyond the end may have any value, so that a change up to the end needs no chunk for the rest.
            long capacity = (((size - 1) >>> rootShift) + 1) << rootShift;
            change(root(), rootShift, first, last == size - 1 ? capacity - 1 : last, value);
            return;
        }
        long[] words = mixedChunk(first >>> CHUNK_SHIFT, value);
        if (words == null) {
            return;
        }
        cachedChunk = first >>> CHUNK_SHIFT;
        cachedWords = words;
        if (value) {
            setBits(words, (int) first & CHUNK_MASK, (int) last & CHUNK_MASK);
        } else {
            clearBits(words, (int) first & CHUNK_MASK, (int) last & CHUNK_MASK);
        }
    }

    /// Changes a range of the blocks below a node, counted from its first.
    private void change(@Nullable Object[] node, int shift, long first, long last, boolean value) {
        int from = (int) (first >>> shift);
        int to = (int) (last >>> shift);
        long mask = (1L << shift) - 1;
        for (int slot = from; slot <= to; slot++) {
            long childFirst = slot == from ? first & mask : 0;
            long childLast = slot == to ? last & mask : mask;
            if (childFirst == 0 && childLast == mask) {
                release(node[slot]);
                node[slot] = value ? FULL : null;
            } else if (node[slot] != (value ? FULL : null)) {
                if (shift == CHUNK_SHIFT) {
                    long[] words = words(node, slot);
                    if (value) {
                        setBits(words, (int) childFirst, (int) childLast);
                    } else {
                        clearBits(words, (int) childFirst, (int) childLast);
                    }
                } else {
                    change(children(node, slot), shift - NODE_SHIFT, childFirst, childLast, value);
                }
            }
        }
    }

    /// The bits of a chunk, in order to change some of them; null when all of them have that value already.
    private long @Nullable [] mixedChunk(long chunk, boolean value) {
        var node = root();
        for (int shift = rootShift;; shift -= NODE_SHIFT) {
            int slot = (int) (chunk >>> (shift - CHUNK_SHIFT)) & (NODE_SLOTS - 1);
            if (node[slot] == (value ? FULL : null)) {
                return null;
            }
            if (shift == CHUNK_SHIFT) {
                return words(node, slot);
            }
            node = children(node, slot);
        }
    }

    private long[] words(@Nullable Object[] node, int slot) {
        var child = node[slot];
        if (child instanceof long[] words) {
            return words;
        }
        var words = memory.chunk();
        if (child == FULL) {
            Arrays.fill(words, -1);
        }
        node[slot] = words;
        return words;
    }

    /// Gives memory back that is in no slot any more.
    private void release(@Nullable Object child) {
        if (child instanceof long[] words) {
            memory.giveBack(words);
        } else if (child instanceof @Nullable Object[] children) {
            releaseBelow(children);
            memory.discharge(NODE_BYTES);
        }
    }

    private void releaseBelow(@Nullable Object[] node) {
        for (var child : node) {
            release(child);
        }
    }

    private @Nullable Object[] children(@Nullable Object[] node, int slot) {
        var child = node[slot];
        if (child instanceof @Nullable Object[] children) {
            return children;
        }
        var children = new @Nullable Object[NODE_SLOTS];
        if (child == FULL) {
            Arrays.fill(children, FULL);
        }
        memory.charge(NODE_BYTES);
        node[slot] = children;
        return children;
    }

    private static void setBits(long[] words, int first, int last) {
        int word = first >>> 6;
        int lastWord = last >>> 6;
        long head = -1L << first;
        long tail = -1L >>> ~last;
        if (word == lastWord) {
            words[word] |= head & tail;
            return;
        }
        words[word] |= head;
        while (++word < lastWord) {
            words[word] = -1;
        }
        words[lastWord] |= tail;
    }

    private static void clearBits(long[] words, int first, int last) {
        int word = first >>> 6;
        int lastWord = last >>> 6;
        long head = -1L << first;
        long tail = -1L >>> ~last;
        if (word == lastWord) {
            words[word] &= ~(head & tail);
            return;
        }
        words[word] &= ~head;
        while (++word < lastWord) {
            words[word] = 0;
        }
        words[lastWord] &= ~tail;
    }

    /// The first block from `from` on that is in the set; the size when there is none.
    long nextSet(long from) {
        return next(from, true);
    }

    /// The first block from `from` on that is not in the set; the size when there is none.
    long nextClear(long from) {
        return next(from, false);
    }

    /// Visits the ranges of the set between two blocks, in ascending order; none touches another.
    ///
    /// @param to the end, exclusive
    void forEachRange(long from, long to, RangeVisitor visitor) {
        long end = Math.min(to, size);
        long first = nextSet(from);
        while (first < end) {
            long last = Math.min(end, nextClear(first));
            visitor.range(first, last - first);
            first = nextSet(last);
        }
    }

    /// Visits the blocks of the set in a range, which lies inside, by words. Looks at each word once, where [#forEachRange] goes from
    /// the root to each range; changes nothing.
    void visit(long first, long count, BitVisitor visitor) {
        var slots = root;
        if (slots != null) {
            visit(slots, rootShift, 0, first, first + count - 1, visitor);
        }
    }

    /// Visits a range of the blocks below a node, counted from its first.
    ///
    /// @param base the first block below the node
    private static void visit(
            @Nullable Object[] node, int shift, long base, long first, long last, BitVisitor visitor) {
        int from = (int) (first >>> shift);
        int to = (int) (last >>> shift);
        long mask = (1L << shift) - 1;
        for (int slot = from; slot <= to; slot++) {
            var child = node[slot];
            if (child == null) {
                continue;
            }
            long childBase = base + ((long) slot << shift);
            long childFirst = slot == from ? first & mask : 0;
            long childLast = slot == to ? last & mask : mask;
            if (child instanceof long[] words) {
                visitWords(words, childBase, (int) childFirst, (int) childLast, visitor);
            } else if (child instanceof @Nullable Object[] children) {
                visit(children, shift - NODE_SHIFT, childBase, childFirst, childLast, visitor);
            } else {
                visitor.run(childBase + childFirst, childLast - childFirst + 1);
            }
        }
    }

    private static void visitWords(long[] words, long base, int first, int last, BitVisitor visitor) {
        int word = first >>> 6;
        int lastWord = last >>> 6;
        long head = -1L << first;
        long tail = -1L >>> ~last;
        if (word == lastWord) {
            visitor.word(base + ((long) word << 6), words[word] & head & tail);
            return;
        }
        if (head != -1) {
            visitor.word(base + ((long) word << 6), words[word++] & head);
        }
        int end = tail == -1 ? lastWord + 1 : lastWord;
        visitor.words(base + ((long) word << 6), words, word, end);
        if (end == lastWord) {
            visitor.word(base + ((long) end << 6), words[end] & tail);
        }
    }

    private long next(long from, boolean value) {
        var slots = root;
        if (from >= size) {
            return size;
        }
        if (slots == null) {
            return value ? size : from;
        }
        long found = next(slots, rootShift, from, value);
        return found < 0 || found > size ? size : found;
    }

    private static long next(@Nullable Object[] node, int shift, long from, boolean value) {
        long mask = (1L << shift) - 1;
        long childFrom = from & mask;
        for (int slot = (int) (from >>> shift); slot < node.length; slot++, childFrom = 0) {
            var child = node[slot];
            if (child == (value ? FULL : null)) {
                return ((long) slot << shift) + childFrom;
            }
            if (child instanceof long[] words) {
                int found = nextBit(words, (int) childFrom, value);
                if (found >= 0) {
                    return ((long) slot << shift) + found;
                }
            } else if (child instanceof @Nullable Object[] children) {
                long found = next(children, shift - NODE_SHIFT, childFrom, value);
                if (found >= 0) {
                    return ((long) slot << shift) + found;
                }
            }
        }
        return -1;
    }

    private static int nextBit(long[] words, int from, boolean value) {
        long mask = -1L << from;
        for (int word = from >>> 6; word < words.length; word++, mask = -1) {
            long bits = (value ? words[word] : ~words[word]) & mask;
            if (bits != 0) {
                return (word << 6) + Long.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }

    /// Number of blocks in the set. Looks at every word.
    long cardinality() {
        var slots = root;
        return slots == null ? 0 : count(slots, rootShift, size);
    }

    /// Number of blocks in the set below a node, of its first `limit`.
    private static long count(@Nullable Object[] node, int shift, long limit) {
        long result = 0;
        for (int slot = 0; slot < node.length && (long) slot << shift < limit; slot++) {
            var child = node[slot];
            long span = Math.min(1L << shift, limit - ((long) slot << shift));
            if (child == FULL) {
                result += span;
            } else if (child instanceof long[] words) {
                int whole = (int) (span >>> 6);
                for (int word = 0; word < whole; word++) {
                    result += Long.bitCount(words[word]);
                }
                if ((span & 63) != 0) {
                    result += Long.bitCount(words[whole] & -1L >>> -span);
                }
            } else if (child instanceof @Nullable Object[] children) {
                result += count(children, shift - NODE_SHIFT, span);
            }
        }
        return result;
    }
}
