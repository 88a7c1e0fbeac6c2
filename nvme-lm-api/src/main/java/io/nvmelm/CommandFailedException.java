package io.nvmelm;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;

/// A controller completed a command with an error status. The status is kept whole; it is never folded into a general
/// error.
public final class CommandFailedException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// The command in words.
    private final String command;
    /// What the controller answered.
    private final NvmeStatus status;
    /// Completion dword 0.
    private final int dword0;
    /// Completion dword 1.
    private final int dword1;

    /// Creates the failure of one command of which nothing more is known than its status.
    ///
    /// @param command the command in words with its parameters, for instance `Suspend(controllerId=18)`
    /// @param status  what the controller answered; not a success
    public CommandFailedException(String command, NvmeStatus status) {
        this(command, new Completion(0, 0, status), categoryOf(status), remedyOf(status));
    }

    /// Creates the failure of one command by somebody who knows what the status means for it.
    ///
    /// @param command    the command in words with its parameters, for instance `Suspend(controllerId=18)`
    /// @param completion what the controller answered
    /// @param category   what a caller can do
    /// @param remedy     what a person can do about it, one sentence without full stop
    public CommandFailedException(
            String command, Completion completion, FailureCategory category, String remedy) {
        super(category, command + " was answered with " + completion.status(), remedy, null);
        this.command = command;
        this.status = completion.status();
        this.dword0 = completion.dword0();
        this.dword1 = completion.dword1();
    }

    /// {@return the command in words}
    public String command() {
        return command;
    }

    /// {@return what the controller answered}
    public NvmeStatus status() {
        return status;
    }

    /// {@return completion dword 0, which with some statuses is a hint at what would be possible; else 0 or without meaning}
    public int dword0() {
        return dword0;
    }

    /// {@return completion dword 1, which with some statuses is a hint at what would be possible; else 0 or without meaning}
    public int dword1() {
        return dword1;
    }

    private static FailureCategory categoryOf(NvmeStatus status) {
        var code = status.statusCode().orElse(null);
        if (code == StatusCode.CONTROLLER_SUSPENDED
                || code == StatusCode.NOT_ENOUGH_RESOURCES
                || code == StatusCode.SANITIZE_IN_PROGRESS
                || code == StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS
                || code == StatusCode.COMMAND_ABORT_REQUESTED
                || code == StatusCode.COMMAND_INTERRUPTED
                || code == StatusCode.TRANSIENT_TRANSPORT_ERROR) {
            return FailureCategory.RETRY;
        }
        return FailureCategory.ABORT_MIGRATION;
    }

    private static String remedyOf(NvmeStatus status) {
        return switch (status.statusCode().orElse(StatusCode.INTERNAL_ERROR)) {
            case INVALID_COMMAND_OPCODE -> "The controller does not support this command";
            case INVALID_FIELD_IN_COMMAND -> "The controller refused a parameter or the content of the data";
            case COMMAND_SEQUENCE_ERROR ->
                "The transfer of the controller state is incomplete; send it again from the start";
            case SANITIZE_IN_PROGRESS, SANITIZE_NAMESPACE_IN_PROGRESS -> "Wait until the sanitize operation has ended";
            case INVALID_CONTROLLER_IDENTIFIER ->
                "The controller identifier is unknown, is the controlling controller's own, or the controller is in a"
                        + " condition that does not allow this";
            case INVALID_SECONDARY_CONTROLLER_STATE ->
                "Resources are assigned while the secondary controller is offline: take it offline first. It can go"
                        + " online when it has at least two VQ resources and one VI resource and its virtual function"
                        + " is enabled (sriov_numvfs)";
            case INVALID_NUMBER_OF_CONTROLLER_RESOURCES ->
                "Ask for no more resources than one secondary controller can have, and for a multiple of the"
                        + " granularity: VQFRSM, VIFRSM, VQGRAN and VIGRAN of the Primary Controller Capabilities"
                        + " (Identify CNS 14h)";
            case INVALID_RESOURCE_IDENTIFIER ->
                "Not so many resources are free: take other secondary controllers offline, allocate fewer to the"
                        + " primary controller and reset its function, or ask for fewer (Identify CNS 14h says how many"
                        + " there are)";
            case NOT_ENOUGH_RESOURCES ->
                "Free queues, vectors or tracking resources of the subsystem, or try another one";
            case CONTROLLER_SUSPENDED -> "Resume the controller first";
            case CONTROLLER_NOT_SUSPENDED -> "Suspend the controller first; a reset may have resumed it";
            case COMMAND_ABORT_REQUESTED -> "The command was aborted; it may be tried again";
            default ->
                status.doNotRetry() ? "A retry will not help" : "Look into the error log of the controlling controller";
        };
    }
}
