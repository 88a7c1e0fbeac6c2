package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes from a controlling controller what one controller wrote since the last time, by Track Receive, as often as there is more.
///
/// What a command reported is gone from the controller, so a failure here loses changes, and the caller has to take everything as
/// written. Commands that timed out are remembered: until their memory is free they may still be executed. Not thread-safe.
final class MemoryReportReader {
    /// Full reports beyond those that name every page twice, for a controller that writes meanwhile.
    private static final long SPARE_REPORTS = 16;

    /// A command that timed out and may still take changes away.
    private record Stray(CommandPort.Pending command, PiecePool.Buffer buffer) {
        boolean isOver() {
            return command.future().isDone() && !buffer.memory.isQuarantined();
        }

        boolean releaseWhenOver() {
            boolean over = isOver();
            if (over) {
                PiecePool.discard(buffer);
            }
            return over;
        }
    }

    private final CommandPort port;
    private final PiecePool pool;
    private final TransferOptions options;
    private final int controllerId;
    private final TrackedMemoryChangesView view = new TrackedMemoryChangesView();
    private final List<Stray> strays = new ArrayList<>();

    MemoryReportReader(CommandPort port, PiecePool pool, TransferOptions options, int controllerId) {
        this.port = port;
        this.pool = pool;
        this.options = options;
        this.controllerId = controllerId;
    }

    /// Takes everything, however little one command reports. Bounded by the number of pages that are named, which may be every page
    /// twice and some more, and by the deadline of one command for all of them.
    ///
    /// @param memory what keeps the pages that are not asked for
    /// @param asked  what gets the bits of those that are
    /// @return whether the controller was suspended and has nothing more
    boolean readInto(TrackedMemory memory, PageBitmap asked) {
        int descriptors = (pool.bufferBytes() - TrackedMemoryChangesView.HEADER_BYTES)
                / TrackedMemoryChangesView.DESCRIPTOR_BYTES;
        long limit = 2 * memory.pageCount() + SPARE_REPORTS * descriptors;
        long named = 0;
        long end = System.nanoTime() + options.commandTimeout().toNanos();
        var command = new TrackedMemoryChangesCommand(controllerId, pool.bufferBytes() / 4);
        boolean drained;
        for (long round = 1;; round++) {
            var buffer = receive(command);
            boolean more;
            try {
                view.wrap(buffer.memory.segment(), 0, pool.bufferBytes()).validate(controllerId);
                more = view.moreToReport();
                drained = view.suspended() && !more;
                named += memory.markWritten(view, asked);
                if (more) {
                    requireProgress(round, named, limit, end);
                }
            } finally {
                pool.giveBack(buffer);
            }
            if (!more) {
                break;
            }
        }
        if (!strays.isEmpty()) {
            // Those that are over took changes away before now, and those that are not may do so before the next report.
            strays.removeIf(Stray::releaseWhenOver);
            memory.markEverything();
        }
        return drained;
    }

    private void requireProgress(long round, long named, long limit, long end) {
        if (view.validatedCount() == 0) {
            throw new InvalidValueException(
                    "MTR", "1 without a descriptor", "0 when there is none", TrackedMemoryChangesView.ATTRB_OFFSET);
        }
        if (named >= limit) {
            throw new InvalidValueException(
                    "MTR", "1 in " + round + " reports in a row, which named " + named + " pages",
                    "0 after at most " + limit, TrackedMemoryChangesView.ATTRB_OFFSET);
        }
        if (System.nanoTime() - end > 0) {
            throw new CommandTimeoutException(
                    "reporting written memory in " + round + " commands", options.commandTimeout());
        }
    }

    /// Executes the command and returns its data.
    private PiecePool.Buffer receive(TrackedMemoryChangesCommand command) {
        var buffer = pool.take();
        CommandPort.@Nullable Pending pending = null;
        try {
            pending = port.submit(command, buffer.memory, options.commandTimeout());
            CommandPort.requireSuccess(command, port.await(pending));
            return buffer;
        } catch (CommandFailedException e) {
            pool.giveBack(buffer);
            throw e;
        } catch (Throwable e) {
            if (pending != null && !new Stray(pending, buffer).isOver()) {
                strays.add(new Stray(pending, buffer));
            } else {
                PiecePool.discard(buffer);
            }
            throw e;
        }
    }

    /// Gives memory up; the transport keeps what a command may still write into.
    void close() {
        strays.forEach(stray -> PiecePool.discard(stray.buffer()));
        strays.clear();
    }
}
