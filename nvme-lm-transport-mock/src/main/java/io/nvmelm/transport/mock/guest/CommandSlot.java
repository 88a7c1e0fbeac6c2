package io.nvmelm.transport.mock.guest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One place for a command in flight, used again and again: who it is and what its completion has to settle.
final class CommandSlot {

    /// Place in its queue's table of slots.
    final int index;
    /// Data memory, made when the slot moves data for the first time.
    @Nullable TransferBuffer buffer;

    /// Submitted and not completed.
    boolean inFlight;
    /// Given up by a drain; set back should it complete after all.
    boolean lost;
    /// Command identifier of the present use.
    int commandId;
    /// Uses so far, which make the upper bits of the command identifier.
    int uses;
    /// Where it stands in its submission queue, counted from the queue's first command on.
    long ringPosition;

    /// What it does, for I/O.
    IoKind kind = IoKind.FLUSH;
    /// First block, for I/O.
    long firstBlock;
    /// Number of blocks, 0 for Flush.
    int blockCount;
    /// Further ranges, for what works on several.
    List<BlockLedger.Range> furtherRanges = List.of();
    /// Sequence number of a write.
    long sequence;

    /// Dword 0 of the completion.
    int dword0;
    /// Status of the completion, 15 bits.
    int statusBits;
    /// An Asynchronous Event Request, which may stay outstanding for ever.
    boolean eventRequest;

    CommandSlot(int index) {
        this.index = index;
    }

    /// What it was, for a report.
    @Override
    public String toString() {
        var blocks = blockCount == 0 ? "" : " of " + blockCount + " blocks at " + firstBlock;
        var further = furtherRanges.isEmpty() ? "" : " and " + furtherRanges.size() + " further ranges";
        return "command " + commandId + " (" + kind + blocks + further + ")";
    }
}
