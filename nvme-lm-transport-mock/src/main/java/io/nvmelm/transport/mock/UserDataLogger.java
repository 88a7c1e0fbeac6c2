package io.nvmelm.transport.mock;

import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Logging of the user data changes of one controller into its queue: which entries are posted, when, and with which
/// place in the sequence (NVM Command Set 1.2 clauses 4.1.8 and 5.6).
///
/// The entry that makes the queue full says so and has its range; then logging has stopped. A change for which there is
/// no slot at all, because a marker took the last one, stops logging too; the entry that says so follows as soon as a
/// slot is free. So does a marker that finds no slot. Guarded by the lock of the world.
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
    private final boolean ignoresStartWhenLogging;
    private final MemorySegment entry = MemorySegment.ofArray(new byte[DataQueue.ENTRY_BYTES]);
    private final TimerEvent mergingOver = new TimerEvent(this::flush);
    private final TimerEvent lateSuspendEntry = new TimerEvent(this::postSuspended);
    private boolean logging;
    /// Whether the next entry is the first one.
    private boolean firstOwed;
    /// The entry that found no slot and follows when one is free: full, where a change was lost without an entry that
    /// says so, or else the newest marker. While there is one the queue has no slot.
    private @Nullable EntrySequence owed;
    /// Whether the entry that is owed comes after a first one that is owed too.
    private boolean firstOwedBefore;
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
        this.ignoresStartWhenLogging = configuration.has(DeviceVariant.START_WHEN_LOGGING_SUCCEEDS);
    }

    /// {@return whether changes are logged and no start is due} After a full queue none is where logging goes on by
    /// itself and a start while logging changes nothing.
    boolean isLogging() {
        return logging && (!wasFull || ignoresStartWhenLogging);
    }

    /// Logs from now on.
    void start() {
        flush();
        queue.dropFull();
        wasFull = false;
        saidFull = false;
        if (owed == EntrySequence.LAST_FULL) {
            owed = null;
        }
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
        var marker = owed;
        if (marker != null && queue.free() > 0) {
            owed = null;
            if (firstOwedBefore && queue.free() > 1) {
                post(EntrySequence.FIRST);
            }
            post(marker);
        }
    }

    /// The queue is about to be deleted: what is late happens now, what is not posted by then is lost.
    void end() {
        postLateSuspendEntry();
        abandon();
    }

    /// The controlling controller was reset, and the queue with it: nothing more is posted.
    void abandon() {
        clock.cancel(lateSuspendEntry);
        clock.cancel(mergingOver);
        holdsChange = false;
        owed = null;
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
        if (!saidFull && owed != EntrySequence.LAST_FULL) {
            owe(EntrySequence.LAST_FULL);
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

    /// A marker for which there is no slot is owed, unless the host finds or will find that the queue was full.
    private void postLast(EntrySequence sequence) {
        if (firstOwed && queue.free() > 1) {
            postFirst();
        }
        if (queue.free() > 0) {
            firstOwed = false;
            post(sequence);
        } else if (!saidFull && owed != EntrySequence.LAST_FULL) {
            owe(sequence);
        }
    }

    /// Of several the newest is owed. A first entry that was due before it is owed with it, unless the queue was full:
    /// that says more.
    private void owe(EntrySequence sequence) {
        if (sequence == EntrySequence.LAST_FULL) {
            firstOwedBefore = false;
        } else {
            firstOwedBefore = firstOwed || (owed != null && firstOwedBefore);
            firstOwed = false;
        }
        owed = sequence;
    }

    private void post(EntrySequence marker) {
        saidFull = marker == EntrySequence.LAST_FULL;
        UserDataEntry.marker(entry, marker);
        queue.post(entry);
    }
}
