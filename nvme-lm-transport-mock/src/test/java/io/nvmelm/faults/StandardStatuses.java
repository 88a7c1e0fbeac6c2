package io.nvmelm.faults;

import static io.nvmelm.nvme.StatusCode.*;

import io.nvmelm.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;

/// The statuses with which the standard lets a command fail: those of every admin command (Base 2.3 figs. 102 and 103), and the ones that
/// the clause of the command names.
final class StandardStatuses {
    private static final List<StatusCode> OF_EVERY_COMMAND = List.of(
            INVALID_COMMAND_OPCODE,
            INVALID_FIELD_IN_COMMAND,
            DATA_TRANSFER_ERROR,
            ABORTED_POWER_LOSS,
            INTERNAL_ERROR,
            COMMAND_ABORT_REQUESTED,
            OPERATION_DENIED,
            SANITIZE_FAILED,
            SANITIZE_IN_PROGRESS,
            SANITIZE_NAMESPACE_IN_PROGRESS,
            NAMESPACE_NOT_READY,
            COMMAND_INTERRUPTED,
            TRANSIENT_TRANSPORT_ERROR,
            PROHIBITED_BY_LOCKDOWN,
            ADMIN_COMMAND_MEDIA_NOT_READY);

    private StandardStatuses() {}

    /// {@return with what a command can fail}
    ///
    /// @param command opcode and Select, as a [Step] names them
    static List<StatusCode> of(String command) {
        var all = new ArrayList<>(OF_EVERY_COMMAND);
        all.addAll(switch (command) {
            case "MIGRATION_SEND/0" ->
                List.of(INVALID_CONTROLLER_IDENTIFIER, INVALID_CONTROLLER_DATA_QUEUE, NOT_ENOUGH_RESOURCES);
            case "MIGRATION_SEND/1" ->
                List.of(INVALID_CONTROLLER_IDENTIFIER, CONTROLLER_NOT_SUSPENDED, COMMAND_SEQUENCE_ERROR);
            case "MIGRATION_SEND/2" ->
                List.of(INVALID_CONTROLLER_IDENTIFIER, COMMAND_SEQUENCE_ERROR, NOT_ENOUGH_RESOURCES);
            case "MIGRATION_RECEIVE/0" -> List.of(INVALID_CONTROLLER_IDENTIFIER, COMMAND_SEQUENCE_ERROR);
            default -> List.of(INVALID_CONTROLLER_IDENTIFIER);
        });
        return all;
    }
}
