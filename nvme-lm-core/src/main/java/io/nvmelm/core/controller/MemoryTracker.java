package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.MemoryTrackingRequestCodec;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.MemoryTrackingRequest;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tracking of the guest memory that one migratable controller writes, by Track Send and Track Receive of its controlling controller
/// (Base 2.3 clauses 5.2.27 and 5.2.28).
///
/// Ranges are rounded outward to the units that the controller tracks in. A report takes everything from the controller, since the
/// command cannot ask for one range, and keeps what lies outside the range that was asked for.
///
/// A Track Receive removes what it reports, so whenever one fails, times out or is answered with what cannot be, every page that is
/// tracked counts as written. One that timed out may still be executed and remove changes that nobody sees: as long as it may be, each
/// report says that everything was written. Likewise while a stop and a start that were not answered may still be executed, since
/// together they replace what is tracked: then each report says so until tracking is started again after that start has ended.
///
/// When the controlling controller answers that the memory is not tracked, which a reset of it brings about, nobody knows what was
/// written since: the report sets every bit of its range and throws, and so does each later one until tracking is started again. Start
/// and stop are refused while the controller is suspended; the tracking goes on as it was.
///
/// Thread-safe; operations exclude each other and block for their commands.
public final class MemoryTracker implements DirtyMemoryTracking {
    /// Most granularities that are tried in one start.
    private static final int MAXIMUM_ATTEMPTS = 16;
    /// No number of a resumption.
    private static final long NEVER = -1;

    private final TrackingLimits limits;
    private final String name;
    private final long maximumTransferBytes;
    private final TrackSends sends;
    private final MemoryReportReader reader;
    private final ReentrantLock lock = new ReentrantLock();

    /// What is tracked; null when nothing is.
    private @Nullable TrackedMemory tracked;
    /// The answer that said that tracking had ended; null while it goes on.
    private @Nullable CommandFailedException lost;
    /// Whether the controller may be tracking: it does, or a command that would tell was not answered.
    private boolean mayTrack;
    /// Whether late commands may replace what is tracked.
    private boolean doubtful;
    /// How often the controller was resumed, or may have been.
    private final AtomicLong resumptions = new AtomicLong();
    /// How often it had been when a report was asked for that proved that nothing more is written; [#NEVER] without such a report. A
    /// resumption in the middle of the report so makes that proof worthless.
    private volatile long quiescentSince = NEVER;

    MemoryTracker(
            CommandPort port,
            PiecePool pool,
            TransferOptions options,
            TrackingLimits limits,
            int controllerId,
            String name,
            long maximumTransferBytes) {
        this.limits = limits;
        this.name = name;
        this.maximumTransferBytes = maximumTransferBytes;
        this.sends = new TrackSends(port, options, controllerId);
        this.reader = new MemoryReportReader(port, pool, options, controllerId);
    }

    /// Starts tracking. Asks for the wished granularity, or for the nearest that the controller announces; when the controller cannot do
    /// that now, for a coarser one after its hints. Ends an earlier tracking of this controller, also one that an earlier program left
    /// behind. What was written before does not count.
    ///
    /// @param ranges       what to track, disjoint, in whole pages of 4096 bytes; where a unit is larger than that, the rest of the unit
    ///                     is tracked too
    /// @param pageByteSize wished granularity in bytes, a power of two of 4096 or more
    /// @return bytes of the unit that is tracked in
    /// @throws InvalidValueException      when ranges overlap, are not whole pages, or there are none; an earlier tracking goes on
    /// @throws CapabilityMissingException when the controller cannot track so many ranges; an earlier tracking goes on
    /// @throws CommandFailedException     when the controller refused: with Controller Suspended an earlier tracking goes on, with Not
    ///                                    Enough Resources completion dwords 0 and 1 are the last hints
    /// @throws LiveMigrationException     when a command failed otherwise; nothing is tracked then
    @Override
    public long start(List<MemoryRange> ranges, long pageByteSize) {
        lock.lock();
        try {
            TrackedRanges.requirePageSize(pageByteSize);
            var wanted = TrackedRanges.of(ranges);
            var choice = new GranularityChoice(limits, wanted, (maximumTransferBytes
                    - MemoryTrackingRequestCodec.HEADER_BYTES)
                    / MemoryTrackingRequestCodec.DESCRIPTOR_BYTES);
            int granularity = choice.first(pageByteSize);
            boolean mayBeReplaced = sends.mayReplaceTheNext();
            if (mayTrack) {
                stopTracking();
            }
            forget();
            granularity = negotiate(wanted, choice, granularity);
            doubtful = mayBeReplaced;
            tracked = new TrackedMemory(wanted.rounded(granularity));
            return TrackedRanges.PAGE_BYTES << granularity;
        } catch (LiveMigrationException e) {
            throw e.at(name, "starting to track memory");
        } finally {
            lock.unlock();
        }
    }

    private int negotiate(TrackedRanges wanted, GranularityChoice choice, int first) {
        int granularity = first;
        boolean stopped = false;
        for (int attempt = 1;; attempt++) {
            try {
                send(wanted, granularity);
                return granularity;
            } catch (CommandFailedException e) {
                if (e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER) && !stopped) {
                    stopped = true;
                    stopTracking();
                } else if (e.status().is(StatusCode.NOT_ENOUGH_RESOURCES) && attempt < MAXIMUM_ATTEMPTS) {
                    granularity = choice.next(granularity, e.dword0() & 0xFFFF, Integer.toUnsignedLong(e.dword1()))
                            .orElseThrow(() -> e);
                } else {
                    throw e;
                }
            }
        }
    }

    /// Sends the request; afterwards it is known whether the controller tracks, unless it did not answer.
    private void send(TrackedRanges wanted, int granularity) {
        var request = new MemoryTrackingRequest(
                granularity,
                wanted.rounded(granularity).descriptors(granularity, limits.powerOfTwoRanges()));
        mayTrack = true;
        try {
            sends.start(request);
        } catch (CommandFailedException e) {
            mayTrack = false;
            throw e;
        }
    }

    /// Stops what the controller may be tracking. That it tracks nothing is as good.
    private void stopTracking() {
        mayTrack = true;
        try {
            sends.stop();
        } catch (CommandFailedException e) {
            if (!e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)) {
                throw e;
            }
        } catch (LiveMigrationException e) {
            forget();
            throw e;
        }
        mayTrack = false;
    }

    private void forget() {
        tracked = null;
        lost = null;
        doubtful = false;
        quiescentSince = NEVER;
    }

    /// Reports what was written; see [DirtyMemoryTracking#report(MemoryRange, long, MemorySegment)].
    ///
    /// @param range        what to report, inside the units that are tracked, a multiple of the page size
    /// @param pageByteSize bytes that one bit stands for, a power of two of 4096 or more, whatever the unit of the tracking is
    /// @param bitmap       at least one bit for each page, bit 0 of byte 0 first
    /// @throws InvalidValueException  when an argument is out of bounds, nothing is tracked, or the controller answered what cannot be
    /// @throws CommandFailedException with Invalid Controller Identifier when the controller does not track this memory any more: every
    ///                                bit of the range was set, and tracking has to be started again
    /// @throws LiveMigrationException when the device did not report; the next report says that everything was written
    @Override
    public void report(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        lock.lock();
        try {
            var memory = tracked;
            if (memory == null) {
                throw new InvalidValueException("tracking", "not started", "started before a report is asked for");
            }
            var asked = memory.ask(range, pageByteSize, bitmap);
            quiescentSince = NEVER;
            long resumed = resumptions.get();
            var known = lost;
            if (known != null) {
                memory.markEverything();
                memory.moveTo(asked);
                throw new CommandFailedException(
                        known.command(),
                        new Completion(known.dword0(), known.dword1(), known.status()),
                        known.category(),
                        known.remedy());
            }
            boolean drained = receive(memory, asked);
            if (doubtful) {
                memory.markEverything();
            }
            memory.moveTo(asked);
            if (drained) {
                quiescentSince = resumed;
            }
        } catch (LiveMigrationException e) {
            throw e.at(name, "reporting written memory");
        } finally {
            lock.unlock();
        }
    }

    private boolean receive(TrackedMemory memory, PageBitmap asked) {
        try {
            return reader.readInto(memory, asked);
        } catch (CommandFailedException e) {
            memory.markEverything();
            if (e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)) {
                lost = e;
                mayTrack = false;
                memory.moveTo(asked);
            }
            throw e;
        } catch (Throwable e) {
            memory.markEverything();
            throw e;
        }
    }

    @Override
    public boolean isQuiescent() {
        return quiescentSince == resumptions.get();
    }

    /// The controller may write again, now or when a report that is under way ends: what was proved until now counts no more. Never waits.
    void resumed() {
        resumptions.incrementAndGet();
    }

    /// Stops tracking; what was not reported is dropped. No error when nothing is tracked.
    ///
    /// @throws CommandFailedException with Controller Suspended while the controller is suspended: resume it first, or leave the tracking
    ///                                to the next start, which ends it; it goes on until then
    /// @throws LiveMigrationException when the command failed otherwise; nothing is tracked here then, and the next start makes sure
    ///                                that the controller does not either
    @Override
    public void stop() {
        lock.lock();
        try {
            if (mayTrack) {
                stopTracking();
            }
            forget();
        } catch (LiveMigrationException e) {
            throw e.at(name, "stopping to track memory");
        } finally {
            lock.unlock();
        }
    }

    /// Stops as far as that is possible: a controller that is suspended or gone keeps its tracking, which ends with the next start or
    /// with a reset of the controlling controller.
    void close() {
        lock.lock();
        try {
            if (mayTrack) {
                stopTracking();
            }
        } catch (LiveMigrationException _) {
            mayTrack = true;
        } finally {
            forget();
            sends.close();
            reader.close();
            lock.unlock();
        }
    }
}
