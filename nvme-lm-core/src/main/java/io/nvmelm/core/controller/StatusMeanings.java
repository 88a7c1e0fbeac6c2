package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.FailureCategory;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a status means for the command that it answers: the same number asks for different things after different commands. The
/// command's own table goes first (Base 2.3 figs. 173, 378, 501 and the clauses around them), then what [CommandFailedException]
/// knows of the status alone.
final class StatusMeanings {

    /// What to do about an answer.
    private record Meaning(FailureCategory category, String remedy) {}

    private static final String QUEUE_IS_GONE =
            "The controlling controller has no such queue any more, which a reset of it explains: open the log again, and take every"
                    + " block as changed";
    private static final String RESUME_FIRST =
            "This cannot be changed while the controller is suspended: resume it first, or do it before it is suspended";

    private StatusMeanings() {}

    /// {@return whether this answer says that the command failed} The known public emulation answers a Controller Data Queue command
    /// that it cannot serve with success and Do Not Retry, which is no success: there is no queue then.
    static boolean isFailure(AdminCommand command, Completion completion) {
        boolean queueCommand = command instanceof CreateControllerDataQueueCommand
                || command instanceof DeleteControllerDataQueueCommand;
        return !completion.isSuccess() || (queueCommand && completion.status().doNotRetry());
    }

    /// {@return the failure of a command that was not answered with success}
    static CommandFailedException failureOf(AdminCommand command, Completion completion) {
        if (completion.isSuccess()) {
            return failure(command, completion, abort("The controller has no queue to give, or is not one that can"));
        }
        var code = completion.status().statusCode().orElse(null);
        var meaning = code == null ? null : meaningOf(command, code, completion);
        return meaning == null
                ? new CommandFailedException(command.toString(), completion.status())
                : failure(command, completion, meaning);
    }

    private static CommandFailedException failure(AdminCommand command, Completion completion, Meaning meaning) {
        return new CommandFailedException(command.toString(), completion, meaning.category(), meaning.remedy());
    }

    private static @Nullable Meaning meaningOf(AdminCommand command, StatusCode code, Completion completion) {
        return switch (command) {
            case SuspendCommand _ -> ofSuspend(code);
            case ResumeCommand _ -> ofResume(code);
            case SetControllerStateCommand _ -> ofSetState(code);
            case GetControllerStateCommand _ -> ofGetState(code);
            case CreateControllerDataQueueCommand _ -> ofCreateQueue(code);
            case DeleteControllerDataQueueCommand _ -> code == StatusCode.INVALID_CONTROLLER_DATA_QUEUE
                    ? abort("The controlling controller has no such queue; it was deleted already, or a reset deleted it")
                    : null;
            case LogUserDataChangesCommand log -> ofLogging(log.start(), code);
            case SetQueueHeadCommand _ -> ofSetHead(code);
            case GetQueueHeadCommand _ -> code == StatusCode.INVALID_CONTROLLER_DATA_QUEUE
                    ? abort(QUEUE_IS_GONE)
                    : null;
            case TrackMemoryChangesCommand track -> ofTracking(track.start(), code, completion);
            case TrackedMemoryChangesCommand _ -> ofTrackReceive(code);
            case VendorMigrationCommand _ -> ofVendor(code);
            case IdentifyCommand _,VirtualizationManagementCommand _ -> null;
        };
    }

    private static @Nullable Meaning ofSuspend(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER ->
                abort("The subsystem has no such controller, or it is the controlling controller itself, which cannot be suspended");
            case INVALID_CONTROLLER_DATA_QUEUE -> abort(
                    "The log of user data changes cannot be deleted with the suspension: suspend without, and close the log after");
            case NOT_ENOUGH_RESOURCES -> retry("The controlling controller cannot suspend one more controller now");
            default -> null;
        };
    }

    private static @Nullable Meaning ofResume(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER ->
                abort("The subsystem has no such controller, or it is the controlling controller itself");
            case CONTROLLER_NOT_SUSPENDED ->
                abort("It runs already, or was reset: a reset of either controller ends a suspension. Suspend the controller first");
            case COMMAND_SEQUENCE_ERROR -> abort(
                    "It holds a part of a state that was not committed: send the whole state again from the start, or reset it");
            default -> null;
        };
    }

    private static @Nullable Meaning ofSetState(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER -> abort(
                    "The subsystem has no such controller, or it is neither suspended nor offline: suspend it first; a reset may have"
                            + " resumed it");
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controller found the state or its format not valid, or has I/O queues already: reset it before it is loaded,"
                            + " and load a state of a format that it lists");
            case COMMAND_SEQUENCE_ERROR ->
                abort("The transfer of the controller state is incomplete; send it again from the start");
            case NOT_ENOUGH_RESOURCES, INVALID_CONTROLLER_DATA_QUEUE -> abort(
                    "It cannot make the queues of this state: give it as many queues and interrupt vectors as the source has");
            case INTERNAL_ERROR -> abort(
                    "Some controllers take a state in one command alone: make pieceBytes of the TransferOptions as large as the state,"
                            + " over a transport that can move so much");
            default -> null;
        };
    }

    private static @Nullable Meaning ofGetState(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER, INVALID_CONTROLLER_DATA_QUEUE ->
                abort("The subsystem has no such controller, or it is the controlling controller itself");
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controller does not have this format, or its state became smaller than the offset: keep it suspended while"
                            + " its state is read");
            default -> null;
        };
    }

    private static @Nullable Meaning ofCreateQueue(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER ->
                abort("The subsystem has no such controller, or it is the controlling controller itself");
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controller has a log of user data changes already, another program's or that of a creation which was never"
                            + " answered, or this ring is too large or in too many pieces: a suspension with DUDMQ deletes the other"
                            + " log (this library's next one does so after such a creation), and so does a reset of the controlling"
                            + " controller; or ask for fewer slots");
            case NOT_ENOUGH_RESOURCES -> retry(
                    "All queues that the controlling controller or its subsystem can have are in use (MCUDMQ, MNSUDMQ): close the log"
                            + " of another controller");
            case PRP_OFFSET_INVALID -> new Meaning(
                    FailureCategory.FATAL, "The ring does not begin at a page, which is a defect of the transport");
            default -> null;
        };
    }

    private static @Nullable Meaning ofLogging(boolean start, StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_DATA_QUEUE -> start
                    ? abort("The queue is gone, which a reset of the controlling controller explains, or changes of this controller are"
                            + " logged already, maybe through another controlling controller: stop that, or open the log again")
                    : abort(QUEUE_IS_GONE);
            case CONTROLLER_SUSPENDED -> retry(RESUME_FIRST);
            case CONTROLLER_DATA_QUEUE_FULL ->
                retry("Take what is in the log, which makes room, and start again; every block is to be taken as changed");
            case NOT_ENOUGH_RESOURCES -> retry(
                    "The controlling controller cannot log one more controller now: stop another log");
            default -> null;
        };
    }

    private static @Nullable Meaning ofSetHead(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_DATA_QUEUE -> abort(QUEUE_IS_GONE);
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controlling controller has another view of the queue than this host: open the log again, and take every block"
                            + " as changed");
            case FEATURE_IDENTIFIER_NOT_SAVEABLE -> abort(
                    "The pointers of a queue cannot be saved: set the current value");
            default -> null;
        };
    }

    private static @Nullable Meaning ofTracking(boolean start, StatusCode code, Completion completion) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER -> start
                    ? abort("The memory of this controller is tracked already by another controlling controller, or the subsystem has"
                            + " no such controller, or it is the controlling controller itself: stop the other tracking")
                    : abort("The memory of this controller is not tracked by this controlling controller, or the subsystem has no such"
                            + " controller");
            case INVALID_FIELD_IN_COMMAND -> start
                    ? abort("A range is not memory of the controller's host, or there are too many of them beside those that are"
                            + " tracked for others (CMMRTD, NMMRTD): track fewer, larger ranges that are wholly guest memory")
                    : null;
            case NOT_ENOUGH_RESOURCES -> retry(hints(completion));
            case CONTROLLER_SUSPENDED -> retry(RESUME_FIRST);
            default -> null;
        };
    }

    /// What completion dwords 0 and 1 say would be possible (MRTG and NMTRD, Base 2.3 fig. 500).
    private static String hints(Completion completion) {
        int granularity = completion.dword0() & 0xFFFF;
        var bytes = granularity <= 50 ? Long.toString(4096L << granularity) : "4096 * 2^" + granularity;
        return String.format(
                Locale.ROOT,
                "Possible now would be these ranges in units of %s bytes, or %s ranges in the units asked for: track less, or stop"
                        + " tracking another controller",
                bytes,
                Integer.toUnsignedString(completion.dword1()));
    }

    private static @Nullable Meaning ofTrackReceive(StatusCode code) {
        return switch (code) {
            case INVALID_CONTROLLER_IDENTIFIER -> abort(
                    "The memory of this controller is not tracked any more, which a reset of the controlling controller explains: take"
                            + " every page as written and start tracking again");
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controlling controller did not accept the size of the report; every page counts as written. Other pieceBytes"
                            + " of the TransferOptions may help");
            default -> null;
        };
    }

    private static @Nullable Meaning ofVendor(StatusCode code) {
        return switch (code) {
            case INVALID_COMMAND_OPCODE -> abort(
                    "The controller does not have the vendor specific commands of 2022, whatever its byte 3072 says: use the command"
                            + " set of the standard");
            case INVALID_FIELD_IN_COMMAND -> abort(
                    "The controller has no virtual function with this index, or it is not in a condition that allows this, or the"
                            + " state is not one of its own");
            default -> null;
        };
    }

    private static Meaning abort(String remedy) {
        return new Meaning(FailureCategory.ABORT_MIGRATION, remedy);
    }

    private static Meaning retry(String remedy) {
        return new Meaning(FailureCategory.RETRY, remedy);
    }
}
