package io.nvmelm.transport.mock.guest;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Makes I/O commands whose outcome can be proved, and proves it: writes carry stamps, reads are compared with the
/// ledger. Not thread-safe.
final class VerifiedLoad {

    /// Deallocate (DEAC), CDW12 of Write Zeroes.
    private static final int DEALLOCATE_ZEROES = 1 << 25;
    /// Attribute Deallocate (AD), CDW11 of Dataset Management.
    private static final int DEALLOCATE_RANGES = 1 << 2;
    private static final int MAXIMUM_RANGES = 4;
    /// Longest deallocated range, in units of the largest transfer.
    private static final int LONGEST_RANGE = 4;
    private static final int RANGE_BYTES = 16;
    private static final int RANGE_LENGTH_OFFSET = 4;
    private static final int RANGE_FIRST_OFFSET = 8;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final GuestMemory memory;
    private final GuestAllocator allocator;
    private final NamespaceGeometry namespace;
    private final int maximumBlocks;
    private final LoadMix mix;
    private final SplittableRandom random;
    private final LoadTally tally;
    private final BlockLedger ledger;
    private final BlockStamp stamp;
    private final byte[] data;
    private final MemorySegment dataSegment;
    private long lastSequence;

    /// Load on one namespace.
    ///
    /// @param maximumBlocks most blocks of a command
    VerifiedLoad(
            GuestDriverBuilder options,
            GuestAllocator allocator,
            NamespaceGeometry namespace,
            int maximumBlocks,
            LoadMix mix,
            LoadTally tally,
            BlockLedger ledger) {
        this.memory = options.memory;
        this.allocator = allocator;
        this.namespace = namespace;
        this.maximumBlocks = maximumBlocks;
        this.mix = mix;
        this.random = new SplittableRandom(options.seed);
        this.tally = tally;
        this.ledger = ledger;
        this.stamp = new BlockStamp(options.driverId(), namespace.namespaceId(), namespace.blockBytes());
        this.data = new byte[maximumBlocks * namespace.blockBytes()];
        this.dataSegment = MemorySegment.ofArray(data);
    }

    /// Submits one random command of the mix.
    ///
    /// @return whether there was room, and a free block to work on
    boolean submit(SubmissionRing queue) {
        var slot = queue.begin();
        if (slot == null) {
            return false;
        }
        var kind = mix.pick(random);
        slot.furtherRanges = List.of();
        if (kind == IoKind.FLUSH) {
            push(queue, slot, kind, 0, 0);
            return true;
        }
        int longest = kind == IoKind.DEALLOCATE ? LONGEST_RANGE * maximumBlocks : maximumBlocks;
        var range = ledger.takeAnywhere(random, 1 + random.nextInt(longest));
        if (range == null) {
            return false;
        }
        if (kind == IoKind.DEALLOCATE) {
            slot.furtherRanges = takeFurther(longest);
        }
        push(queue, slot, kind, range.firstBlock(), range.blockCount());
        return true;
    }

    private List<BlockLedger.Range> takeFurther(int longest) {
        var ranges = new ArrayList<BlockLedger.Range>();
        for (int i = random.nextInt(MAXIMUM_RANGES); i > 0; i--) {
            var range = ledger.takeAnywhere(random, 1 + random.nextInt(longest));
            if (range != null) {
                ranges.add(range);
            }
        }
        return ranges;
    }

    /// Submits a read of the first blocks with known content at or behind `fromBlock`.
    ///
    /// @return the block behind what is read; `fromBlock` when the queue has no room; -1 when there is nothing left to
    ///         read
    long submitCheck(SubmissionRing queue, long fromBlock) {
        var slot = queue.begin();
        if (slot == null) {
            return fromBlock;
        }
        var range = ledger.takeKnown(fromBlock, maximumBlocks);
        if (range == null) {
            return -1;
        }
        slot.furtherRanges = List.of();
        push(queue, slot, IoKind.READ, range.firstBlock(), range.blockCount());
        return range.firstBlock() + range.blockCount();
    }

    private void push(SubmissionRing queue, CommandSlot slot, IoKind kind, long firstBlock, int blockCount) {
        slot.kind = kind;
        slot.firstBlock = firstBlock;
        slot.blockCount = blockCount;
        tally.commands++;
        var entry = queue.entry().opcode(kind.opcode()).namespaceId(namespace.namespaceId());
        if (kind == IoKind.DEALLOCATE) {
            describeRanges(slot, entry);
        } else if (kind != IoKind.FLUSH) {
            entry.cdw10((int) firstBlock).cdw11((int) (firstBlock >>> Integer.SIZE)).cdw12(blockCount - 1);
        }
        if (kind == IoKind.WRITE_ZEROES && mix.deallocates() > 0 && random.nextBoolean()) {
            entry.cdw12(blockCount - 1 | DEALLOCATE_ZEROES);
        }
        if (kind.movesData()) {
            describeData(queue, slot, entry);
        }
        queue.push(slot);
    }

    private TransferBuffer bufferOf(CommandSlot slot) {
        var buffer = slot.buffer;
        if (buffer == null) {
            buffer = new TransferBuffer(memory, allocator, data.length);
            slot.buffer = buffer;
        }
        return buffer;
    }

    /// Writes the ranges of a Dataset Management (NVM Command Set 1.2 clause 3.3.3).
    private void describeRanges(CommandSlot slot, SubmissionEntryView entry) {
        int count = 1 + slot.furtherRanges.size();
        describeRange(0, slot.firstBlock, slot.blockCount);
        for (int i = 1; i < count; i++) {
            var range = slot.furtherRanges.get(i - 1);
            describeRange(i, range.firstBlock(), range.blockCount());
        }
        entry.cdw10(count - 1).cdw11(DEALLOCATE_RANGES);
        var buffer = bufferOf(slot);
        buffer.shape(random, count * RANGE_BYTES, entry);
        buffer.store(dataSegment);
    }

    private void describeRange(int place, long firstBlock, int blockCount) {
        long at = (long) place * RANGE_BYTES;
        dataSegment.set(INT, at, 0);
        dataSegment.set(INT, at + RANGE_LENGTH_OFFSET, blockCount);
        dataSegment.set(LONG, at + RANGE_FIRST_OFFSET, firstBlock);
    }

    private void describeData(SubmissionRing queue, CommandSlot slot, SubmissionEntryView entry) {
        var buffer = bufferOf(slot);
        buffer.shape(random, slot.blockCount * namespace.blockBytes(), entry);
        if (slot.kind == IoKind.READ) {
            buffer.poison();
            return;
        }
        slot.sequence = ++lastSequence;
        for (int i = 0; i < slot.blockCount; i++) {
            stamp.write(
                    data, i * namespace.blockBytes(), queue.id(), slot.firstBlock + i, slot.sequence, tally.commands);
        }
        buffer.store(dataSegment);
    }

    /// Checks a completed command and gives its blocks back.
    void settle(SubmissionRing queue, CommandSlot slot) {
        tally.completed++;
        var status = NvmeStatus.fromBits(slot.statusBits);
        boolean success = status.isSuccess();
        if (!success) {
            tally.violation("queue " + queue.id() + ": " + slot + " was answered with " + status);
        }
        switch (slot.kind) {
            case FLUSH -> {}
            case READ -> {
                if (success) {
                    check(queue, slot);
                }
                ledger.release(slot.firstBlock, slot.blockCount);
            }
            case WRITE ->
                ledger.release(slot.firstBlock, slot.blockCount, success ? slot.sequence : BlockLedger.UNKNOWN);
            case WRITE_ZEROES, DEALLOCATE -> {
                long content = success ? BlockLedger.ZEROES : BlockLedger.UNKNOWN;
                ledger.release(slot.firstBlock, slot.blockCount, content);
                slot.furtherRanges.forEach(
                        range -> ledger.release(range.firstBlock(), range.blockCount(), content));
            }
        }
    }

    private void check(SubmissionRing queue, CommandSlot slot) {
        var buffer = slot.buffer;
        if (buffer == null) {
            return;
        }
        buffer.load(dataSegment);
        if (!buffer.isSurroundingIntact()) {
            tally.violation("queue " + queue.id() + ": " + slot + " wrote outside of its buffer");
        }
        for (int i = 0; i < slot.blockCount; i++) {
            checkBlock(slot.firstBlock + i, i * namespace.blockBytes(), "queue " + queue.id());
        }
    }

    private void checkBlock(long block, int offset, String reader) {
        long expected = ledger.content(block);
        if (expected == BlockLedger.ZEROES) {
            if (!stamp.isZero(data, offset)) {
                tally.wrongBlock("block " + block + " " + stamp.describe(data, offset) + " instead of zeroes");
            }
        } else if (expected != BlockLedger.UNKNOWN) {
            var mismatch = stamp.mismatch(data, offset, block, expected);
            if (mismatch != null) {
                tally.wrongBlock("block " + block + " " + mismatch + ", read by " + reader);
            }
        }
    }

    /// Compares all blocks with known content that no command works on with a medium.
    ///
    /// @return blocks found wrong
    long verify(NamespaceMedium medium) {
        long before = tally.wrongBlocks;
        long next = ledger.firstBlock();
        for (var range = ledger.takeKnown(next, 1); range != null; range = ledger.takeKnown(next, 1)) {
            medium.readBlocks(range.firstBlock(), 1, dataSegment, 0);
            checkBlock(range.firstBlock(), 0, "nobody, but from the medium");
            ledger.release(range.firstBlock(), 1);
            next = range.firstBlock() + 1;
        }
        return tally.wrongBlocks - before;
    }
}
