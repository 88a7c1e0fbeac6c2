package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// The log while commands succeed: what entries and events mean.
class UserDataLogTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RingDevice device = new RingDevice();
    private UserDataLog log = log(16, false);

    private UserDataLog log(int slots, boolean deleteOnSuspend) {
        return new UserDataLog(
                new CommandPort(device),
                TransferOptions.defaults(),
                new UserDataLogOptions(slots, deleteOnSuspend),
                0x12,
                "controller 0012h");
    }

    private void startAndTakeEverything() {
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
    }

    private static List<String> ranges(UserDataChanges changes) {
        var result = new ArrayList<String>();
        changes.forEachRange((namespace, first, count, deallocated) -> result.add(first + "+" + count + (deallocated
                ? "d"
                : "")));
        return result;
    }

    @Test
    void aQueueThatVanishedIsNoticedThoughNothingIsGivenBack() {
        startAndTakeEverything();
        device.reset();

        var changes = log.take();
        assertThat(changes.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(changes.isEverything()).isTrue();
        assertThat(log.lossReason()).hasValueSatisfying(reason -> assertThat(reason).contains("reset"));
    }

    @Test
    void theQueueIsCreatedAtTheFirstStartAndLogsIntoMemoryOfItsOwn() {
        assertThat(log.state()).isEqualTo(UserDataLogState.OFF);
        assertThat(device.commands).isEmpty();

        log.start(NAMESPACES);

        assertThat(device.commandsOf(CreateControllerDataQueueCommand.class))
                .containsExactly(new CreateControllerDataQueueCommand(0x12, true, 16 * 8));
        assertThat(device.logging).isTrue();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(device.ringsOpen).isEqualTo(1);
        log.close();
        assertThat(device.exists).isFalse();
        assertThat(device.ringsOpen).isZero();
        assertThat(device.listeners).isEmpty();
        log.close();
        assertThatThrownBy(log::take).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aTransportWithoutRingMemoryIsRefusedWithItsReason() {
        device.noRing = "it maps memory for one command only";

        assertThatThrownBy(() -> log.start(NAMESPACES))
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("it maps memory for one command only")
                .hasMessageContaining("controller 0012h");
        assertThat(log.state()).isEqualTo(UserDataLogState.OFF);
    }

    @Test
    void theFirstTakeIsEverythingAndTheNextWhatChangedSince() {
        startAndTakeEverything();
        device.change(1, 10, 5, false);
        device.change(1, 15, 5, false);
        device.change(1, 12, 2, true);

        var taken = log.take();

        assertThat(ranges(taken)).containsExactly("10+2", "12+2d", "14+6");
        assertThat(taken.state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(log.take().isEmpty()).isTrue();
    }

    @Test
    void whatIsPutBackIsTakenAgain() {
        startAndTakeEverything();
        device.change(1, 10, 5, false);
        var taken = log.take();
        device.change(1, 11, 1, true);
        log.keepUp();

        log.putBack(taken);

        assertThat(ranges(log.take())).containsExactly("10+1", "11+1d", "12+3");
        var other = log(4, false);
        assertThatThrownBy(() -> other.putBack(taken)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void slotsAreGivenBackInBatchesOfAQuarter() {
        startAndTakeEverything();
        for (int i = 0; i < 100; i++) {
            device.change(1, i, 1, false);
            log.keepUp();
        }

        var heads = device.commandsOf(SetQueueHeadCommand.class);
        assertThat(heads).hasSize(25).allSatisfy(set -> {
            assertThat(set.headSlot() % 4).isZero();
            assertThat(set.triggerSlot()).isEmpty();
        });
        assertThat(ranges(log.take())).containsExactly("0+100");
    }

    @Test
    void ringsOfTwoToFiveSlotsWork() {
        for (int slots = 2; slots <= 5; slots++) {
            log = log(slots, false);
            // The entry that fills a ring says so, so only what leaves one slot free is logged without loss; with two slots every
            // entry fills it.
            log.start(NAMESPACES);
            log.take();
            for (int i = 0; i < 50; i++) {
                device.change(1, 3 * i, 1, false);
                var taken = log.take();
                if (slots == 2) {
                    assertThat(taken.state()).isEqualTo(UserDataLogState.LOST);
                    log.start(NAMESPACES);
                    log.take();
                } else {
                    assertThat(ranges(taken)).containsExactly(3 * i + "+1");
                }
            }
            log.close();
        }
    }

    @Test
    void aControllerWhoseHeadMayNotBeItsTailKeepsTheLastEntry() {
        device.headMayNotBeTail = true;
        startAndTakeEverything();
        for (int i = 0; i < 100; i++) {
            device.change(1, i, 1, false);
            log.keepUp();
        }
        assertThat(ranges(log.take())).containsExactly("0+100");
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void aFullQueueLosesEverythingUntilLoggingIsStartedAgain() {
        startAndTakeEverything();
        for (int i = 0; i < 40; i++) {
            device.change(1, i, 1, false);
        }
        assertThat(device.tail).isEqualTo(15);

        var lost = log.take();

        assertThat(lost.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(lost.isEverything()).isTrue();
        assertThat(log.lossReason()).hasValueSatisfying(reason -> assertThat(reason).contains("full"));
        device.logging = true;
        device.change(1, 7, 1, false);
        assertThat(log.take().isEverything()).as("a controller that goes on logging").isTrue();
        device.logging = false;

        startAndTakeEverything();
        assertThat(device.commandsOf(CreateControllerDataQueueCommand.class)).hasSize(1);
        device.change(1, 7, 2, false);
        assertThat(ranges(log.take())).containsExactly("7+2");
        assertThat(log.lossReason()).isEmpty();
    }

    @Test
    void aFullEventWithoutItsEntryLosesEverything() {
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        startAndTakeEverything();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void theLastChangesAreThereWhenTheEntryOfTheSuspensionIs() {
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        device.post(EntrySequence.LAST_SUSPENDED, ChangeScope.RANGE, 1, 50, 2, false);

        var taken = log.takeAfterSuspension(SHORT);

        assertThat(taken.state()).isEqualTo(UserDataLogState.SUSPENDED);
        assertThat(ranges(taken)).containsExactly("1+1", "50+2");
        device.marker(EntrySequence.LAST_SUSPENDED);
        assertThat(log.takeAfterSuspension(SHORT).isEmpty()).as("a repeated entry").isTrue();
    }

    @Test
    void anEntryThatComesAfterTheSuspensionWasAnsweredIsWaitedForByQuestions() {
        startAndTakeEverything();
        device.before = command -> {
            if (command instanceof GetQueueHeadCommand
                    && device.commandsOf(GetQueueHeadCommand.class).size() == 3) {
                device.change(1, 9, 1, false);
                device.marker(EntrySequence.LAST_SUSPENDED);
            }
        };

        assertThat(ranges(log.takeAfterSuspension(Duration.ofSeconds(20)))).containsExactly("9+1");
        assertThat(device.commandsOf(GetQueueHeadCommand.class)).as("and whether it still has the queue").hasSize(4);
        assertThat(device.buffersOpen).isZero();
    }

    @Test
    void aSuspensionWithoutEntryTimesOutAndLosesNothing() {
        startAndTakeEverything();
        device.change(1, 9, 1, false);

        assertThatThrownBy(() -> log.takeAfterSuspension(SHORT)).isInstanceOf(CommandTimeoutException.class);
        assertThat(ranges(log.take())).containsExactly("9+1");
    }

    @Test
    void changesAfterTheSuspensionAreLoggedAgainWithAndWithoutAnEntryOfTheResumption() {
        for (boolean first : new boolean[] {true, false}) {
            startAndTakeEverything();
            device.marker(EntrySequence.LAST_SUSPENDED);
            assertThat(log.take().state()).isEqualTo(UserDataLogState.SUSPENDED);
            if (first) {
                device.marker(EntrySequence.FIRST);
                assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOGGING);
            }
            device.post(EntrySequence.ORDINARY, ChangeScope.RANGE, 1, 4, 1, false);
            assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOGGING);
            device.marker(EntrySequence.LAST_SUSPENDED);
            assertThat(ranges(log.takeAfterSuspension(SHORT))).containsExactly("4+1");
            log.stop();
        }
    }

    @Test
    void anEntryOfASuspensionThatHasEndedIsNotTakenForTheNext() {
        startAndTakeEverything();
        assertThat(log.suspending().deletesQueues()).isFalse();
        log.resumed();
        assertThat(log.suspending().deletesQueues()).isFalse();
        device.marker(EntrySequence.LAST_SUSPENDED);
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOGGING);
        device.change(1, 4, 1, false);
        device.marker(EntrySequence.LAST_SUSPENDED);
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.SUSPENDED);
        log.resumed();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
    }

    @Test
    void aQueueThatTheSuspensionDeletedIsReadToItsEndAndReplacedAtTheNextStart() {
        log = log(8, true);
        startAndTakeEverything();
        device.change(1, 4, 1, false);
        device.change(1, 5, 1, false);
        var suspension = log.suspending();
        assertThat(suspension.deletesQueues()).isTrue();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        log.suspended(suspension);
        device.commands.clear();

        assertThat(ranges(log.takeAfterSuspension(SHORT))).containsExactly("4+2");
        assertThat(device.commandsOf(SetQueueHeadCommand.class)).isEmpty();
        assertThat(log.state()).isEqualTo(UserDataLogState.SUSPENDED);

        log.resumed();
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        startAndTakeEverything();
        assertThat(device.commandsOf(DeleteControllerDataQueueCommand.class)).isEmpty();
        assertThat(device.ringsLent).isEqualTo(2);
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void aQueueThatVanishesWhileItsSuspensionIsUnderWayIsNotLostWhenItsEntryIsThere() {
        for (boolean entry : new boolean[] {true, false}) {
            log = log(8, true);
            startAndTakeEverything();
            assertThat(log.suspending().deletesQueues()).isTrue();
            device.change(1, 4, 1, false);
            device.change(1, 6, 1, false);
            if (entry) {
                device.marker(EntrySequence.LAST_SUSPENDED);
            }
            device.reset();
            var taken = log.takeAfterSuspension(SHORT);
            assertThat(taken.state()).isEqualTo(entry ? UserDataLogState.SUSPENDED : UserDataLogState.LOST);
            if (entry) {
                assertThat(ranges(taken)).containsExactly("4+1", "6+1");
            }
            log.close();
        }
    }

    @Test
    void stoppedLoggingEndsWithItsEntry() {
        startAndTakeEverything();
        device.change(1, 4, 1, false);
        log.stop();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(ranges(log.take())).containsExactly("4+1");
        assertThat(log.state()).isEqualTo(UserDataLogState.STOPPED);
        log.stop();
        assertThat(log.takeAfterSuspension(SHORT).state())
                .as("nobody knows what changed since")
                .isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void theEntryOfAnEarlierStopDoesNotEndLoggingThatWasStartedAgain() {
        startAndTakeEverything();
        device.logging = false;
        log.stop();
        startAndTakeEverything();
        device.marker(EntrySequence.LAST_STOPPED);
        assertThat(log.keepUp()).as("of the stop before the start").isEqualTo(UserDataLogState.LOGGING);
        device.marker(EntrySequence.LAST_STOPPED);
        assertThat(log.keepUp()).as("nobody stopped").isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aMalformedEntryIsNamedAndLosesEverything() {
        startAndTakeEverything();
        device.post(EntrySequence.ORDINARY, ChangeScope.RANGE, 1, 999, 2, false);

        assertThatThrownBy(log::take)
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("controller 0012h")
                .hasMessageContaining("NLB of the entry in slot 0")
                .hasMessageContaining("0 to 0");
        assertThat(log.take().isEverything()).isTrue();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOST);
        startAndTakeEverything();
        device.change(1, 3, 1, false);
        assertThat(ranges(log.take())).containsExactly("3+1");
    }

    @Test
    void somebodyIsToldWhenTheWantedSlotIsFilled() {
        startAndTakeEverything();
        var told = new ArrayList<String>();

        assertThat(log.notifyWhenPosted(3, () -> told.add("told"))).isTrue();
        assertThat(device.trigger).hasValue(2);
        device.change(1, 1, 1, false);
        assertThat(told).isEmpty();
        device.change(1, 2, 1, false);
        device.change(1, 3, 1, false);
        device.change(1, 4, 1, false);
        assertThat(told).containsExactly("told");
    }

    @Test
    void entriesThatWereThereBeforeTheTriggerAreToldAtOnce() {
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        assertThat(log.notifyWhenPosted(1, () -> {})).isFalse();
        assertThat(device.commandsOf(SetQueueHeadCommand.class)).isEmpty();
        log.take();
        // The entry is posted after the look into the ring, and before the trigger is armed.
        device.override = command -> {
            if (command instanceof SetQueueHeadCommand set && set.triggerSlot().isPresent()) {
                device.change(1, 2, 1, false);
                device.change(1, 3, 1, false);
                return device.set(set);
            }
            return null;
        };
        var told = new ArrayList<String>();
        assertThat(log.notifyWhenPosted(2, () -> told.add("told"))).isFalse();
        assertThat(device.trigger).as("disarmed").isEqualTo(OptionalLong.empty());
        assertThat(told).isEmpty();
        assertThat(ranges(log.take())).containsExactly("2+2");
    }

    @Test
    void aFullQueueIsToldToo() {
        startAndTakeEverything();
        var told = new ArrayList<String>();
        assertThat(log.notifyWhenPosted(15, () -> told.add("told"))).isTrue();
        device.trigger = OptionalLong.empty();
        device.tell(AsynchronousEvent.QUEUE_FULL_ERROR);
        device.tell(AsynchronousEvent.QUEUE_TAIL_POINTER);
        assertThat(told).containsExactly("told");
    }

    @Test
    void withoutEventsNobodyCanBeToldAndLoggingWorks() {
        device.noEvents = "the kernel keeps them";
        startAndTakeEverything();
        device.change(1, 1, 1, false);
        assertThat(ranges(log.take())).containsExactly("1+1");
        assertThatThrownBy(() -> log.notifyWhenPosted(1, () -> {}))
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("the kernel keeps them");
        assertThatThrownBy(() -> log.notifyWhenPosted(16, () -> {})).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> log.notifyWhenPosted(0, () -> {})).isInstanceOf(InvalidValueException.class);
    }
}
