package io.nvmelm.core.controller;

import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.MemoryTrackingRequestCodec;
import io.nvmelm.nvme.MemoryTrackingRequest;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.spi.TransferMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Starts and stops the tracking of one controller by Track Send, and remembers which of these commands were not answered: they may
/// still be executed, in any order.
///
/// One of them alone does no harm: a late start is refused where something is tracked, and the next start ends what it began elsewhere;
/// what a late stop ended is noticed by the next report. A late stop followed by a late start puts the ranges of the latter in the place
/// of those that are tracked, and no answer tells. Not thread-safe.
final class TrackSends {

    /// A start that was not answered.
    private record LateStart(CommandPort.Pending command, TransferMemory memory) {
        boolean isOver() {
            return command.future().isDone() && !memory.isQuarantined();
        }

        boolean releaseWhenOver() {
            boolean over = isOver();
            if (over) {
                memory.close();
            }
            return over;
        }
    }

    private final CommandPort port;
    private final TransferOptions options;
    private final int controllerId;
    private final List<LateStart> lateStarts = new ArrayList<>();
    /// Whether a stop was not answered. A stop has no memory that would tell when it is over, so this stays.
    private boolean lateStop;

    TrackSends(CommandPort port, TransferOptions options, int controllerId) {
        this.port = port;
        this.options = options;
        this.controllerId = controllerId;
    }

    /// {@return whether commands that were not answered may replace what a start that is sent from now on tracks}
    boolean mayReplaceTheNext() {
        lateStarts.removeIf(LateStart::releaseWhenOver);
        return lateStop && !lateStarts.isEmpty();
    }

    void start(MemoryTrackingRequest request) {
        var command = new TrackMemoryChangesCommand(controllerId, true, request.byteSize());
        var memory = port.transport().allocate(request.byteSize());
        CommandPort.@Nullable Pending pending = null;
        try {
            MemoryTrackingRequestCodec.encode(request, memory.segment());
            pending = port.submit(command, memory, options.commandTimeout());
            CommandPort.requireSuccess(command, port.await(pending));
        } finally {
            if (pending == null || new LateStart(pending, memory).isOver()) {
                memory.close();
            } else {
                lateStarts.add(new LateStart(pending, memory));
            }
        }
    }

    void stop() {
        var command = TrackMemoryChangesCommand.stop(controllerId);
        var pending = port.submit(command, null, options.commandTimeout());
        boolean answered = false;
        try {
            var completion = port.await(pending);
            answered = true;
            CommandPort.requireSuccess(command, completion);
        } finally {
            lateStop |= !answered;
        }
    }

    /// Gives memory up; the transport keeps what a command may still read.
    void close() {
        lateStarts.forEach(late -> late.memory().close());
        lateStarts.clear();
    }
}
