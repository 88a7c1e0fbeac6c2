package io.nvmelm.rules;

import static io.nvmelm.FailureCategory.*;
import static io.nvmelm.nvme.StatusCode.*;

import io.nvmelm.FailureCategory;
import io.nvmelm.nvme.StatusCode;
import java.util.List;

/// What a status has to tell the caller of the library after the commands of some rules.
///
/// @param rules    start of the identifiers of the rules
/// @param status   status; null for any
/// @param arrival  how it arrives
/// @param category what a caller can do about a failure
/// @param says     pattern that the remedy of a failure contains, or the reason why changes are lost or it cannot migrate
record StatusMeaning(String rules, StatusCode status, Arrival arrival, FailureCategory category, String says) {
    /// How a status arrives at the caller.
    enum Arrival {
        /// As a failure of the operation.
        FAILURE,
        /// The operation ends well, and says that changes were lost.
        CHANGES_LOST,
        /// The library says that the controller cannot migrate, and why.
        UNSUPPORTED,
        /// What was asked for is so already, so that there is nothing to say.
        NOTHING
    }

    private static final List<StatusMeaning> ALL = List.of(
            failure("discovery.", INVALID_COMMAND_OPCODE, ABORT_MIGRATION, "does not support"),
            new StatusMeaning(
                    "discovery.migratable-refuses-formats",
                    INVALID_FIELD_IN_COMMAND,
                    Arrival.UNSUPPORTED,
                    ABORT_MIGRATION,
                    "cannot be read \\(Identify CNS 20h\\).*Invalid Field"),
            failure("discovery.", DATA_TRANSFER_ERROR, ABORT_MIGRATION, "error log of the controlling controller"),
            failure("discovery.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION,
                    "refused|format|already, another program|size|fewer, larger"),
            failure("suspend.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "refused a parameter"),
            failure("suspend.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
            failure("resume.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
            failure("resume.", CONTROLLER_NOT_SUSPENDED, ABORT_MIGRATION, "Suspend the controller first"),
            failure("resume.", COMMAND_SEQUENCE_ERROR, ABORT_MIGRATION, "whole state again from the start"),
            failure("set.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "state or its format not valid"),
            failure("set.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "suspend it first"),
            failure("set.", COMMAND_SEQUENCE_ERROR, ABORT_MIGRATION, "again from the start"),
            failure("set.", INTERNAL_ERROR, ABORT_MIGRATION, "make pieceBytes .* as large as the state"),
            failure("set.", NOT_ENOUGH_RESOURCES, ABORT_MIGRATION, "as many queues and interrupt vectors"),
            failure("state.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "state or its format not valid"),
            failure("get.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "keep it suspended while its state is read"),
            failure("get.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
            failure("queue-create.", PRP_OFFSET_INVALID, FATAL, "page"),
            failure("queue-create.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "exist already|already"),
            failure("queue-create.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
            failure("queue-create.", NOT_ENOUGH_RESOURCES, RETRY, "close the log of another controller"),
            new StatusMeaning(
                    "queue-delete.unknown", INVALID_CONTROLLER_DATA_QUEUE, Arrival.NOTHING, ABORT_MIGRATION, ""),
            lost("feature.set-unknown-queue"),
            lost("feature.get-unknown-queue"),
            lost("log.stop-unknown-queue"),
            failure("feature.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "open the log again"),
            failure("feature.", FEATURE_IDENTIFIER_NOT_SAVEABLE, ABORT_MIGRATION, "cannot be saved"),
            failure("log.unknown-queue", INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "queue is gone"),
            failure("log.already-logging", INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "logged already"),
            failure("log.", CONTROLLER_SUSPENDED, RETRY, "resume it first"),
            failure("log.", CONTROLLER_DATA_QUEUE_FULL, RETRY, "start again"),
            failure("log.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "refused a parameter"),
            failure("memory.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "tracked already"),
            failure("memory.", CONTROLLER_SUSPENDED, RETRY, "resume it first"),
            failure("memory.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "fewer, larger ranges"),
            failure("memory.", NOT_ENOUGH_RESOURCES, RETRY, "Possible now would be"),
            failure("report.", INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "every page as written"),
            failure("report.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "every page counts as written"),
            failure("sanitize.", SANITIZE_IN_PROGRESS, RETRY, "Wait until the sanitize operation has ended"),
            failure("sanitize.", SANITIZE_NAMESPACE_IN_PROGRESS, RETRY, "Wait until the sanitize operation has ended"),
            failure("vendor.", INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "no virtual function with this index"));

    private static StatusMeaning failure(
            String rules, StatusCode status, FailureCategory category, String says) {
        return new StatusMeaning(rules, status, Arrival.FAILURE, category, says);
    }

    private static StatusMeaning lost(String rule) {
        return new StatusMeaning(
                rule,
                INVALID_CONTROLLER_DATA_QUEUE,
                Arrival.CHANGES_LOST,
                ABORT_MIGRATION,
                "does not know the queue any more");
    }

    /// {@return what the caller has to hear of a row}
    static StatusMeaning of(StatusRow row) {
        return ALL.stream()
                .filter(m -> row.rule().startsWith(m.rules) && m.status == row.expected())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no meaning for " + row));
    }
}
