package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;

/// Creation and deletion of I/O queues (Base 2.3 clauses 5.3.1 to 5.3.4), with their error statuses.
final class QueueManagement {
    private static final int CONTIGUOUS_BIT = 1;
    private static final int INTERRUPTS_ENABLED_BIT = 1 << 1;

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;

    QueueManagement(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.configuration = configuration;
    }

    void createCompletionQueue(Command command) {
        int cdw10 = command.entry.cdw10();
        int cdw11 = command.entry.cdw11();
        int id = cdw10 & 0xFFFF;
        int vector = cdw11 >>> 16;
        var engine = controller.engine();
        if (id == 0 || id > controller.features().allocatedCompletionQueues() || engine.completionQueue(id) != null) {
            command.fail(StatusCode.INVALID_QUEUE_IDENTIFIER);
            return;
        }
        var status = checkMemory(command);
        if (status == StatusCode.SUCCESSFUL_COMPLETION && vector >= controller.vectors()) {
            status = StatusCode.INVALID_INTERRUPT_VECTOR;
        }
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        engine.add(new CompletionQueue(
                id, command.entry.prp1(), slots(cdw10), (cdw11 & INTERRUPTS_ENABLED_BIT) != 0, vector));
        controller.stateChanged();
        command.succeed();
    }

    void createSubmissionQueue(Command command) {
        int cdw10 = command.entry.cdw10();
        int cdw11 = command.entry.cdw11();
        int id = cdw10 & 0xFFFF;
        int completionId = cdw11 >>> 16;
        var features = controller.features();
        var engine = controller.engine();
        if (id == 0
                || id > features.allocatedSubmissionQueues()
                || engine.submissionQueue(id) != null
                || completionId == 0
                || completionId > features.allocatedCompletionQueues()) {
            command.fail(StatusCode.INVALID_QUEUE_IDENTIFIER);
            return;
        }
        var completions = engine.completionQueue(completionId);
        if (completions == null) {
            command.fail(StatusCode.COMPLETION_QUEUE_INVALID);
            return;
        }
        var status = checkMemory(command);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        engine.add(new SubmissionQueue(id, command.entry.prp1(), slots(cdw10), completions, cdw11 >>> 1 & 3));
        controller.stateChanged();
        command.succeed();
    }

    void deleteSubmissionQueue(Command command) {
        int id = command.entry.cdw10() & 0xFFFF;
        var queue = controller.engine().submissionQueue(id);
        if (id == 0 || queue == null) {
            command.fail(StatusCode.INVALID_QUEUE_IDENTIFIER);
            return;
        }
        controller.engine().remove(queue);
        controller.stateChanged();
        command.succeed();
    }

    void deleteCompletionQueue(Command command) {
        int id = command.entry.cdw10() & 0xFFFF;
        var queue = controller.engine().completionQueue(id);
        if (id == 0 || queue == null) {
            command.fail(StatusCode.INVALID_QUEUE_IDENTIFIER);
        } else if (queue.submissionQueues > 0) {
            command.fail(StatusCode.INVALID_QUEUE_DELETION);
        } else {
            controller.engine().remove(queue);
            controller.stateChanged();
            command.succeed();
        }
    }

    private StatusCode checkMemory(Command command) {
        int slots = slots(command.entry.cdw10());
        if (slots < 2 || slots > configuration.maximumQueueEntries() || !controller.registers().hasEntrySizes()) {
            return StatusCode.INVALID_QUEUE_SIZE;
        }
        if ((command.entry.cdw11() & CONTIGUOUS_BIT) == 0) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        return (command.entry.prp1() & controller.registers().pageBytes() - 1) != 0
                ? StatusCode.PRP_OFFSET_INVALID
                : StatusCode.SUCCESSFUL_COMPLETION;
    }

    private static int slots(int cdw10) {
        return (cdw10 >>> 16) + 1;
    }
}
