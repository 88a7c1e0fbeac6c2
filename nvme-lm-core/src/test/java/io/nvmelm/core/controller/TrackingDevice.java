package io.nvmelm.core.controller;

import io.nvmelm.core.codec.MemoryTrackingRequestCodec;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.MemoryTrackingRequest;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A controlling controller that tracks the memory of one controller, page by page, as simply as can be.
final class TrackingDevice implements ScriptedTransport.Others {
    /// Limits with plenty of everything: granularities 0 to 9.
    static final TrackingLimits LIMITS = new TrackingLimits(1024, 1024, 0, 9, 1, 0, 0, 0, 0, 0);

    final List<MemoryTrackingRequest> requests = new ArrayList<>();
    /// What is tracked; null when nothing is.
    @Nullable MemoryTrackingRequest tracked;
    /// Pages of 4 KiB that were written and not reported.
    final TreeSet<Long> written = new TreeSet<>();
    boolean suspended;
    /// Exponent of the unit of reports; -1 for that of the request.
    int reportGranularity = -1;

    static TrackingLimits limits(int ranges, int minimum, int maximum, boolean powersOfTwo) {
        return new TrackingLimits(ranges, ranges, minimum, maximum, powersOfTwo ? 5 : 1, 0, 0, 0, 0, 0);
    }

    /// The device writes a byte; only what is tracked is noticed.
    void write(long address) {
        var request = tracked;
        if (request == null) {
            return;
        }
        for (var range : request.ranges()) {
            long bytes = range.unitCount() << 12 + request.granularity();
            if (address >= range.startAddress() && address < range.startAddress() + bytes) {
                written.add(address >>> 12);
            }
        }
    }

    @Override
    public Completion execute(AdminCommand command, MemorySegment data) {
        return switch (command) {
            case TrackMemoryChangesCommand track -> track(track, data);
            case TrackedMemoryChangesCommand _ -> receive(data);
            default -> Completion.failure(StatusCode.INVALID_COMMAND_OPCODE);
        };
    }

    private Completion track(TrackMemoryChangesCommand command, MemorySegment data) {
        if (suspended) {
            return Completion.failure(StatusCode.CONTROLLER_SUSPENDED);
        }
        if (!command.start()) {
            tracked = null;
            written.clear();
            return Completion.success();
        }
        if (tracked != null) {
            return Completion.failure(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
        }
        tracked = MemoryTrackingRequestCodec.decode(data);
        requests.add(tracked);
        return Completion.success();
    }

    private Completion receive(MemorySegment data) {
        var request = tracked;
        if (request == null) {
            return Completion.failure(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
        }
        int granularity = reportGranularity < 0 ? request.granularity() : reportGranularity;
        var view = new TrackedMemoryChangesView().wrap(data, 0, data.byteSize());
        data.fill((byte) 0);
        long room = (data.byteSize() - 16) / 16;
        long count = 0;
        while (count < room && !written.isEmpty()) {
            long unit = written.first() >>> granularity;
            view.descriptor(count++, unit << 12 + granularity, 1);
            written.removeIf(page -> page >>> granularity == unit);
        }
        view.controllerId(5)
                .descriptorCount(count)
                .granularity(granularity)
                .moreToReport(!written.isEmpty())
                .suspended(suspended);
        return Completion.success();
    }
}
