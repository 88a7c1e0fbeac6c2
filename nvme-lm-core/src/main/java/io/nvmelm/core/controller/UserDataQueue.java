package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.QueueHeadCodec;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LbaMigrationEntry;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.spi.TransferMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The User Data Migration Queue of one migratable controller as its host operates it by commands: its memory, its identifier, and what
/// is known of it when a command had no answer.
///
/// Its memory is given back only when the controller has said that it does not know the queue; that a suspension which deletes queues
/// succeeded does not say so, since the standard has a repeated one succeed and does not say what it deletes. Memory of a queue that
/// nobody can name, because its creation was not answered, is kept until another creation succeeds: a controller has one queue at most
/// (Base 2.3 clause 5.2.4.1.1). Where none does, it is left to the transport, which gives it back when it ends. Not thread-safe.
final class UserDataQueue {
    /// Creations that may have gone wrong without an answer, and for whose queues no suspension followed, before there are no more.
    private static final int MOST_UNNAMED = 2;
    /// Memory that is kept for queues that nobody can name, before there are no more creations, whatever suspensions deleted.
    private static final int MOST_KEPT = 8;

    /// What is known of the queue.
    enum Presence {
        /// There is none.
        ABSENT,
        /// It is there.
        OPEN,
        /// A suspension that deletes it was sent, and nobody knows that it did. Its identifier may be another queue's.
        BEING_DELETED,
        /// A suspension deleted it, the controller says. Its memory can be read.
        DELETED,
        /// Deleting it was not answered.
        UNKNOWN
    }

    /// A suspension as it is about to be ordered.
    ///
    /// @param deletesQueues whether it deletes every queue of the controller (DUDMQ)
    /// @param creations     creations up to now: what was created later is none of its business
    /// @param unnamed       memory of queues that nobody can name, and that it should delete
    record Suspension(boolean deletesQueues, long creations, List<TransferMemory> unnamed) {}

    private final CommandPort port;
    private final Duration timeout;
    private final int controllerId;
    private final int slots;
    private Presence presence = Presence.ABSENT;
    private @Nullable TransferMemory memory;
    private @Nullable UserDataRing ring;
    private int queueId;
    /// Entries given back for certain.
    private long released;
    /// 1 for a controller that does not let its host give the last entry back, else 0.
    private int behind;
    private boolean headUnsettled;
    private long creations;
    /// Suspensions ordered that delete this queue.
    private long deletions;
    /// Memory of creations that were not answered.
    private final List<TransferMemory> unnamed = new ArrayList<>();
    /// Memory of creations that were not answered, and whose queues a suspension should have deleted since.
    private final List<TransferMemory> unnamedDeleted = new ArrayList<>();
    /// Entries that say "stopped" and are still to come from logging that was stopped before it was started again.
    private int staleStops;

    UserDataQueue(CommandPort port, Duration timeout, int controllerId, int slots) {
        this.port = port;
        this.timeout = timeout;
        this.controllerId = controllerId;
        this.slots = slots;
    }

    Presence presence() {
        return presence;
    }

    int queueId() {
        return queueId;
    }

    int slots() {
        return slots;
    }

    /// Creations tried up to now, which tells one queue from the next.
    long creations() {
        return creations;
    }

    /// The ring; there is one from opening to deletion.
    UserDataRing ring() {
        var current = ring;
        if (current == null) {
            throw new AssertionError("a queue without memory");
        }
        return current;
    }

    /// Takes an entry that says "stopped" for one that belongs to earlier logging.
    ///
    /// @return whether one was still to come
    boolean takeStaleStop() {
        if (staleStops == 0) {
            return false;
        }
        staleStops--;
        return true;
    }

    void forgetStaleStops() {
        staleStops = 0;
    }

    /// Creates the queue in memory of its own.
    private void create() {
        int kept = unnamed.size() + unnamedDeleted.size();
        if (unnamed.size() >= MOST_UNNAMED || kept >= MOST_KEPT) {
            throw new CapabilityMissingException(
                    "Creating a user data migration queue",
                    "an answer to the last " + kept + " creations, whose queues may exist",
                    kept >= MOST_KEPT
                            ? "Open the transport anew: no more memory is kept for queues that nobody can name"
                            : "Suspend and resume the controller: the suspension deletes its queues (DUDMQ). Or open the transport"
                                    + " anew");
        }
        long bytes = (long) slots * LbaMigrationEntry.BYTES;
        var command = new CreateControllerDataQueueCommand(controllerId, true, bytes / Integer.BYTES);
        var fresh = port.transport().allocateRing(bytes);
        Completion answer;
        creations++;
        var ended = Stream.of(unnamed, unnamedDeleted)
                .flatMap(List::stream)
                .filter(ring -> !ring.isQuarantined())
                .toList();
        try {
            answer = port.await(port.submit(command, fresh, timeout));
        } catch (LiveMigrationException e) {
            // The controller may have the queue and write into its memory whenever it likes.
            unnamed.add(fresh);
            throw e;
        }
        if (StatusMeanings.isFailure(command, answer)) {
            fresh.close();
            // A queue that a suspension should have deleted may be the reason: the next one has to try again.
            unnamed.addAll(unnamedDeleted);
            unnamedDeleted.clear();
            throw StatusMeanings.failureOf(command, answer);
        }
        ended.forEach(this::giveBack);
        deletions = 0;
        memory = fresh;
        ring = new UserDataRing(fresh.segment(), slots);
        queueId = answer.dword0() & 0xFFFF;
        port.queueIdentifiers().take(queueId, this);
        released = 0;
        staleStops = 0;
        presence = Presence.OPEN;
    }

    /// Makes sure that the controller does not know the queue any more, and gives its memory back.
    void delete() {
        switch (presence) {
            case ABSENT -> {}
            case DELETED -> forget();
            case OPEN, BEING_DELETED, UNKNOWN -> {
                var command = new DeleteControllerDataQueueCommand(queueId);
                Completion answer;
                try {
                    answer = send(command);
                } catch (LiveMigrationException e) {
                    presence = Presence.UNKNOWN;
                    throw e;
                }
                if (!isUnknownQueue(answer)) {
                    CommandPort.requireSuccess(command, answer);
                }
                forget();
            }
        }
    }

    /// A suspension is about to be ordered.
    ///
    /// @param delete whether it shall delete this queue, which it does not while a head may still move, since nobody could find out
    /// @return the suspension, which also deletes queues when there may be one that nobody can name
    Suspension suspending(boolean delete) {
        if (delete && presence == Presence.OPEN && !headUnsettled) {
            presence = Presence.BEING_DELETED;
        }
        if (presence == Presence.BEING_DELETED) {
            deletions++;
        }
        // A controller has one queue at most, so that there is no other one beside this.
        boolean otherwise = !isThere() && !unnamed.isEmpty();
        if (presence != Presence.BEING_DELETED && !otherwise) {
            return new Suspension(false, creations, List.of());
        }
        return new Suspension(
                true,
                creations,
                unnamed.stream().filter(memory -> !memory.isQuarantined()).toList());
    }

    /// A suspension was executed. When it deletes queues, asks the controller whether this one is gone; where it is not, it stays
    /// [Presence#BEING_DELETED].
    void suspended(Suspension suspension) {
        if (!suspension.deletesQueues()) {
            return;
        }
        for (var ring : suspension.unnamed()) {
            if (unnamed.remove(ring)) {
                unnamedDeleted.add(ring);
            }
        }
        if (isThere() && ask() == UserDataQueueAnswer.NO_SUCH_QUEUE) {
            deletedBySuspension();
        }
    }

    /// A suspension was refused, so that it deleted nothing, and this queue is as it was before where no other one may delete it.
    void suspensionRefused(Suspension suspension) {
        if (deletions == 1
                && suspension.creations() == creations
                && presence == Presence.BEING_DELETED) {
            presence = Presence.OPEN;
            deletions = 0;
        }
    }

    /// A suspension deleted this queue.
    void deletedBySuspension() {
        presence = Presence.DELETED;
    }

    /// Whether the controller has this queue for all that is known.
    boolean isThere() {
        return presence == Presence.OPEN || presence == Presence.BEING_DELETED;
    }

    private void giveBack(TransferMemory ring) {
        unnamed.remove(ring);
        unnamedDeleted.remove(ring);
        ring.close();
    }

    private void forget() {
        port.queueIdentifiers().giveUp(queueId, this);
        if (memory != null) {
            memory.close();
        }
        memory = null;
        ring = null;
        presence = Presence.ABSENT;
    }

    /// Starts logging into an empty queue, which is created where there is none. What was in it is dropped.
    ///
    /// @param opened  is called with the queue before anything is logged
    /// @param dropped is given what each entry that is dropped says about the sequence
    void startLogging(Runnable opened, Consumer<EntrySequence> dropped) {
        int refusals = 0;
        boolean emptied = false;
        while (true) {
            if (presence != Presence.OPEN) {
                delete();
                create();
            }
            opened.run();
            skip(dropped);
            if (released < ring().consumed() - behind && !release(OptionalLong.empty()) && ++refusals <= 2) {
                delete();
                continue;
            }
            var command = new LogUserDataChangesCommand(queueId, true);
            var answer = send(command);
            if (answer.status().is(StatusCode.CONTROLLER_DATA_QUEUE_FULL) && !emptied) {
                emptied = true;
                skip(dropped);
                release(OptionalLong.empty());
            } else if (isUnknownQueue(answer) && ++refusals <= 2) {
                // The queue is gone, or is logged into already, perhaps by a start that was not answered.
                if (refusals == 2 || !stopLogging().isSuccess()) {
                    delete();
                } else {
                    staleStops++;
                }
            } else {
                CommandPort.requireSuccess(command, answer);
                return;
            }
        }
    }

    /// Drops all entries that are there now.
    ///
    /// @param markers is given what each of them says about the sequence
    void skip(Consumer<EntrySequence> markers) {
        ring().skip(marker -> {
            if (marker == EntrySequence.LAST_STOPPED) {
                takeStaleStop();
            }
            markers.accept(marker);
        });
    }

    /// Stops logging.
    ///
    /// @return whether the controller knows the queue
    boolean stop() {
        var answer = stopLogging();
        if (isUnknownQueue(answer)) {
            return false;
        }
        CommandPort.requireSuccess(new LogUserDataChangesCommand(queueId, false), answer);
        return true;
    }

    private Completion stopLogging() {
        return send(new LogUserDataChangesCommand(queueId, false));
    }

    /// Notes that logging was stopped and its last entry not seen, before logging is started again.
    void expectStaleStop() {
        staleStops++;
    }

    /// Whether the controller may have filled the queue since slots were given back last: a full queue stays full until then. One entry
    /// early counts too, for controllers that count the slot behind the entry.
    boolean mayBeFull() {
        long last = released + slots - 2 - ring().consumed();
        return headUnsettled || last < 1 || ring().isPosted((int) last - 1);
    }

    /// Whether so many entries were consumed that their slots are to be given back. Never while a suspension may have deleted the queue:
    /// its identifier may be another queue's, which would lose the slots that its host has not read.
    boolean isReleaseDue() {
        return presence == Presence.OPEN && ring().consumed() - behind - released >= Math.max(1, slots / 4);
    }

    /// Gives back the slots of all entries that were consumed, and arms or disarms the trigger. May be repeated.
    ///
    /// @param triggerSlot slot whose entry raises the event
    /// @return whether the controller knows the queue
    boolean release(OptionalLong triggerSlot) {
        long head = Math.max(released, ring().consumed() - behind);
        var answer = setHead(head, triggerSlot);
        if (answer.status().is(StatusCode.INVALID_FIELD_IN_COMMAND) && behind == 0 && head > released) {
            // By the letter of the standard the head names a slot with an entry, so the last one stays.
            var second = setHead(head - 1, triggerSlot);
            if (second.isSuccess()) {
                behind = 1;
                head--;
                answer = second;
            }
        }
        if (isUnknownQueue(answer)) {
            return false;
        }
        CommandPort.requireSuccess(command(head, triggerSlot), answer);
        released = head;
        return true;
    }

    private SetQueueHeadCommand command(long head, OptionalLong triggerSlot) {
        return new SetQueueHeadCommand(queueId, ring().slotOf(head), triggerSlot);
    }

    private Completion setHead(long head, OptionalLong triggerSlot) {
        try {
            return send(command(head, triggerSlot));
        } catch (LiveMigrationException e) {
            headUnsettled = true;
            throw e;
        }
    }

    /// Whether giving slots back was not answered once: it may still be executed, at any time, and then gives back slots that were not
    /// consumed when the ring has gone round.
    boolean isHeadUnsettled() {
        return headUnsettled && isThere();
    }

    /// Asks the controller for the queue.
    UserDataQueueAnswer ask() {
        if (!isIdentifierOwn()) {
            return UserDataQueueAnswer.NO_SUCH_QUEUE;
        }
        var command = new GetQueueHeadCommand(queueId);
        try (var data = port.transport().allocate(GetQueueHeadCommand.DATA_BYTES)) {
            var answer = port.await(port.submit(command, data, timeout));
            if (isUnknownQueue(answer)) {
                return UserDataQueueAnswer.NO_SUCH_QUEUE;
            }
            CommandPort.requireSuccess(command, answer);
            long head = QueueHeadCodec.decode(data.segment()).headSlot();
            boolean inPlace = Math.floorMod(head - ring().slotOf(released), slots) <= ring().consumed() - released;
            return !headUnsettled || inPlace ? UserDataQueueAnswer.KNOWN : UserDataQueueAnswer.HEAD_ASTRAY;
        }
    }

    /// Asks the controller, by a header without state, whether it is suspended (CSATTR).
    boolean isControllerSuspended() {
        var command = new GetControllerStateCommand(controllerId, 0, 0, 0, 0, 0, ControllerState.HEADER_BYTES / 4);
        try (var data = port.transport().allocate(ControllerState.HEADER_BYTES)) {
            CommandPort.requireSuccess(command, port.await(port.submit(command, data, timeout)));
            return new ControllerStateView().wrap(data.segment(), 0).suspended();
        }
    }

    /// Whether no other queue has been created with the identifier of this one since.
    private boolean isIdentifierOwn() {
        return port.queueIdentifiers().isOf(queueId, this);
    }

    /// Sends a command that names this queue. Where the identifier has become another queue's, sends nothing: the controller does not
    /// know this one any more.
    private Completion send(AdminCommand command) {
        if (!isIdentifierOwn()) {
            return Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
        }
        return port.await(port.submit(command, null, timeout));
    }

    private static boolean isUnknownQueue(Completion answer) {
        return answer.status().is(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
    }
}
