package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.EntrySequence;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads what the controller logs from its queue into [ChangedBlocks], and judges by the first and last entries, and by how commands
/// ended, how complete that is. In doubt changes count as lost. Not thread-safe, but for the state and the reason of a loss.
final class UserDataReader {
    /// What became of the last order to stop.
    private enum Stop {
        NONE, ORDERED, UNCERTAIN
    }

    /// A suspension as it was ordered.
    ///
    /// @param number 1 for the first
    /// @param before what was known of the entry before
    /// @param after  what was known of it then
    record Order(long number, SuspensionEntry before, SuspensionEntry after) {}

    private static final String REPORTED_NONSENSE = "the controlling controller reported what cannot be: ";

    private final UserDataQueue queue;
    private final UserDataQueueEvents events;
    private volatile UserDataLogState state = UserDataLogState.OFF;
    private volatile @Nullable String lossReason;
    private @Nullable ChangedBlocks changes;
    private Stop stop = Stop.NONE;
    private SuspensionEntry suspensionEntry = SuspensionEntry.NONE;
    /// Suspensions ordered.
    private long orders;
    /// Whether a Resume was not answered that may still be executed.
    private boolean resumeUnsettled;
    /// The queue that logging was started into last, by the creations up to it.
    private long queueNumber;

    UserDataReader(UserDataQueue queue, UserDataQueueEvents events) {
        this.queue = queue;
        this.events = events;
    }

    UserDataLogState state() {
        return state;
    }

    /// Why changes were lost; null unless they were.
    @Nullable
    String lossReason() {
        return lossReason;
    }

    /// What was read and not taken.
    ///
    /// @throws InvalidValueException when nothing was started
    ChangedBlocks changes() {
        var known = changes;
        if (known == null) {
            throw new InvalidValueException("user data log", state.toString(), "one that was started");
        }
        return known;
    }

    /// Logging is about to be started, perhaps again: what was logged before is of no use any more.
    void starting() {
        if (changes != null) {
            if (stop == Stop.ORDERED && state != UserDataLogState.STOPPED) {
                queue.expectStaleStop();
            }
            lose("logging was to be started again, and that did not succeed");
        }
    }

    /// An entry was dropped, which counts only for what it says of a suspension.
    void dropped(EntrySequence marker) {
        if (marker == EntrySequence.LAST_SUSPENDED) {
            suspensionEntry = suspensionEntry.read();
        } else if (marker == EntrySequence.FIRST) {
            suspensionEntry = suspensionEntry.begun();
        }
    }

    /// Logging was started.
    ///
    /// @param fresh takes the changes
    void started(ChangedBlocks fresh) {
        changes = fresh;
        stop = Stop.NONE;
        // What was posted before was dropped, but the entry of a suspension that has ended may still come into the same queue.
        suspensionEntry = queue.creations() == queueNumber ? suspensionEntry.ended() : SuspensionEntry.NONE;
        queueNumber = queue.creations();
        // Logging is not started while the controller is suspended.
        resumeUnsettled = false;
        lossReason = null;
        state = UserDataLogState.LOGGING;
    }

    /// Whether there is nothing to stop, or an order to stop was obeyed.
    boolean isStopped() {
        return state == UserDataLogState.OFF || stop == Stop.ORDERED;
    }

    /// An order to stop was obeyed.
    void stopped() {
        stop = Stop.ORDERED;
    }

    /// An order to stop was not answered.
    void stoppedPerhaps() {
        stop = Stop.UNCERTAIN;
    }

    /// The log ends.
    void end() {
        changes = null;
        lossReason = null;
        state = UserDataLogState.OFF;
        events.tellSoon();
    }

    /// A suspension is about to be ordered. Asks whether the controller is suspended already where an entry said so: whether that entry
    /// belongs to the suspension that is to come cannot be found out later. While a Resume is unsettled it does not count: that may be
    /// executed between the answer and the suspension.
    ///
    /// @return the order, for [#suspensionRefused(Order)]
    Order suspending() {
        boolean wasRead = suspensionEntry == SuspensionEntry.SEEN || suspensionEntry == SuspensionEntry.DOUBTFUL;
        boolean counts = isReading() && wasRead && isSuspendedStill();
        var before = suspensionEntry;
        if (!counts) {
            suspensionEntry = before.ordered();
        } else if (resumeUnsettled) {
            suspensionEntry = SuspensionEntry.STALE_AND_DUE;
            if (state == UserDataLogState.SUSPENDED) {
                state = UserDataLogState.LOGGING;
            }
        }
        return new Order(++orders, before, suspensionEntry);
    }

    /// A suspension was refused: no entry of it will come. Changes nothing where another one was ordered since, or an entry was read.
    void suspensionRefused(Order order) {
        if (order.number() == orders && suspensionEntry == order.after()) {
            suspensionEntry = order.before();
        }
    }

    /// Whether the suspension whose entry was read goes on. If not, that is noted.
    private boolean isSuspendedStill() {
        if (!queue.isControllerSuspended()) {
            resumed();
            return false;
        }
        if (suspensionEntry == SuspensionEntry.SEEN && state == UserDataLogState.LOGGING) {
            state = UserDataLogState.SUSPENDED;
        }
        return true;
    }

    /// A suspension has ended, or there was none.
    void resumed() {
        consumeRest();
        resumeUnsettled = false;
        suspensionEntry = suspensionEntry.ended();
        goOn();
    }

    /// A suspension may have ended.
    void resumedPerhaps() {
        consumeRest();
        resumeUnsettled = true;
        if (suspensionEntry != SuspensionEntry.SEEN) {
            suspensionEntry = suspensionEntry.ended();
        }
        goOn();
    }

    private void goOn() {
        if (isReading() && queue.presence() != UserDataQueue.Presence.OPEN) {
            lose("the suspension deleted the queue, and the controller was resumed or reset");
        } else if (state == UserDataLogState.SUSPENDED) {
            state = UserDataLogState.LOGGING;
        }
    }

    /// Whether an entry is there that was not read, or whether there is no queue to look into any more.
    boolean isEntryPosted() {
        var presence = queue.presence();
        return presence == UserDataQueue.Presence.ABSENT || queue.ring().isPosted(0);
    }

    /// Reads what a suspended controller has posted until now, and finds out whether that is all.
    ///
    /// @param ask whether to ask the controller, which finds out whether it still has the queue, also where the entry of the suspension
    ///            was not read
    /// @return whether it is, or changes were lost
    boolean drainToEnd(boolean ask) {
        drain();
        if (state == UserDataLogState.STOPPED) {
            lose("logging had been stopped before the controller was suspended");
        }
        if (state == UserDataLogState.LOGGING && suspensionEntry == SuspensionEntry.SEEN) {
            isSuspendedStill();
        }
        if (ask || state != UserDataLogState.LOGGING) {
            confirm();
        }
        return state != UserDataLogState.LOGGING;
    }

    /// The entry of the suspension did not come in time.
    ///
    /// @return whether changes count as lost for that: then one came that may have been the one, and perhaps no other will
    boolean waitedInVain() {
        if (isReading() && suspensionEntry == SuspensionEntry.DOUBTFUL) {
            lose("an entry says that the controller is suspended, and may be of an earlier suspension");
        } else if (isReading() && resumeUnsettled && suspensionEntry == SuspensionEntry.STALE_AND_DUE) {
            lose("a Resume was not answered, and no entry says whether the controller was suspended once more since");
        }
        return state == UserDataLogState.LOST;
    }

    /// Consumes what the controller has posted until now, and gives slots back.
    void drain() {
        boolean full = events.wasFull();
        int left = queue.slots();
        while (isReading() && left > 0) {
            int count = consume(Math.min(left, Math.max(1, queue.slots() / 4)));
            left -= count;
            if (isReading() && queue.isReleaseDue()) {
                release();
            }
            if (count == 0) {
                break;
            }
        }
        if (isReading() && full) {
            lose("the controlling controller reported that the queue was full (Controller Data Queue Full Error), and no"
                    + " entry says so");
        }
        if (isReading() && queue.isHeadUnsettled()) {
            heed(queue.ask());
        }
    }

    /// Gives back the slots of what was consumed. The trigger stays armed for whoever waits.
    ///
    /// @return whether the queue is still there and no change was lost
    boolean release() {
        var awaited = events.awaitedPosition();
        if (awaited.isPresent() && isReached(awaited.getAsLong())) {
            events.tellSoon();
            awaited = OptionalLong.empty();
        }
        boolean isThere = release(awaited);
        if (isThere && awaited.isPresent() && isReached(awaited.getAsLong())) {
            // Entries that were posted before the trigger was armed do not raise it.
            events.tellSoon();
        }
        return isThere;
    }

    /// Whether an entry is there that was waited for, or the one before, for controllers that count the slot behind the entry.
    private boolean isReached(long position) {
        long ahead = position - queue.ring().consumed();
        return ahead <= 0 || queue.ring().isPosted((int) ahead) || queue.ring().isPosted((int) ahead - 1);
    }

    /// Gives back the slots of what was consumed, and arms or disarms the trigger.
    ///
    /// @param position entry that raises the event
    /// @return whether the queue is still there and no change was lost
    boolean release(OptionalLong position) {
        if (queue.isHeadUnsettled()) {
            // Before the head is put right, which would hide that it had been astray.
            heed(queue.ask());
            if (!isReading()) {
                return false;
            }
        }
        var triggerSlot = position.isPresent()
                ? OptionalLong.of(queue.ring().slotOf(position.getAsLong()))
                : position;
        if (isReading() && !queue.release(triggerSlot)) {
            vanished();
        }
        return isReading() && queue.presence() != UserDataQueue.Presence.DELETED;
    }

    /// Makes sure that what was read is as complete as it looks: that the controller still has the queue, since silence looks the same
    /// when it was reset, and that a suspension goes on of which an entry was read, since what is changed after it may be logged late.
    void confirm() {
        if (isReading() && queue.isThere()) {
            heed(queue.ask());
        }
        if (state == UserDataLogState.SUSPENDED) {
            isSuspendedStill();
        } else if (queue.presence() == UserDataQueue.Presence.DELETED) {
            loseWithoutEntry();
        }
    }

    /// Nothing can come from a queue that was deleted.
    private void loseWithoutEntry() {
        if (state == UserDataLogState.LOGGING) {
            lose("the queue was deleted, and no entry says that the controller is suspended");
        }
    }

    boolean isReading() {
        return state != UserDataLogState.OFF && state != UserDataLogState.LOST;
    }

    /// Consumes entries up to the next that is first or last.
    private int consume(int maximum) {
        var ring = queue.ring();
        int count;
        try {
            count = ring.consume(changes(), maximum);
        } catch (InvalidValueException e) {
            lose(REPORTED_NONSENSE + e.getMessage());
            throw e;
        }
        var marker = ring.marker();
        if (count > (marker == null ? 0 : 1) && suspensionEntry == SuspensionEntry.SEEN) {
            suspensionEntry = SuspensionEntry.NONE;
            if (state == UserDataLogState.SUSPENDED) {
                state = UserDataLogState.LOGGING;
            }
        }
        if (marker != null) {
            heed(marker);
        }
        return count;
    }

    private void heed(EntrySequence marker) {
        switch (marker) {
            case ORDINARY -> {}
            case FIRST -> {
                suspensionEntry = suspensionEntry.begun();
                resumeUnsettled = false;
                queue.forgetStaleStops();
                if (state == UserDataLogState.SUSPENDED) {
                    state = UserDataLogState.LOGGING;
                }
            }
            case LAST_STOPPED -> {
                if (queue.takeStaleStop()) {
                    break;
                }
                if (stop == Stop.ORDERED) {
                    state = UserDataLogState.STOPPED;
                } else {
                    lose("logging was stopped by a command that was not answered, or by another program");
                }
            }
            case LAST_SUSPENDED -> suspended();
            case LAST_FULL -> lose("the queue was full: take changes more often, or make the queue larger");
        }
    }

    private void suspended() {
        suspensionEntry = suspensionEntry.read();
        if (suspensionEntry != SuspensionEntry.SEEN) {
            return;
        }
        if (stop == Stop.UNCERTAIN) {
            lose("the controller was suspended when it was not known whether it was still logged");
        } else if (stop == Stop.ORDERED) {
            state = UserDataLogState.STOPPED;
        } else if (state == UserDataLogState.LOGGING) {
            state = UserDataLogState.SUSPENDED;
        }
    }

    void heed(UserDataQueueAnswer answer) {
        switch (answer) {
            case KNOWN -> {}
            case NO_SUCH_QUEUE -> vanished();
            case HEAD_ASTRAY -> lose(
                    "slots were given back before their entries were consumed, by a command that had timed"
                            + " out and was executed late");
        }
    }

    /// The controller does not know the queue: a suspension deleted it, or a reset of the controlling controller.
    void vanished() {
        if (queue.presence() == UserDataQueue.Presence.BEING_DELETED) {
            queue.deletedBySuspension();
            consumeRest();
            loseWithoutEntry();
            return;
        }
        lose("the controlling controller does not know the queue any more: it was reset");
        queue.delete();
    }

    /// Consumes what is there without any command.
    private void consumeRest() {
        if (state == UserDataLogState.LOST && queue.presence() != UserDataQueue.Presence.ABSENT) {
            queue.skip(this::dropped);
        }
        int left = queue.slots();
        try {
            int count = 1;
            while (isReading() && left > 0 && count > 0) {
                count = consume(left);
                left -= count;
            }
        } catch (InvalidValueException e) {
            lose(REPORTED_NONSENSE + e.getMessage());
        }
    }

    void lose(String reason) {
        state = UserDataLogState.LOST;
        lossReason = reason;
        changes().changeEverything();
        events.tellSoon();
    }
}
