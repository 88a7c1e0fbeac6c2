package io.nvmelm.core.controller;

import static io.nvmelm.FailureCategory.ABORT_MIGRATION;
import static io.nvmelm.FailureCategory.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.FailureCategory;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// One row for each row of the standard's status tables: what to do depends on the command.
class StatusMeaningsTest {
    private static final AdminCommand SUSPEND = new SuspendCommand(5, SuspendType.SUSPEND, true);
    private static final AdminCommand RESUME = new ResumeCommand(5);
    private static final AdminCommand SET =
            new SetControllerStateCommand(5, SequenceIndicator.ONLY, 1, 0, 0, 0, 26);
    private static final AdminCommand GET = new GetControllerStateCommand(5, 1, 0, 0, 0, 0, 26);
    private static final AdminCommand CREATE = new CreateControllerDataQueueCommand(5, true, 1024);
    private static final AdminCommand DELETE = new DeleteControllerDataQueueCommand(3);
    private static final AdminCommand LOG = new LogUserDataChangesCommand(3, true);
    private static final AdminCommand STOP_LOG = new LogUserDataChangesCommand(3, false);
    private static final AdminCommand SET_HEAD = new SetQueueHeadCommand(3, 5, OptionalLong.empty());
    private static final AdminCommand GET_HEAD = new GetQueueHeadCommand(3);
    private static final AdminCommand TRACK = new TrackMemoryChangesCommand(5, true, 20);
    private static final AdminCommand STOP_TRACK = TrackMemoryChangesCommand.stop(5);
    private static final AdminCommand RECEIVE = new TrackedMemoryChangesCommand(5, 1024);
    private static final AdminCommand VENDOR = new VendorMigrationCommand(VendorMigrationOperation.SUSPEND, 1, 0);

    static Stream<Arguments> rows() {
        return Stream.of(
                row(SUSPEND, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
                row(SUSPEND, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "suspend without"),
                row(SUSPEND, StatusCode.NOT_ENOUGH_RESOURCES, RETRY, "cannot suspend one more"),
                row(RESUME, StatusCode.CONTROLLER_NOT_SUSPENDED, ABORT_MIGRATION, "runs already, or was reset"),
                row(RESUME, StatusCode.COMMAND_SEQUENCE_ERROR, ABORT_MIGRATION, "send the whole state again"),
                row(RESUME, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
                row(SET, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "neither suspended nor offline"),
                row(SET, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "has I/O queues already"),
                row(SET, StatusCode.COMMAND_SEQUENCE_ERROR, ABORT_MIGRATION, "send it again from the start"),
                row(SET, StatusCode.NOT_ENOUGH_RESOURCES, ABORT_MIGRATION, "as many queues"),
                row(SET, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "as many queues"),
                row(SET, StatusCode.INTERNAL_ERROR, ABORT_MIGRATION, "pieceBytes"),
                row(GET, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
                row(GET, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "keep it suspended"),
                row(CREATE, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "no such controller"),
                row(CREATE, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION,
                        "has a log of user data changes already"),
                row(CREATE, StatusCode.NOT_ENOUGH_RESOURCES, RETRY, "close the log of another controller"),
                row(CREATE, StatusCode.PRP_OFFSET_INVALID, FailureCategory.FATAL, "defect of the transport"),
                row(DELETE, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "deleted already"),
                row(LOG, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "are logged already"),
                row(LOG, StatusCode.CONTROLLER_SUSPENDED, RETRY, "resume it first"),
                row(LOG, StatusCode.CONTROLLER_DATA_QUEUE_FULL, RETRY, "makes room"),
                row(LOG, StatusCode.NOT_ENOUGH_RESOURCES, RETRY, "stop another log"),
                row(STOP_LOG, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "no such queue any more"),
                row(STOP_LOG, StatusCode.CONTROLLER_SUSPENDED, RETRY, "resume it first"),
                row(SET_HEAD, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "no such queue any more"),
                row(SET_HEAD, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "another view of the queue"),
                row(SET_HEAD, StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE, ABORT_MIGRATION, "cannot be saved"),
                row(GET_HEAD, StatusCode.INVALID_CONTROLLER_DATA_QUEUE, ABORT_MIGRATION, "no such queue any more"),
                row(TRACK, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "tracked already"),
                row(TRACK, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "wholly guest memory"),
                row(TRACK, StatusCode.NOT_ENOUGH_RESOURCES, RETRY, "units of 65536 bytes, or 12 ranges"),
                row(TRACK, StatusCode.CONTROLLER_SUSPENDED, RETRY, "resume it first"),
                row(STOP_TRACK, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "is not tracked by"),
                row(STOP_TRACK, StatusCode.CONTROLLER_SUSPENDED, RETRY, "resume it first"),
                row(RECEIVE, StatusCode.INVALID_CONTROLLER_IDENTIFIER, ABORT_MIGRATION, "not tracked any more"),
                row(RECEIVE, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "every page counts as written"),
                row(VENDOR, StatusCode.INVALID_COMMAND_OPCODE, ABORT_MIGRATION, "byte 3072"),
                row(VENDOR, StatusCode.INVALID_FIELD_IN_COMMAND, ABORT_MIGRATION, "no virtual function"),
                row(RECEIVE, StatusCode.SANITIZE_IN_PROGRESS, RETRY, "sanitize operation has ended"),
                row(GET, StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS, RETRY, "sanitize operation has ended"),
                row(CREATE, StatusCode.INVALID_COMMAND_OPCODE, ABORT_MIGRATION, "does not support this command"));
    }

    private static Arguments row(AdminCommand command, StatusCode code, FailureCategory category, String remedy) {
        return Arguments.of(command, code, category, remedy);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatAStatusAsksForDependsOnTheCommand(
            AdminCommand command, StatusCode code, FailureCategory category, String remedy) {
        var completion = new Completion(4, 12, NvmeStatus.of(code));
        assertThat(StatusMeanings.isFailure(command, completion)).isTrue();
        var failure = StatusMeanings.failureOf(command, completion);
        assertThat(failure.status().is(code)).isTrue();
        assertThat(failure.category()).isEqualTo(category);
        assertThat(failure.remedy()).contains(remedy).doesNotEndWith(".");
        assertThat(failure).hasMessage(command + " was answered with " + completion.status() + ". " + failure.remedy());
    }

    @Test
    void eachCommandExplainsAnUnknownControllerInItsOwnWords() {
        var remedies = new HashSet<String>();
        for (var command : new AdminCommand[] {SUSPEND, SET, TRACK, STOP_TRACK, RECEIVE}) {
            remedies.add(StatusMeanings.failureOf(command, Completion.failure(StatusCode.INVALID_CONTROLLER_IDENTIFIER))
                    .remedy());
        }
        assertThat(remedies).hasSize(5);
    }

    /// The known public emulation answers so when it has no queue left.
    @Test
    void successThatForbidsARetryIsNoQueue() {
        var odd = new Completion(0, 0, NvmeStatus.SUCCESS.withDoNotRetry());
        assertThat(StatusMeanings.isFailure(CREATE, odd)).isTrue();
        assertThat(StatusMeanings.failureOf(CREATE, odd).remedy()).contains("no queue to give");
        assertThat(StatusMeanings.isFailure(RESUME, odd)).isFalse();
        assertThat(StatusMeanings.isFailure(CREATE, Completion.success())).isFalse();
    }

    @Test
    void hintsOfAGranularityThatIsNoNumberOfBytesAreShown() {
        var odd = new Completion(0xABCD_FFFF, -1, NvmeStatus.of(StatusCode.NOT_ENOUGH_RESOURCES));
        assertThat(StatusMeanings.failureOf(TRACK, odd).remedy())
                .contains("units of 4096 * 2^65535 bytes, or 4294967295 ranges");
    }
}
