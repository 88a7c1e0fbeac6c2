package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The queues of one controller and the machinery between doorbells and completions: round robin arbitration, fetching,
/// completing. A command is fetched only when a slot of its completion queue can be reserved, so what was fetched can
/// always be completed. Guarded by the lock of the world.
final class QueueEngine {
    private final InMemoryController controller;
    private final VirtualClock clock;
    private final SubsystemConfiguration configuration;
    private final @Nullable SubmissionQueue[] submission;
    private final @Nullable CompletionQueue[] completion;
    private final TimerEvent fetchEvent = new TimerEvent(this::fetch);
    private int fetched;
    private int nextQueue;

    QueueEngine(InMemoryController controller, VirtualClock clock, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.clock = clock;
        this.configuration = configuration;
        int queues = configuration.queuePairCapacity(controller.isControlling()) + 1;
        this.submission = new @Nullable SubmissionQueue[queues];
        this.completion = new @Nullable CompletionQueue[queues];
    }

    HostPort port() {
        return controller.port();
    }

    int pageBytes() {
        return controller.registers().pageBytes();
    }

    @Nullable
    SubmissionQueue submissionQueue(int id) {
        return id >= 0 && id < submission.length ? submission[id] : null;
    }

    @Nullable
    CompletionQueue completionQueue(int id) {
        return id >= 0 && id < completion.length ? completion[id] : null;
    }

    /// {@return I/O submission queues by ascending identifier}
    List<SubmissionQueue> ioSubmissionQueues() {
        var queues = new ArrayList<SubmissionQueue>();
        for (int id = 1; id < submission.length; id++) {
            var queue = submission[id];
            if (queue != null) {
                queues.add(queue);
            }
        }
        return queues;
    }

    /// {@return I/O completion queues by ascending identifier}
    List<CompletionQueue> ioCompletionQueues() {
        var queues = new ArrayList<CompletionQueue>();
        for (int id = 1; id < completion.length; id++) {
            var queue = completion[id];
            if (queue != null) {
                queues.add(queue);
            }
        }
        return queues;
    }

    boolean hasIoQueues() {
        return !ioSubmissionQueues().isEmpty() || !ioCompletionQueues().isEmpty();
    }

    void installAdminQueues(SubmissionQueue submissionQueue, CompletionQueue completionQueue) {
        submission[0] = submissionQueue;
        completion[0] = completionQueue;
        completionQueue.submissionQueues = 1;
    }

    void removeAdminQueues() {
        submission[0] = null;
        completion[0] = null;
    }

    void add(CompletionQueue queue) {
        completion[queue.id] = queue;
    }

    void add(SubmissionQueue queue) {
        submission[queue.id] = queue;
        queue.completionQueue.submissionQueues++;
    }

    void remove(CompletionQueue queue) {
        completion[queue.id] = null;
    }

    /// Takes a submission queue away; what was fetched from it is completed as aborted.
    void remove(SubmissionQueue queue) {
        for (var command : List.copyOf(queue.fetched)) {
            clock.cancel(command.due);
            command.fail(StatusCode.ABORTED_SQ_DELETION);
        }
        submission[queue.id] = null;
        queue.completionQueue.submissionQueues--;
    }

    /// Takes a tail doorbell.
    void ringSubmission(int id, int value) {
        var queue = submissionQueue(id);
        if (queue == null) {
            controller.events().raise(AsynchronousEvents.INVALID_DOORBELL_REGISTER);
        } else if (!queue.ring(value)) {
            controller.events().raise(AsynchronousEvents.INVALID_DOORBELL_VALUE);
        } else {
            kick();
        }
    }

    /// Takes a head doorbell.
    void ringCompletion(int id, int value) {
        var queue = completionQueue(id);
        if (queue == null) {
            controller.events().raise(AsynchronousEvents.INVALID_DOORBELL_REGISTER);
        } else if (!queue.ring(value)) {
            controller.events().raise(AsynchronousEvents.INVALID_DOORBELL_VALUE);
        } else {
            if (id == 0) {
                controller.events().deliver();
            }
            kick();
        }
    }

    /// Schedules a fetch if there is something to fetch and none is scheduled.
    void kick() {
        if (!fetchEvent.isQueued() && mayFetch() && hasFetchable()) {
            clock.start(fetchEvent, configuration.latency().fetchNanos());
        }
    }

    private boolean mayFetch() {
        return controller.registers().isOperating() && controller.suspension().isActive();
    }

    /// {@return whether the controller may post what it need not post now}
    boolean mayPost() {
        return mayFetch();
    }

    private boolean hasFetchable() {
        if (fetched >= configuration.maximumFetchedCommands()) {
            return false;
        }
        for (var queue : submission) {
            if (queue != null && queue.hasCommand() && queue.completionQueue.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    private void fetch() {
        int burst = controller.features().arbitrationBurst();
        boolean progress = mayFetch();
        while (progress) {
            progress = false;
            for (int i = 0; i < submission.length; i++) {
                var queue = submission[(nextQueue + i) % submission.length];
                for (int n = 0; queue != null && n < burst && isFetchable(queue); n++) {
                    if (!fetchFrom(queue)) {
                        controller.registers().fatal();
                        return;
                    }
                    progress = true;
                }
            }
            nextQueue = (nextQueue + 1) % submission.length;
        }
    }

    private boolean isFetchable(SubmissionQueue queue) {
        return fetched < configuration.maximumFetchedCommands()
                && queue.hasCommand()
                && queue.completionQueue.hasRoom();
    }

    private boolean fetchFrom(SubmissionQueue queue) {
        long address = queue.headAddress();
        if (!port().reaches(address, SubmissionEntryView.BYTES)) {
            return false;
        }
        queue.completionQueue.reserve();
        var command = new QueueCommand(this, queue, true);
        port().read(address, command.bytes, 0, SubmissionEntryView.BYTES);
        queue.advance();
        boolean conflict = queue.hasFetched(command.entry.commandId());
        queue.fetched.add(command);
        fetched++;
        long nanos = controller.arrive(command, queue.id == 0);
        if (conflict) {
            command.fault = new Fault(Fault.Kind.FAILS, DeviceStatus.of(StatusCode.COMMAND_ID_CONFLICT), 0);
        }
        clock.start(command.due, nanos);
        return true;
    }

    /// The time of a command is over.
    void execute(QueueCommand command) {
        controller.execute(command, command.queue.id == 0);
    }

    /// Posts a completion and goes on.
    void complete(QueueCommand command, int dword0, int dword1, NvmeStatus status) {
        var queue = command.queue;
        boolean wasFetched = queue.fetched.remove(command);
        if (submissionQueue(queue.id) != queue) {
            // dropped by a reset before the answer was known
            return;
        }
        var target = queue.completionQueue;
        if (!target.post(port(), queue, command.entry.commandId(), dword0, dword1, status)) {
            controller.registers().fatal();
        } else if (target.interruptsEnabled) {
            controller.registers().raise(target.vector);
        }
        if (wasFetched) {
            oneLess();
        }
    }

    /// A command is outstanding from now on and no longer under way.
    void setAside(QueueCommand command) {
        if (command.queue.fetched.remove(command)) {
            oneLess();
        }
    }

    private void oneLess() {
        fetched--;
        if (fetched == 0) {
            controller.drained();
        }
        kick();
    }

    boolean isDrained() {
        return fetched == 0;
    }

    /// Completes a fetched command as aborted.
    ///
    /// @return false when there is no such command, or it can no longer be stopped
    boolean abort(int queueId, int commandId) {
        var queue = submissionQueue(queueId);
        var command = queue == null ? null : queue.find(commandId);
        if (command == null || !command.due.isQueued()) {
            return false;
        }
        clock.cancel(command.due);
        command.fail(StatusCode.COMMAND_ABORT_REQUESTED);
        return true;
    }

    /// Drops all queues and commands without completions.
    void reset() {
        clock.cancel(fetchEvent);
        for (int id = 0; id < submission.length; id++) {
            var queue = submission[id];
            if (queue != null) {
                for (var command : queue.fetched) {
                    clock.cancel(command.due);
                }
                queue.fetched.clear();
            }
            submission[id] = null;
            completion[id] = null;
        }
        fetched = 0;
        nextQueue = 0;
    }
}
