package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Suspensions that shall delete the queue: what proves that they did, and what becomes of its memory when nothing does.
class UserDataLogDeletionTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RingDevice device = new RingDevice();
    private final UserDataLog log = new UserDataLog(
            new CommandPort(device),
            TransferOptions.defaults(),
            new UserDataLogOptions(8, true),
            0x12,
            "controller 0012h");

    private void startAndTakeEverything() {
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
    }

    private void creationsAreNotAnswered(RingDevice.End how) {
        device.end = command -> command instanceof CreateControllerDataQueueCommand ? how : RingDevice.End.ANSWERED;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandTimeoutException.class);
    }

    @Test
    void aQueueThatTheControllerDoesNotKnowAfterTheSuspensionIsDeleted() {
        startAndTakeEverything();
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        device.commands.clear();
        log.suspended(suspension);
        assertThat(device.commands).singleElement().isInstanceOf(GetQueueHeadCommand.class);

        log.close();
        assertThat(device.commands).as("its identifier may be another queue's").hasSize(1);
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void aQueueThatTheControllerKnowsAfterTheSuspensionKeepsItsMemoryUntilItIsDeleted() {
        startAndTakeEverything();
        device.change(1, 4, 1, false);
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        log.suspended(suspension);
        assertThat(log.takeAfterSuspension(SHORT).modifiedBlocks()).isEqualTo(1);
        log.resumed();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(device.ringsOpen).isEqualTo(1);

        startAndTakeEverything();
        assertThat(device.commandsOf(DeleteControllerDataQueueCommand.class)).hasSize(1);
        assertThat(device.ringsLent).isEqualTo(2);
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void aQuestionThatIsNotAnsweredDoesNotFailTheSuspensionAndIsAskedAgain() {
        startAndTakeEverything();
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        device.end = command -> RingDevice.End.NOT_EXECUTED;
        log.suspended(suspension);
        device.end = command -> RingDevice.End.ANSWERED;

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
        device.commands.clear();
        log.close();
        assertThat(device.commands).isEmpty();
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void aQueueThatIsFoundDeletedByAnOrderToStopIsReadToItsEnd() {
        for (boolean entry : new boolean[] {true, false}) {
            startAndTakeEverything();
            log.suspending();
            device.change(1, 4, 1, false);
            if (entry) {
                device.marker(EntrySequence.LAST_SUSPENDED);
            }
            device.reset();
            log.stop();
            assertThat(log.state()).isEqualTo(entry ? UserDataLogState.SUSPENDED : UserDataLogState.LOST);
            assertThat(log.takeAfterSuspension(SHORT).isEverything()).isEqualTo(!entry);
        }
    }

    @Test
    void slotsAreNotGivenBackWhileTheIdentifierMayBeOfAnotherQueue() {
        startAndTakeEverything();
        var suspension = log.suspending();
        for (int i = 0; i < 6; i++) {
            device.change(1, 2 * i, 1, false);
        }
        device.marker(EntrySequence.LAST_SUSPENDED);
        log.suspended(suspension);
        assertThat(log.takeAfterSuspension(SHORT).modifiedBlocks()).isEqualTo(6);
        assertThat(device.commandsOf(SetQueueHeadCommand.class)).isEmpty();
    }

    @Test
    void aSuspensionThatWasRefusedLeavesTheQueue() {
        startAndTakeEverything();
        var suspension = log.suspending();
        assertThat(suspension.deletesQueues()).isTrue();
        log.suspensionRefused(suspension);
        for (int i = 0; i < 4; i++) {
            device.change(1, 2 * i, 1, false);
        }
        assertThat(log.take().modifiedBlocks()).isEqualTo(4);
        assertThat(device.commandsOf(SetQueueHeadCommand.class)).isNotEmpty();
        log.resumed();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);

        log.suspensionRefused(log.suspending());
        log.resumed();
        assertThat(log.state()).as("once more").isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void aSuspensionThatWasRefusedLeavesAQueueWhosePredecessorWasDeleted() {
        startAndTakeEverything();
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        log.suspended(suspension);
        log.resumed();
        startAndTakeEverything();
        log.suspensionRefused(log.suspending());
        log.resumed();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void aSuspensionThatWasRefusedLeavesAQueueThatAnotherOneMayDelete() {
        for (boolean firstIsRefused : new boolean[] {true, false}) {
            startAndTakeEverything();
            device.change(1, 4, 1, false);
            var first = log.suspending();
            var second = log.suspending();
            log.suspensionRefused(firstIsRefused ? first : second);
            device.marker(EntrySequence.LAST_SUSPENDED);
            device.reset();

            assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
            log.resumed();
        }
    }

    @Test
    void aRefusalThatComesWhenTheQueueIsKnownToBeGoneOrReplacedChangesNothing() {
        startAndTakeEverything();
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
        log.suspensionRefused(suspension);
        log.resumed();
        assertThat(log.state()).as("no queue").isEqualTo(UserDataLogState.LOST);

        startAndTakeEverything();
        log.suspending();
        log.suspensionRefused(suspension);
        log.resumed();
        assertThat(log.state()).as("the other suspension deletes").isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void memoryOfAQueueThatNobodyCanNameIsKeptWhenARepeatedSuspensionDeletedNothing() {
        creationsAreNotAnswered(RingDevice.End.ANSWER_LOST);
        device.end = command -> RingDevice.End.ANSWERED;
        var repeated = log.suspending();
        assertThat(repeated.deletesQueues()).isTrue();
        log.suspended(repeated);
        log.resumed();
        assertThat(device.exists).isTrue();
        assertThat(device.ringsOpen).as("the controller may write into it").isEqualTo(1);

        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandFailedException.class);
        assertThat(device.ringsOpen).isEqualTo(1);
        var next = log.suspending();
        assertThat(next.deletesQueues()).as("tried again").isTrue();
        device.reset();
        log.suspended(next);
        log.resumed();
        startAndTakeEverything();
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void aSuspensionThatShouldHaveDeletedWhatNobodyCanNameIsNotRepeatedWithoutNeed() {
        creationsAreNotAnswered(RingDevice.End.NOT_EXECUTED);
        log.suspended(log.suspending());

        assertThat(log.suspending().deletesQueues()).as("another program may have a queue by now").isFalse();
    }

    @Test
    void aQueueWhoseHeadMayStillMoveIsNotDeletedBySuspensionsSinceNobodyCouldAskForItsHead() {
        startAndTakeEverything();
        for (int i = 0; i < 3; i++) {
            device.change(1, i, 1, false);
        }
        device.end = command -> command instanceof SetQueueHeadCommand
                ? RingDevice.End.NOT_EXECUTED
                : RingDevice.End.ANSWERED;
        assertThatThrownBy(log::keepUp).isInstanceOf(CommandTimeoutException.class);
        assertThat(log.suspending().deletesQueues()).isFalse();
    }

    @Test
    void aQueueWhoseCreationMayStillBeExecutedIsToBeDeletedByEverySuspension() {
        device.lateness = 1000;
        creationsAreNotAnswered(RingDevice.End.LATE);
        for (int i = 0; i < 3; i++) {
            var suspension = log.suspending();
            assertThat(suspension.deletesQueues()).isTrue();
            log.suspended(suspension);
        }
    }

    @Test
    void memoryOfACreationThatMayStillBeExecutedIsKept() {
        device.lateness = 1000;
        creationsAreNotAnswered(RingDevice.End.LATE);
        device.end = command -> RingDevice.End.ANSWERED;
        startAndTakeEverything();
        assertThat(device.ringsOpen).isEqualTo(2);
    }

    @Test
    void memoryForQueuesThatNobodyCanNameIsBoundedWhateverSuspensionsDelete() {
        device.end = command -> command instanceof CreateControllerDataQueueCommand
                ? RingDevice.End.NOT_EXECUTED
                : RingDevice.End.ANSWERED;
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> log.start(NAMESPACES))
                        .isInstanceOfAny(CommandTimeoutException.class, CapabilityMissingException.class);
            }
            log.suspended(log.suspending());
            log.resumed();
        }
        assertThat(device.ringsOpen).isEqualTo(8);
        assertThatThrownBy(() -> log.start(NAMESPACES))
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("Open the transport anew")
                .hasMessageNotContaining("Suspend");
    }
}
