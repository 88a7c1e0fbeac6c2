package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The admin commands of one controller. Those of live migration, tracking and virtualization exist on the controlling
/// controller alone, see [ControllingCommands].
final class AdminCommands {
    private static final int NOT_ABORTED = 1;
    private static final int ERROR_LOG = 0x01;
    private static final int HEALTH_LOG = 0x02;
    private static final int SANITIZE_LOG = 0x81;
    private static final int RETAIN_EVENT_BIT = 1 << 15;
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[4096]).asReadOnly();

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;
    private final IdentifyPages identify;
    private final QueueManagement queues;
    private final MediaErasure erasure;
    private final @Nullable ControllingCommands controlling;

    /// @param controlling what only the controlling controller has; null on a migratable controller
    AdminCommands(
            InMemoryController controller,
            SubsystemConfiguration configuration,
            MediaErasure erasure,
            @Nullable ControllingCommands controlling) {
        this.controller = controller;
        this.configuration = configuration;
        this.erasure = erasure;
        this.identify = new IdentifyPages(controller, configuration);
        this.queues = new QueueManagement(controller, configuration);
        this.controlling = controlling;
    }

    void execute(Command command) {
        if (command.isFusedOrUsesSgls()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var opcode = AdminOpcode.fromValue(command.entry.opcode()).orElse(null);
        if (opcode == null) {
            command.fail(StatusCode.INVALID_COMMAND_OPCODE);
            return;
        }
        var status = offered(opcode, command);
        if (status == StatusCode.SUCCESSFUL_COMPLETION) {
            status = erasure.admit(opcode, command);
        }
        if (status == StatusCode.SUCCESSFUL_COMPLETION) {
            dispatch(opcode, command);
        } else {
            command.fail(status);
        }
    }

    /// {@return success, or why this controller never processes such a command, whatever condition it is in}
    private StatusCode offered(AdminOpcode opcode, Command command) {
        return switch (opcode) {
            case DELETE_IO_SUBMISSION_QUEUE,
                    CREATE_IO_SUBMISSION_QUEUE,
                    GET_LOG_PAGE,
                    DELETE_IO_COMPLETION_QUEUE,
                    CREATE_IO_COMPLETION_QUEUE,
                    IDENTIFY,
                    ABORT,
                    SET_FEATURES,
                    GET_FEATURES,
                    ASYNCHRONOUS_EVENT_REQUEST,
                    FORMAT_NVM,
                    SANITIZE -> StatusCode.SUCCESSFUL_COMPLETION;
            default -> controlling == null
                    ? StatusCode.INVALID_COMMAND_OPCODE
                    : controlling.offered(opcode, command);
        };
    }

    private void dispatch(AdminOpcode opcode, Command command) {
        switch (opcode) {
            case DELETE_IO_SUBMISSION_QUEUE -> queues.deleteSubmissionQueue(command);
            case CREATE_IO_SUBMISSION_QUEUE -> queues.createSubmissionQueue(command);
            case DELETE_IO_COMPLETION_QUEUE -> queues.deleteCompletionQueue(command);
            case CREATE_IO_COMPLETION_QUEUE -> queues.createCompletionQueue(command);
            case GET_LOG_PAGE -> getLogPage(command);
            case IDENTIFY -> identify.execute(command);
            case ABORT -> abort(command);
            case SET_FEATURES -> controller.features().set(command);
            case GET_FEATURES -> controller.features().get(command);
            case ASYNCHRONOUS_EVENT_REQUEST -> controller.events().request(command);
            case FORMAT_NVM -> erasure.format(controller, command);
            case SANITIZE -> erasure.sanitize(controller, command);
            default -> {
                if (controlling == null) {
                    command.fail(StatusCode.INVALID_COMMAND_OPCODE);
                } else {
                    controlling.execute(opcode, command);
                }
            }
        }
    }

    private void abort(Command command) {
        int queueId = command.entry.cdw10() & 0xFFFF;
        int commandId = command.entry.cdw10() >>> 16;
        boolean aborted = controller.engine().abort(queueId, commandId)
                || (queueId == 0 && controller.events().abort(commandId));
        command.succeed(aborted ? 0 : NOT_ABORTED);
    }

    /// Error Information and Health Information, both of them empty: nothing ever goes wrong with the media. Sanitize
    /// Status: progress and state.
    private void getLogPage(Command command) {
        int logPage = command.entry.cdw10() & 0xFF;
        long byteSize = CommandSizes.logPage(command.entry);
        if (logPage != ERROR_LOG && logPage != HEALTH_LOG && logPage != SANITIZE_LOG) {
            command.fail(StatusCode.INVALID_LOG_PAGE);
            return;
        }
        if (byteSize > configuration.maximumDataBytes() || (command.entry.cdw12() & 3) != 0) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        for (long done = 0; done < byteSize; done += ZEROS.byteSize()) {
            command.writeHost(done, ZEROS, 0, Math.min(byteSize - done, ZEROS.byteSize()));
        }
        if (logPage == SANITIZE_LOG && command.entry.cdw12() == 0 && command.entry.cdw13() == 0) {
            command.writeHost(0, erasure.statusLog(), 0, Math.min(byteSize, MediaErasure.STATUS_LOG_BYTES));
        }
        command.succeed();
        if ((command.entry.cdw10() & RETAIN_EVENT_BIT) == 0) {
            controller.events().logPageRead(logPage);
        }
    }
}
