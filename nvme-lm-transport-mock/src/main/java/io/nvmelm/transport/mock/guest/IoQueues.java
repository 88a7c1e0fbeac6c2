package io.nvmelm.transport.mock.guest;

import io.nvmelm.nvme.AdminOpcode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The I/O queues of a guest: submission queues 1 to n, spread over completion queues 1 to m. Not thread-safe.
final class IoQueues {

    private static final int PHYSICALLY_CONTIGUOUS = 1;
    private static final int INTERRUPTS_ENABLED = 1 << 1;

    private final ControllerAccess access;
    private final InterruptLines interrupts;
    private final LoadTally tally;
    private final CompletionRing[] completionQueues;
    private final SubmissionRing[] submissionQueues;
    private int nextQueue;

    /// Lays the queues out in guest memory; [#create(AdminQueue)] makes them known to the controller.
    IoQueues(
            GuestDriverBuilder options,
            ControllerAccess access,
            GuestAllocator allocator,
            LoadTally tally,
            InterruptLines lines) {
        this.access = access;
        this.interrupts = lines;
        this.tally = tally;
        this.completionQueues = new CompletionRing[options.completionQueueCount()];
        this.submissionQueues = new SubmissionRing[options.submissionQueueCount];
        for (int i = 0; i < completionQueues.length; i++) {
            int entries = options.completionQueueEntries();
            long address = allocator.allocateZeroedPages(CompletionRing.byteSize(entries));
            completionQueues[i] =
                    new CompletionRing(i + 1, options.memory, address, entries, (i + 1) % lines.vectors());
        }
        for (int i = 0; i < submissionQueues.length; i++) {
            int entries = options.submissionQueueEntries;
            long address = allocator.allocateZeroedPages(SubmissionRing.byteSize(entries));
            submissionQueues[i] =
                    new SubmissionRing(i + 1, options.memory, address, entries, options.commandsInFlight());
        }
    }

    /// {@return guest memory that the queues take}
    static long footprint(GuestDriverBuilder options) {
        return options.completionQueueCount()
                * GuestAllocator.roundUp(CompletionRing.byteSize(options.completionQueueEntries()))
                + options.submissionQueueCount
                        * GuestAllocator.roundUp(SubmissionRing.byteSize(options.submissionQueueEntries));
    }

    /// Creates completion queues, then submission queues (Base 2.3 clauses 5.3.1 and 5.3.2).
    void create(AdminQueue admin) {
        for (var queue : completionQueues) {
            admin.execute(AdminOpcode.CREATE_IO_COMPLETION_QUEUE, entry -> entry
                    .prp1(queue.address())
                    .cdw10((queue.entries() - 1) << 16 | queue.id())
                    .cdw11(queue.vector() << 16 | INTERRUPTS_ENABLED | PHYSICALLY_CONTIGUOUS));
        }
        for (var queue : submissionQueues) {
            admin.execute(AdminOpcode.CREATE_IO_SUBMISSION_QUEUE, entry -> entry
                    .prp1(queue.address())
                    .cdw10((queue.entries() - 1) << 16 | queue.id())
                    .cdw11(completionQueueOf(queue).id() << 16 | PHYSICALLY_CONTIGUOUS));
        }
    }

    /// {@return the completion queue that a submission queue feeds}
    CompletionRing completionQueueOf(SubmissionRing queue) {
        return completionQueues[(queue.id() - 1) % completionQueues.length];
    }

    /// Offers the queues in turn to `submitOne` until `commands` were submitted or none takes one more, then rings
    /// doorbells.
    ///
    /// @return commands submitted
    int submit(int commands, Submitter submitOne) {
        int submitted = 0;
        int refused = 0;
        while (submitted < commands && refused < submissionQueues.length) {
            if (submitOne.submit(submissionQueues[nextQueue])) {
                submitted++;
                refused = 0;
            } else {
                refused++;
            }
            nextQueue = nextQueue + 1 == submissionQueues.length ? 0 : nextQueue + 1;
        }
        for (var queue : submissionQueues) {
            access.announce(queue);
        }
        return submitted;
    }

    /// Consumes completions and hands each to `settle`.
    ///
    /// @param interruptedOnly look only at queues whose vector fired since the last time
    /// @return entries consumed
    int poll(boolean interruptedOnly, BiConsumer<SubmissionRing, CommandSlot> settle) {
        int consumed = 0;
        if (interruptedOnly) {
            for (int vector = 0; vector < interrupts.vectors(); vector++) {
                if (interrupts.takePending(vector)) {
                    for (int i = (vector + interrupts.vectors() - 1) % interrupts
                            .vectors(); i < completionQueues.length; i += interrupts.vectors()) {
                        consumed += poll(completionQueues[i], settle);
                    }
                }
            }
        } else {
            for (var queue : completionQueues) {
                consumed += poll(queue, settle);
            }
        }
        return consumed;
    }

    private int poll(CompletionRing queue, BiConsumer<SubmissionRing, CommandSlot> settle) {
        int consumed = 0;
        while (queue.take()) {
            consumed++;
            var source = sourceOf(queue);
            if (source != null) {
                var slot = source.complete(queue.entry(), tally);
                if (slot != null) {
                    settle.accept(source, slot);
                }
            }
        }
        access.announce(queue);
        return consumed;
    }

    private @Nullable SubmissionRing sourceOf(CompletionRing queue) {
        int id = queue.entry().submissionQueueId();
        if (id >= 1 && id <= submissionQueues.length && completionQueueOf(submissionQueues[id - 1]) == queue) {
            return submissionQueues[id - 1];
        }
        tally.violation("completion queue " + queue.id() + ": entry of command " + queue.entry().commandId()
                + " for submission queue " + id + ", which does not feed it");
        return null;
    }

    /// Reports entries that stand where no completion is due; to be asked when nothing is in flight.
    void checkRings() {
        for (var queue : completionQueues) {
            int misplaced = queue.countMisplaced();
            if (misplaced != 0) {
                tally.violation("completion queue " + queue.id() + ": " + misplaced + " entries with the wrong phase,"
                        + " head " + queue.headIndex() + " of " + queue.entries());
            }
        }
    }

    /// {@return commands submitted and not completed}
    int inFlight() {
        int inFlight = 0;
        for (var queue : submissionQueues) {
            inFlight += queue.inFlight();
        }
        return inFlight;
    }

    /// Marks everything in flight as lost.
    void giveUp() {
        for (var queue : submissionQueues) {
            queue.giveUp();
        }
    }

    /// {@return commands given up and still not complete}
    List<String> lostCommands() {
        var lost = new ArrayList<String>();
        for (var queue : submissionQueues) {
            lost.addAll(queue.lostCommands());
        }
        return lost;
    }

    List<CompletionRing> completionQueues() {
        return List.of(completionQueues);
    }

    List<SubmissionRing> submissionQueues() {
        return List.of(submissionQueues);
    }

    /// Puts one command into a queue.
    interface Submitter {
        /// {@return whether a command was pushed; false when the queue has no room or nothing is left to do}
        boolean submit(SubmissionRing queue);
    }
}
