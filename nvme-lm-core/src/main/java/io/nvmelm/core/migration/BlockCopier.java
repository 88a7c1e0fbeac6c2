package io.nvmelm.core.migration;

import io.nvmelm.BlockCopyException;
import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.CallbackException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataChanges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Moves the blocks of ranges from a source to a target in pieces, through one buffer that is used again and again. Neighbouring
/// ranges are one range. Not thread-safe.
final class BlockCopier implements UserDataChanges.RangeVisitor {
    /// What a buffer begins at a multiple of, as direct I/O wants it.
    private static final int ALIGNMENT = 4096;

    /// Is asked before each step, told after it, and may take its time.
    interface Gate {
        /// {@return whether the copy goes on}
        boolean mayGoOn();

        /// A step was done.
        ///
        /// @param costBytes  what it counts as
        /// @param doneBytes  bytes of the round that are done with it
        /// @param busyNanos  how long source and target took
        /// @param begunNanos when it was begun
        void done(long costBytes, long doneBytes, long busyNanos, long begunNanos);
    }

    private final BlockSource source;
    private final BlockTarget target;
    private final List<NamespaceExtent> namespaces;
    private final MigrationClock clock;
    private final Gate gate;
    private final int pieceBytes;
    private @Nullable ByteBuffer buffer;
    /// Whether the target may hold what nothing at the source corresponds to any more.
    private boolean targetTouched;

    private boolean skipUnallocated;
    private boolean deallocateGaps;
    private boolean stopped;
    private @Nullable NamespaceExtent pending;
    private long pendingFirst;
    private long pendingEnd;
    private boolean pendingDeallocated;

    BlockCopier(
            BlockSource source,
            BlockTarget target,
            List<NamespaceExtent> namespaces,
            PreCopySettings settings,
            Gate gate) {
        this.source = source;
        this.target = target;
        this.namespaces = namespaces;
        this.pieceBytes = settings.pieceBytes;
        this.targetTouched = settings.targetHoldsData;
        this.clock = settings.clock;
        this.gate = gate;
    }

    /// Copies what changed.
    ///
    /// @return false when the gate ended it
    /// @throws BlockCopyException    when source or target failed
    /// @throws InvalidValueException when a range is not inside of the namespaces
    boolean copy(UserDataChanges changes) {
        begin(changes.isEverything());
        changes.forEachRange(this);
        flushPending();
        return !stopped;
    }

    /// Copies all namespaces.
    ///
    /// @return false when the gate ended it
    /// @throws BlockCopyException when source or target failed
    boolean copyEverything() {
        begin(true);
        for (var namespace : namespaces) {
            range(namespace.namespaceId(), 0, namespace.blockCount(), false);
        }
        flushPending();
        return !stopped;
    }

    private void begin(boolean everything) {
        skipUnallocated = everything;
        deallocateGaps = targetTouched;
        stopped = false;
        pending = null;
    }

    /// {@return what copying these counts as, in bytes}
    long costOf(UserDataChanges changes) {
        var sum = new long[1];
        changes.forEachRange((namespaceId, firstBlock, blockCount, deallocated) -> {
            var namespace = namespace(namespaceId, firstBlock, blockCount);
            sum[0] += deallocated ? namespace.blockByteSize() : blockCount * namespace.blockByteSize();
        });
        return sum[0];
    }

    /// Makes sure that what the target got is there to stay.
    void flush() {
        try {
            target.flush();
        } catch (Exception e) {
            throw failure("flushing the target", 0, 0, 0, e);
        }
    }

    @Override
    public void range(long namespaceId, long firstBlock, long blockCount, boolean deallocated) {
        if (stopped) {
            return;
        }
        var before = pending;
        if (before != null && before.namespaceId() == namespaceId && pendingEnd == firstBlock
                && pendingDeallocated == deallocated) {
            namespace(namespaceId, firstBlock, blockCount);
            pendingEnd += blockCount;
            return;
        }
        flushPending();
        pending = namespace(namespaceId, firstBlock, blockCount);
        pendingFirst = firstBlock;
        pendingEnd = firstBlock + blockCount;
        pendingDeallocated = deallocated;
    }

    private void flushPending() {
        var namespace = pending;
        pending = null;
        if (namespace == null || stopped) {
            return;
        }
        if (pendingDeallocated) {
            long bytes = namespace.blockByteSize();
            stopped = !gate.mayGoOn();
            if (!stopped) {
                deallocate(namespace, pendingFirst, pendingEnd - pendingFirst, bytes);
            }
        } else {
            copyRange(namespace, pendingFirst, pendingEnd);
        }
    }

    private void copyRange(NamespaceExtent namespace, long first, long end) {
        int pieceBlocks = pieceBytes / namespace.blockByteSize();
        long at = first;
        while (at < end) {
            if (!gate.mayGoOn()) {
                stopped = true;
                return;
            }
            long allocated = skipUnallocated ? nextAllocated(namespace, at, end) : at;
            if (allocated > at) {
                skip(namespace, at, allocated - at);
                at = allocated;
            } else {
                int count = (int) Math.min(pieceBlocks, end - at);
                copyPiece(namespace, at, count);
                at += count;
            }
        }
    }

    private void skip(NamespaceExtent namespace, long first, long count) {
        long bytes = count * namespace.blockByteSize();
        if (deallocateGaps) {
            deallocate(namespace, first, count, bytes);
        } else {
            gate.done(0, bytes, 0, clock.nanoTime());
        }
    }

    private long nextAllocated(NamespaceExtent namespace, long first, long end) {
        long id = namespace.namespaceId();
        try {
            long next = source.nextAllocated(id, first, end);
            if (next < first || next > end) {
                throw new IOException("the answer " + next + " is not in it");
            }
            return next;
        } catch (Exception e) {
            throw failure("finding what is allocated in", id, first, end - first, e);
        }
    }

    private void copyPiece(NamespaceExtent namespace, long first, int count) {
        long id = namespace.namespaceId();
        int bytes = count * namespace.blockByteSize();
        var piece = buffer();
        piece.clear().limit(bytes);
        long begun = clock.nanoTime();
        try {
            source.read(id, first, piece);
            if (piece.hasRemaining()) {
                throw new IOException("only " + piece.position() + " of " + bytes + " bytes were read");
            }
        } catch (Exception e) {
            throw failure("reading", id, first, count, e);
        }
        piece.clear().limit(bytes);
        targetTouched = true;
        try {
            target.write(id, first, piece);
            if (piece.hasRemaining()) {
                throw new IOException("only " + piece.position() + " of " + bytes + " bytes were written");
            }
        } catch (Exception e) {
            throw failure("writing", id, first, count, e);
        }
        gate.done(bytes, bytes, clock.nanoTime() - begun, begun);
    }

    private void deallocate(NamespaceExtent namespace, long first, long count, long doneBytes) {
        long id = namespace.namespaceId();
        long begun = clock.nanoTime();
        targetTouched = true;
        try {
            target.deallocate(id, first, count);
        } catch (Exception e) {
            throw failure("deallocating", id, first, count, e);
        }
        gate.done(namespace.blockByteSize(), doneBytes, clock.nanoTime() - begun, begun);
    }

    private static RuntimeException failure(
            String operation, long namespaceId, long firstBlock, long blockCount, Exception thrown) {
        return switch (thrown) {
            case LiveMigrationException known -> known;
            case IOException failed -> new BlockCopyException(
                    operation, namespaceId, firstBlock, blockCount, String.valueOf(failed.getMessage()), failed);
            default -> new CallbackException(
                    operation + (blockCount == 0
                            ? ""
                            : " " + blockCount + " blocks from block " + firstBlock + " of namespace " + namespaceId
                                    + " on"),
                    thrown);
        };
    }

    private NamespaceExtent namespace(long namespaceId, long firstBlock, long blockCount) {
        for (var namespace : namespaces) {
            if (namespace.namespaceId() == namespaceId) {
                if (firstBlock < 0 || blockCount < 1 || blockCount > namespace.blockCount()
                        || firstBlock > namespace.blockCount() - blockCount) {
                    throw new InvalidValueException(
                            "changed range of namespace " + namespaceId,
                            blockCount + " blocks from " + firstBlock + " on",
                            "inside of " + namespace.blockCount() + " blocks");
                }
                return namespace;
            }
        }
        throw new InvalidValueException(
                "namespace of a changed range", Long.toString(namespaceId), "one of the namespaces copied");
    }

    private ByteBuffer buffer() {
        var present = buffer;
        if (present == null) {
            var memory = ByteBuffer.allocateDirect(pieceBytes + ALIGNMENT - 1);
            present = memory.slice((ALIGNMENT - memory.alignmentOffset(0, ALIGNMENT)) % ALIGNMENT, pieceBytes);
            buffer = present;
        }
        return present;
    }
}
