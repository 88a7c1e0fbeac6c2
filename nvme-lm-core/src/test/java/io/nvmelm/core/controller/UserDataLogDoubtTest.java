package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The log where it cannot know: then everything counts as changed, and memory that may be written to is kept.
class UserDataLogDoubtTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RingDevice device = new RingDevice();
    private final UserDataLog log = new UserDataLog(
            new CommandPort(device),
            TransferOptions.defaults(),
            UserDataLogOptions.defaults().withSlots(8),
            0x12,
            "controller 0012h");

    private void startAndTakeEverything() {
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
    }

    @Test
    void theEntryOfAFullQueueIsEnoughWithoutItsEvent() {
        device.noEvents = "none";
        startAndTakeEverything();
        for (int i = 0; i < 9; i++) {
            device.change(1, i, 1, false);
        }
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
    }

    private void whenStarted(Runnable action) {
        device.before = command -> {
            if (command instanceof LogUserDataChangesCommand start && start.start()) {
                action.run();
            }
        };
    }

    @Test
    void aFullEventThatComesWhileLoggingIsStartedIsOfTheLoggingBefore() {
        whenStarted(() -> device.tell(AsynchronousEvent.QUEUE_FULL_ERROR));
        startAndTakeEverything();
        device.change(1, 3, 1, false);

        assertThat(log.take().modifiedBlocks()).isEqualTo(1);
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        assertThat(log.take().state()).as("one that comes later").isEqualTo(UserDataLogState.LOST);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7})
    void aQueueThatIsFilledWhileLoggingIsStartedIsNotForgotten(int entries) {
        whenStarted(() -> {
            for (int i = 0; i < entries; i++) {
                device.post(EntrySequence.ORDINARY, ChangeScope.RANGE, 1, i, 1, false);
            }
            device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        });
        log.start(NAMESPACES);

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aQueueWhoseLastSlotIsNotGivenBackIsFullOneEntryEarlier(int entries) {
        device.headMayNotBeTail = true;
        startAndTakeEverything();
        for (int i = 0; i < 2; i++) {
            device.change(1, i, 1, false);
        }
        log.keepUp();
        whenStarted(() -> {
            for (int i = 0; i < entries; i++) {
                device.post(EntrySequence.ORDINARY, ChangeScope.RANGE, 1, i, 1, false);
            }
            device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        });
        log.stop();
        log.start(NAMESPACES);
        assertThat(device.tail - device.head).isEqualTo(entries + 1);

        assertThat(log.take().state()).isEqualTo(entries == 5 ? UserDataLogState.LOST : UserDataLogState.LOGGING);
    }

    private void headIsUnsettled() {
        startAndTakeEverything();
        for (int i = 0; i < 3; i++) {
            device.change(1, i, 1, false);
        }
        device.end = command -> command instanceof SetQueueHeadCommand
                ? RingDevice.End.NOT_EXECUTED
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(log::keepUp).isInstanceOf(CommandTimeoutException.class);
        device.end = command -> RingDevice.End.ANSWERED;
    }

    @Test
    void aFullEventThatComesWhileLoggingIsStartedCountsWhenTheHeadMayStillMove() {
        headIsUnsettled();
        log.stop();
        whenStarted(() -> device.tell(AsynchronousEvent.QUEUE_FULL_ERROR));
        log.start(NAMESPACES);

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aSuspensionAfterAStopThatWasNotAnsweredLosesEverything() {
        startAndTakeEverything();
        device.end = command -> RingDevice.End.NOT_EXECUTED;
        assertThatThrownBy(log::stop).isInstanceOf(CommandTimeoutException.class);
        device.end = command -> RingDevice.End.ANSWERED;
        device.marker(EntrySequence.LAST_SUSPENDED);

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aSuspensionAfterAStopIsNoProofOfCompleteness() {
        startAndTakeEverything();
        device.logging = false;
        log.stop();
        device.marker(EntrySequence.LAST_SUSPENDED);

        assertThat(log.keepUp()).isEqualTo(UserDataLogState.STOPPED);
    }

    @Test
    void aQueueThatIsSaidToBeGoneIsDeletedBeforeItsMemoryIsGivenBack() {
        startAndTakeEverything();
        device.override = command -> command instanceof GetQueueHeadCommand
                ? Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE)
                : null;

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
        assertThat(log.lossReason()).hasValueSatisfying(reason -> assertThat(reason).contains("reset"));
        assertThat(device.exists).isFalse();
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void memoryOfACreationThatWasNotAnsweredIsKeptAndTheNextSuspensionDeletesTheQueue() {
        device.end = command -> command instanceof CreateControllerDataQueueCommand
                ? RingDevice.End.ANSWER_LOST
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandTimeoutException.class);
        device.end = command -> RingDevice.End.ANSWERED;

        assertThatThrownBy(() -> log.start(NAMESPACES))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("DUDMQ");
        assertThat(device.ringsOpen).isEqualTo(1);
        var suspension = log.suspending();
        assertThat(suspension.deletesQueues()).isTrue();
        device.reset();
        log.suspended(suspension);
        startAndTakeEverything();
        assertThat(device.ringsOpen).as("a controller has one queue at most").isEqualTo(1);
        assertThat(log.suspending().deletesQueues()).isFalse();
        log.close();
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void aQueueWhoseDeletionWasNotAnsweredIsReplaced() {
        startAndTakeEverything();
        device.override = command -> command instanceof GetQueueHeadCommand
                ? Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE)
                : null;
        device.end = command -> command instanceof DeleteControllerDataQueueCommand
                ? RingDevice.End.NOT_EXECUTED
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(log::take).isInstanceOf(CommandTimeoutException.class);
        device.override = command -> null;
        device.end = command -> RingDevice.End.ANSWERED;

        startAndTakeEverything();
        assertThat(device.commandsOf(CreateControllerDataQueueCommand.class)).hasSize(2);
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void anEntryOfAnEarlierStopIsNotExpectedInAnotherQueue() {
        device.firstEntries = false;
        startAndTakeEverything();
        device.logging = false;
        log.stop();
        device.reset();
        startAndTakeEverything();
        device.marker(EntrySequence.LAST_STOPPED);

        assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void anEntryOfAStopThatTheNextStartDroppedIsNotExpectedAnyMore() {
        device.firstEntries = false;
        startAndTakeEverything();
        log.stop();
        startAndTakeEverything();
        device.marker(EntrySequence.LAST_STOPPED);

        assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aFullQueueIsForgottenByTheNextStartAlsoWhenTheHeadMayStillMove() {
        headIsUnsettled();
        device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        log.stop();
        startAndTakeEverything();

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void eventsOfOtherQueuesAreNone() {
        startAndTakeEverything();
        device.queueId++;
        device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        device.queueId--;

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void whatIsPutBackIntoAClosedLogIsNoError() {
        log.start(NAMESPACES);
        var taken = log.take();
        log.close();
        log.putBack(taken);

        assertThat(log.state()).isEqualTo(UserDataLogState.OFF);
    }

    @Test
    void theEntryOfAStopThatIsPartOfAStartMayComeLate() {
        device.end = command -> command instanceof LogUserDataChangesCommand
                ? RingDevice.End.ANSWER_LOST
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandTimeoutException.class);
        device.end = command -> RingDevice.End.ANSWERED;
        device.override = command -> {
            if (command instanceof LogUserDataChangesCommand logging && !logging.start()) {
                device.logging = false;
                return Completion.success();
            }
            return null;
        };
        startAndTakeEverything();
        device.marker(EntrySequence.LAST_STOPPED);
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void aStartThatFailedLosesWhatWasLoggedBefore() {
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        device.override = command -> command instanceof LogUserDataChangesCommand
                ? Completion.failure(StatusCode.INTERNAL_ERROR)
                : null;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandFailedException.class);

        assertThat(log.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(log.take().isEverything()).isTrue();
    }

    @Test
    void anEntryOfAnEarlierStopIsNotExpectedBehindTheFirstOneOfTheLoggingThatFollowed() {
        startAndTakeEverything();
        device.logging = false;
        log.stop();
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        assertThat(log.take().modifiedBlocks()).isEqualTo(1);
        device.marker(EntrySequence.LAST_STOPPED);

        assertThat(log.keepUp()).as("another program's").isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aStartThatWasNotAnsweredIsStoppedAndRepeated() {
        device.end = command -> command instanceof LogUserDataChangesCommand
                ? RingDevice.End.ANSWER_LOST
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandTimeoutException.class);
        assertThat(log.state()).isEqualTo(UserDataLogState.OFF);
        device.end = command -> RingDevice.End.ANSWERED;

        startAndTakeEverything();

        assertThat(device.commandsOf(LogUserDataChangesCommand.class))
                .extracting(LogUserDataChangesCommand::start)
                .containsExactly(true, true, false, true);
        assertThat(log.keepUp()).as("the entry of that stop").isEqualTo(UserDataLogState.LOGGING);
    }
}
