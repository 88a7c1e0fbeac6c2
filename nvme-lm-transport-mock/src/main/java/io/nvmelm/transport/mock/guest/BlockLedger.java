package io.nvmelm.transport.mock.guest;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What each block of a range must read as: nothing known, zeroes, or the acknowledged write with some sequence number.
///
/// A command takes its blocks before it is submitted and gives them back when it completes, so no two commands in
/// flight touch the same block and there is one right answer for each. Not thread-safe.
final class BlockLedger {

    /// The content is not known and not checked.
    static final long UNKNOWN = -1;
    /// The block reads as zeroes.
    static final long ZEROES = 0;

    /// Blocks taken by one command.
    record Range(long firstBlock, int blockCount) {}

    private final long firstBlock;
    private final int pieceBlocks;
    private final long stride;
    private final long[] content;
    private final BitSet taken;

    /// Ledger of `blockCount` blocks from `firstBlock` on, all with the same initial content.
    BlockLedger(long firstBlock, int blockCount, long initialContent) {
        this(firstBlock, 1, blockCount, blockCount, initialContent);
    }

    /// Ledger of several pieces of a namespace, all with the same initial content.
    ///
    /// @param pieces      number of pieces
    /// @param pieceBlocks blocks of each
    /// @param stride      blocks from the start of one to the start of the next, `pieceBlocks` or more
    BlockLedger(long firstBlock, int pieces, int pieceBlocks, long stride, long initialContent) {
        this.firstBlock = firstBlock;
        this.pieceBlocks = pieceBlocks;
        this.stride = stride;
        this.content = new long[pieces * pieceBlocks];
        this.taken = new BitSet(content.length);
        Arrays.fill(content, initialContent);
    }

    /// {@return place of a block; for one that is in no piece, that of the next piece's first}
    private int indexOf(long block) {
        long offset = block - firstBlock;
        return (int) (offset / stride * pieceBlocks + Math.min(offset % stride, pieceBlocks));
    }

    private long blockAt(int index) {
        return firstBlock + index / pieceBlocks * stride + index % pieceBlocks;
    }

    /// Takes up to `wanted` neighbouring free blocks from a random place on.
    ///
    /// @return the blocks taken, as many as are free in a row up to `wanted`; null when none is free
    @Nullable
    Range takeAnywhere(SplittableRandom random, int wanted) {
        int from = random.nextInt(content.length);
        int free = taken.nextClearBit(from);
        if (free >= content.length) {
            free = taken.nextClearBit(0);
        }
        return free >= content.length ? null : take(free, wanted);
    }

    /// Takes up to `wanted` neighbouring free blocks with known content.
    ///
    /// @param fromBlock first block that may be taken
    /// @return the first such blocks at or behind `fromBlock`; null when there is none up to the end
    @Nullable
    Range takeKnown(long fromBlock, int wanted) {
        int index = indexOf(fromBlock);
        while (index < content.length && (content[index] == UNKNOWN || taken.get(index))) {
            index++;
        }
        if (index >= content.length) {
            return null;
        }
        int count = 1;
        while (count < wanted && index + count < content.length && content[index + count] != UNKNOWN) {
            count++;
        }
        return take(index, count);
    }

    private Range take(int index, int wanted) {
        int limit = Math.min((index / pieceBlocks + 1) * pieceBlocks, index + wanted);
        int end = taken.nextSetBit(index);
        end = end < 0 ? limit : Math.min(end, limit);
        taken.set(index, end);
        return new Range(blockAt(index), end - index);
    }

    /// Gives blocks back whose content did not change.
    void release(long block, int count) {
        int index = indexOf(block);
        taken.clear(index, index + count);
    }

    /// Gives blocks back that from now on read as `newContent`: a sequence number, [#ZEROES] or [#UNKNOWN].
    void release(long block, int count, long newContent) {
        int index = indexOf(block);
        Arrays.fill(content, index, index + count, newContent);
        taken.clear(index, index + count);
    }

    /// {@return what the block must read as: a sequence number, [#ZEROES] or [#UNKNOWN]}
    long content(long block) {
        return content[indexOf(block)];
    }

    /// {@return first block}
    long firstBlock() {
        return firstBlock;
    }

    /// {@return number of blocks}
    int blockCount() {
        return content.length;
    }

    /// {@return number of blocks that commands in flight have taken}
    int takenCount() {
        return taken.cardinality();
    }

    /// {@return number of blocks whose content is known}
    int knownCount() {
        int known = 0;
        for (long value : content) {
            known += value == UNKNOWN ? 0 : 1;
        }
        return known;
    }
}
