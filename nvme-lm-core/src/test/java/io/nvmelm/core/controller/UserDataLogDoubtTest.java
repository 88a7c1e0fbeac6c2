package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        assertThat(device.ringsOpen).as("nothing writes into it any more").isZero();
        startAndTakeEverything();
        assertThat(log.suspending().deletesQueues()).isFalse();
        log.close();
        assertThat(device.ringsOpen).isZero();
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
