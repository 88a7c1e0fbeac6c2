package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;

/// Asynchronous events of one controller and the requests that wait for them (Base 2.3 clause 5.2.2). An event is
/// completion dword 0: type in bits 2:0, information in 15:8, log page in 23:16, and its parameter is dword 1. After an
/// event of a type was reported, that type is masked until its log page is read; one-shot events are not. Guarded by
/// the lock of the world.
final class AsynchronousEvents {
    /// Error status: write to invalid doorbell register.
    static final int INVALID_DOORBELL_REGISTER = 0x01_00_00;
    /// Error status: invalid doorbell write value.
    static final int INVALID_DOORBELL_VALUE = 0x01_01_00;

    /// One-shot: the tail of a Controller Data Queue arrived at its trigger; the parameter is the queue's identifier.
    static final int QUEUE_TAIL_POINTER = 0x00_00_04;
    /// One-shot: a Controller Data Queue is full; the parameter is the queue's identifier.
    static final int QUEUE_FULL_ERROR = 0x00_01_04;

    private static final int TYPE_MASK = 7;
    private static final int TYPE_ONE_SHOT = 4;
    private static final int LOG_PAGE_SHIFT = 16;
    private static final int MAXIMUM_PENDING = 64;

    private final InMemoryController controller;
    private final ArrayDeque<Command> outstanding = new ArrayDeque<>();
    private final ArrayList<Event> pending = new ArrayList<>();
    private final EventListeners listeners;
    private final int[] logPageOfType = new int[TYPE_MASK + 1];
    private int maskedTypes;

    /// An event that was not reported.
    private record Event(int dword0, int parameter) {
        int type() {
            return dword0 & TYPE_MASK;
        }
    }

    AsynchronousEvents(InMemoryController controller) {
        this.controller = controller;
        this.listeners = new EventListeners(controller.clock());
    }

    /// {@return who is told of events that no request of a caller takes}
    EventListeners listeners() {
        return listeners;
    }

    /// Takes a request; it stays outstanding until there is an event for it.
    void request(Command command) {
        if (outstanding.size() >= SubsystemConfiguration.ASYNCHRONOUS_EVENT_REQUESTS) {
            command.fail(StatusCode.ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED);
            return;
        }
        outstanding.add(command);
        command.setAside();
        deliver();
    }

    /// Something happened. An event that is pending already is not noted twice.
    void raise(int event) {
        raise(event, 0);
    }

    /// Something happened. One-shot events are noted however many are pending: there is one of each for what they are
    /// about.
    void raise(int dword0, int parameter) {
        var event = new Event(dword0, parameter);
        if ((pending.size() < MAXIMUM_PENDING || event.type() == TYPE_ONE_SHOT) && !pending.contains(event)) {
            pending.add(event);
            controller.stateChanged();
            deliver();
        }
    }

    /// An event is over; if it was not reported it will not be.
    void drop(int dword0, int parameter) {
        pending.remove(new Event(dword0, parameter));
    }

    /// Reports what can be reported: not masked, a request outstanding, and the controller free to post. Requests of
    /// callers are first.
    void deliver() {
        for (var events = pending.iterator(); events.hasNext();) {
            var event = events.next();
            var request = outstanding.peek();
            boolean answerable = request != null && request.canBeAnswered();
            if (!answerable && listeners.isEmpty()) {
                return;
            }
            int type = event.type();
            if ((maskedTypes >>> type & 1) == 0) {
                events.remove();
                if (type != TYPE_ONE_SHOT) {
                    maskedTypes |= 1 << type;
                    logPageOfType[type] = event.dword0 >>> LOG_PAGE_SHIFT & 0xFF;
                }
                if (request != null && answerable) {
                    outstanding.remove();
                    request.finish(event.dword0, event.parameter, NvmeStatus.SUCCESS);
                } else {
                    listeners.tell(AsynchronousEvent.of(
                            new Completion(event.dword0, event.parameter, NvmeStatus.SUCCESS)));
                }
            }
        }
    }

    /// A log page was read in the way that clears its events.
    void logPageRead(int logPage) {
        for (int type = 0; type <= TYPE_MASK; type++) {
            if (logPageOfType[type] == logPage) {
                maskedTypes &= ~(1 << type);
            }
        }
        deliver();
    }

    /// Completes an outstanding request as aborted.
    ///
    /// @return false when there is none with this identifier, or its completion has no room
    boolean abort(int commandId) {
        for (Iterator<Command> requests = outstanding.iterator(); requests.hasNext();) {
            var request = requests.next();
            if (request.entry.commandId() == commandId && request.canBeAnswered()) {
                requests.remove();
                request.fail(StatusCode.COMMAND_ABORT_REQUESTED);
                return true;
            }
        }
        return false;
    }

    /// Drops requests and events.
    void reset() {
        outstanding.clear();
        pending.clear();
        maskedTypes = 0;
    }

    /// Drops the requests of commands that their sender has given up.
    void forget(Command command) {
        outstanding.remove(command);
    }

    /// {@return what the vendor specific state carries of the events}
    VendorState.Events save() {
        return new VendorState.Events(
                maskedTypes,
                logPageOfType.clone(),
                pending.stream().mapToInt(Event::dword0).toArray(),
                outstanding.stream()
                        .mapToInt(request -> request.entry.commandId())
                        .toArray());
    }

    /// Takes over events and outstanding requests; the latter by their command identifiers.
    void restore(VendorState.Events saved, SubmissionQueue adminQueue) {
        reset();
        maskedTypes = saved.maskedTypes();
        System.arraycopy(saved.logPageOfType(), 0, logPageOfType, 0, logPageOfType.length);
        for (int event : saved.pending()) {
            pending.add(new Event(event, 0));
        }
        for (int commandId : saved.outstanding()) {
            var request = new QueueCommand(controller.engine(), adminQueue, false);
            request.entry.commandId(commandId);
            outstanding.add(request);
        }
    }
}
