package io.nvmelm.transport.mock.guest;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Makes I/O commands whose outcome can be proved, and proves it: writes carry stamps, reads are compared with the
/// ledger. Not thread-safe.
final class VerifiedLoad {

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
        if (kind == IoKind.FLUSH) {
            push(queue, slot, kind, 0, 0);
            return true;
        }
        var range = ledger.takeAnywhere(random, 1 + random.nextInt(maximumBlocks));
        if (range == null) {
            return false;
        }
        push(queue, slot, kind, range.firstBlock(), range.blockCount());
        return true;
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
        push(queue, slot, IoKind.READ, range.firstBlock(), range.blockCount());
        return range.firstBlock() + range.blockCount();
    }

    private void push(SubmissionRing queue, CommandSlot slot, IoKind kind, long firstBlock, int blockCount) {
        slot.kind = kind;
        slot.firstBlock = firstBlock;
        slot.blockCount = blockCount;
        tally.commands++;
        var entry = queue.entry().opcode(kind.opcode()).namespaceId(namespace.namespaceId());
        if (kind != IoKind.FLUSH) {
            entry.cdw10((int) firstBlock).cdw11((int) (firstBlock >>> Integer.SIZE)).cdw12(blockCount - 1);
        }
        if (kind.movesData()) {
            describeData(queue, slot, entry);
        }
        queue.push(slot);
    }

    private void describeData(SubmissionRing queue, CommandSlot slot, SubmissionEntryView entry) {
        var buffer = slot.buffer;
        if (buffer == null) {
            buffer = new TransferBuffer(memory, allocator, data.length);
            slot.buffer = buffer;
        }
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
            case WRITE_ZEROES ->
                ledger.release(slot.firstBlock, slot.blockCount, success ? BlockLedger.ZEROES : BlockLedger.UNKNOWN);
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
            long block = slot.firstBlock + i;
            long expected = ledger.content(block);
            int offset = i * namespace.blockBytes();
            if (expected == BlockLedger.ZEROES) {
                if (!stamp.isZero(data, offset)) {
                    tally.wrongBlock("block " + block + " " + stamp.describe(data, offset) + " instead of zeroes");
                }
            } else if (expected != BlockLedger.UNKNOWN) {
                var mismatch = stamp.mismatch(data, offset, block, expected);
                if (mismatch != null) {
                    tally.wrongBlock("block " + block + " " + mismatch + ", read by queue " + queue.id());
                }
            }
        }
    }
}
