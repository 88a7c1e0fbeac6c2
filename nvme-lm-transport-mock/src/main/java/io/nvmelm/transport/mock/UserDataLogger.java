package io.nvmelm.transport.mock;

import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.MemorySegment;

/// Logging of the user data changes of one controller into its queue: which entries are posted, when, and with which
/// place in the sequence (NVM Command Set 1.2 clauses 4.1.8 and 5.6).
///
/// The entry that makes the queue full says so and has its range; then logging has stopped. A change for which there is
/// no slot at all, because a marker took the last one, stops logging too; the entry that says so follows as soon as a
/// slot is free. Guarded by the lock of the world.
final class UserDataLogger {
    /// How long a change is held back where entries are merged.
    static final long MERGING_NANOS = 20_000;
    /// How long after the answer to Suspend its entry is posted, where it is posted late.
    static final long LATE_SUSPEND_ENTRY_NANOS = 100_000;

    private static final long MAXIMUM_RANGE_BLOCKS = 1L << 32;

    private final DataQueue queue;
    private final VirtualClock clock;
    private final SubsystemConfiguration configuration;
    private final boolean merges;
    private final boolean goesOnAfterFull;
    private final MemorySegment entry = MemorySegment.ofArray(new byte[DataQueue.ENTRY_BYTES]);
    private final TimerEvent mergingOver = new TimerEvent(this::flush);
    private final TimerEvent lateSuspendEntry = new TimerEvent(this::postSuspended);
    private boolean logging;
    /// Whether the next entry is the first one.
    private boolean firstOwed;
    /// Whether a change was lost without an entry that says so.
    private boolean fullOwed;
    /// Whether the queue was full since the last start.
    private boolean wasFull;
    /// Whether the newest entry since the last start says that the queue is full.
    private boolean saidFull;
    private boolean holdsChange;
    private int heldNamespace;
    private long heldFirst;
    private long heldCount;
    private boolean heldDeallocated;

    UserDataLogger(DataQueue queue, VirtualClock clock, SubsystemConfiguration configuration) {
        this.queue = queue;
        this.clock = clock;
        this.configuration = configuration;
        this.merges = configuration.has(DeviceVariant.ENTRIES_MERGED);
        this.goesOnAfterFull = configuration.has(DeviceVariant.LOGGING_GOES_ON_AFTER_FULL);
    }

    /// {@return whether changes are logged and no start is due}
    boolean isLogging() {
        return logging && !wasFull;
    }

    /// Logs from now on.
    void start() {
        flush();
        queue.dropFull();
        wasFull = false;
        saidFull = false;
        fullOwed = false;
        logging = true;
        begin();
    }

    /// A marker is first, if that leaves room for a change; else, and where entries are merged, the first change is.
    private void begin() {
        firstOwed = true;
        if (!merges && queue.free() > 1) {
            postFirst();
        }
    }

    private void postFirst() {
        firstOwed = false;
        post(EntrySequence.FIRST);
    }

    /// Logs no longer. Nothing when it did not.
    void stop() {
        postLateSuspendEntry();
        flush();
        if (logging) {
            logging = false;
            postLast(EntrySequence.LAST_STOPPED);
        }
    }

    /// The controller is suspended.
    void suspended() {
        if (configuration.has(DeviceVariant.SUSPEND_ENTRY_AFTER_ANSWER)) {
            clock.cancel(lateSuspendEntry);
            clock.start(lateSuspendEntry, LATE_SUSPEND_ENTRY_NANOS);
        } else {
            postSuspended();
        }
    }

    /// The controller runs again.
    void resumed() {
        postLateSuspendEntry();
        if (logging) {
            begin();
        }
    }

    /// The host gave slots back.
    void slotsFreed() {
        if (fullOwed && queue.free() > 0) {
            fullOwed = false;
            post(EntrySequence.LAST_FULL);
        }
    }

    /// The queue is about to be deleted: what is late happens now, what is not posted by then is lost.
    void end() {
        postLateSuspendEntry();
        clock.cancel(mergingOver);
        holdsChange = false;
        logging = false;
    }

    /// Blocks of the controller changed.
    void changed(int namespaceId, long first, long count, boolean deallocated) {
        if (!logging || count <= 0) {
            return;
        }
        boolean reported = deallocated && !configuration.has(DeviceVariant.DEALLOCATED_LOGGED_AS_MODIFIED);
        if (!merges) {
            postChange(namespaceId, first, count, reported);
        } else if (!mergeInto(namespaceId, first, count, reported)) {
            flush();
            if (logging) {
                hold(namespaceId, first, count, reported);
            }
        }
    }

    private void hold(int namespaceId, long first, long count, boolean deallocated) {
        holdsChange = true;
        heldNamespace = namespaceId;
        heldFirst = first;
        heldCount = count;
        heldDeallocated = deallocated;
        clock.start(mergingOver, MERGING_NANOS);
    }

    private boolean mergeInto(int namespaceId, long first, long count, boolean deallocated) {
        if (!holdsChange
                || namespaceId != heldNamespace
                || deallocated != heldDeallocated
                || first > heldFirst + heldCount
                || heldFirst > first + count) {
            return false;
        }
        long end = Math.max(first + count, heldFirst + heldCount);
        heldFirst = Math.min(first, heldFirst);
        heldCount = end - heldFirst;
        return true;
    }

    private void flush() {
        clock.cancel(mergingOver);
        if (holdsChange) {
            holdsChange = false;
            postChange(heldNamespace, heldFirst, heldCount, heldDeallocated);
        }
    }

    private void postChange(int namespaceId, long first, long count, boolean deallocated) {
        var medium = configuration.namespace(Integer.toUnsignedLong(namespaceId));
        boolean whole = first == 0 && medium != null && count == medium.blockCount();
        long next = first;
        long left = count;
        while (left > 0) {
            int free = queue.free();
            if (free == 0) {
                lost();
                return;
            }
            if (free == 1 && configuration.has(DeviceVariant.FULL_ENTRY_WITHOUT_RANGE)) {
                post(EntrySequence.LAST_FULL);
                full();
                return;
            }
            var sequence = free == 1
                    ? EntrySequence.LAST_FULL
                    : firstOwed ? EntrySequence.FIRST : EntrySequence.ORDINARY;
            firstOwed = false;
            saidFull = sequence == EntrySequence.LAST_FULL;
            if (whole && sequence != EntrySequence.ORDINARY) {
                UserDataEntry.namespace(entry, sequence, namespaceId, deallocated);
                left = 0;
            } else {
                long here = Math.min(left, MAXIMUM_RANGE_BLOCKS);
                UserDataEntry.range(entry, sequence, namespaceId, next, here, deallocated);
                next += here;
                left -= here;
                whole = false;
            }
            queue.post(entry);
            if (saidFull) {
                full();
                return;
            }
        }
    }

    private void full() {
        wasFull = true;
        logging = goesOnAfterFull;
        queue.raiseFull();
    }

    private void lost() {
        if (!saidFull && !fullOwed) {
            fullOwed = true;
            full();
        }
    }

    private void postSuspended() {
        flush();
        if (logging || configuration.has(DeviceVariant.SUSPEND_ENTRY_WITHOUT_LOGGING)) {
            postLast(EntrySequence.LAST_SUSPENDED);
        }
    }

    private void postLateSuspendEntry() {
        if (lateSuspendEntry.isQueued()) {
            clock.cancel(lateSuspendEntry);
            postSuspended();
        }
    }

    /// A marker for which there is no slot is not posted.
    private void postLast(EntrySequence sequence) {
        if (firstOwed && queue.free() > 1) {
            postFirst();
        }
        if (queue.free() > 0) {
            firstOwed = false;
            post(sequence);
        }
    }

    private void post(EntrySequence marker) {
        saidFull = marker == EntrySequence.LAST_FULL;
        UserDataEntry.marker(entry, marker);
        queue.post(entry);
    }
}
