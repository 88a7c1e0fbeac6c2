package io.nvmelm.transport.mock.guest;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The admin queue of a guest: synchronous commands, and Asynchronous Event Requests that are renewed when they
/// complete. Not thread-safe; waiting moves the clock.
final class AdminQueue {

    private static final int ENTRIES = 32;
    private static final int LOG_DWORDS = 512 / Integer.BYTES;

    private final ControllerAccess access;
    private final VirtualClock clock;
    private final GuestMemory memory;
    private final GuestAllocator allocator;
    private final LoadTally tally;
    private final Duration timeout;
    private final SubmissionRing submissions;
    private final CompletionRing completions;
    private final List<Integer> events = new ArrayList<>();
    private long dataPage;
    private int eventRequests;
    private int acknowledgedEvents;

    AdminQueue(
            ControllerAccess access,
            VirtualClock clock,
            GuestMemory memory,
            GuestAllocator allocator,
            LoadTally tally,
            Duration timeout) {
        this.access = access;
        this.clock = clock;
        this.memory = memory;
        this.allocator = allocator;
        this.tally = tally;
        this.timeout = timeout;
        this.submissions = new SubmissionRing(
                0, memory, allocator.allocateZeroedPages(SubmissionRing.byteSize(ENTRIES)), ENTRIES, ENTRIES - 1);
        this.completions = new CompletionRing(
                0, memory, allocator.allocateZeroedPages(CompletionRing.byteSize(ENTRIES)), ENTRIES, 0);
        this.dataPage = allocator.allocatePages(GuestAllocator.PAGE_BYTES);
    }

    /// {@return guest memory that an admin queue takes, with room for the data of commands that timed out}
    static long footprint() {
        return GuestAllocator.roundUp(SubmissionRing.byteSize(ENTRIES))
                + GuestAllocator.roundUp(CompletionRing.byteSize(ENTRIES))
                + (1L + ENTRIES) * GuestAllocator.PAGE_BYTES;
    }

    /// {@return the most event requests that leave room for commands}
    static int maximumEventRequests() {
        return ENTRIES / 2;
    }

    SubmissionRing submissions() {
        return submissions;
    }

    CompletionRing completions() {
        return completions;
    }

    /// Executes one command and waits for it.
    ///
    /// @param fill fills the cleared entry in
    /// @return dword 0 of the completion
    int execute(AdminOpcode opcode, Consumer<SubmissionEntryView> fill) {
        var slot = submissions.begin();
        if (slot == null) {
            throw new TransportException(
                    FailureCategory.RESET_DEVICE, "The guest's admin queue is full", "Reset the controller", 0, null);
        }
        fill.accept(submissions.entry().opcode(opcode.value()));
        submissions.push(slot);
        access.announce(submissions);
        long deadline = clock.nanoTime() + timeout.toNanos();
        poll();
        while (slot.inFlight) {
            boolean moved = clock.nanoTime() <= deadline && clock.runNext();
            if (poll() == 0 && !moved) {
                dataPage = allocator.allocatePages(GuestAllocator.PAGE_BYTES); // the old one may still be written
                throw new CommandTimeoutException(opcode + " of the guest", timeout);
            }
        }
        var status = NvmeStatus.fromBits(slot.statusBits);
        if (!status.isSuccess()) {
            throw new CommandFailedException(opcode + " of the guest", status);
        }
        return slot.dword0;
    }

    /// Executes a command that reads 4096 bytes.
    ///
    /// @return the bytes
    MemorySegment executeForPage(AdminOpcode opcode, Consumer<SubmissionEntryView> fill) {
        execute(opcode, entry -> fill.accept(entry.prp1(dataPage)));
        var data = MemorySegment.ofArray(new byte[GuestAllocator.PAGE_BYTES]);
        memory.read(dataPage, data, 0, GuestAllocator.PAGE_BYTES);
        return data;
    }

    /// Keeps this many Asynchronous Event Requests outstanding from now on.
    void requestEvents(int count) {
        while (eventRequests < count) {
            requestEvent();
        }
    }

    private void requestEvent() {
        var slot = submissions.begin();
        if (slot == null) {
            tally.violation("queue 0: no room to renew an Asynchronous Event Request");
            return;
        }
        submissions.entry().opcode(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST.value());
        slot.eventRequest = true;
        submissions.push(slot);
        access.announce(submissions);
        eventRequests++;
    }

    /// Consumes completions and renews event requests.
    ///
    /// @return entries consumed
    int poll() {
        int consumed = 0;
        while (completions.take()) {
            consumed++;
            int queueId = completions.entry().submissionQueueId();
            if (queueId != 0) {
                tally.violation("completion queue 0: entry for submission queue " + queueId);
                continue;
            }
            var slot = submissions.complete(completions.entry(), tally);
            if (slot != null && slot.eventRequest) {
                slot.eventRequest = false;
                eventRequests--;
                settleEvent(slot);
            }
        }
        access.announce(completions);
        return consumed;
    }

    private void settleEvent(CommandSlot slot) {
        var status = NvmeStatus.fromBits(slot.statusBits);
        if (status.isSuccess()) {
            events.add(slot.dword0);
            requestEvent();
        } else {
            tally.violation("queue 0: an Asynchronous Event Request was answered with " + status);
        }
    }

    /// Reads the log page of every event since the last time, which unmasks the events' types (Base 2.3 clause 5.2.2).
    ///
    /// @return events acknowledged
    int acknowledgeEvents() {
        int count = 0;
        while (acknowledgedEvents < events.size()) {
            int logPage = events.get(acknowledgedEvents) >>> 16 & 0xFF;
            executeForPage(AdminOpcode.GET_LOG_PAGE, entry -> entry.cdw10((LOG_DWORDS - 1) << 16 | logPage));
            acknowledgedEvents++;
            count++;
        }
        return count;
    }

    /// {@return dword 0 of each asynchronous event so far}
    List<Integer> events() {
        return List.copyOf(events);
    }

    /// {@return Asynchronous Event Requests outstanding}
    int eventRequests() {
        return eventRequests;
    }
}
