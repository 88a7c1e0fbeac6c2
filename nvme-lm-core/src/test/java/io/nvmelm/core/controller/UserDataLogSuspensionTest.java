package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The log around suspensions: which entry proves what, and whose queue a suspension deletes.
class UserDataLogSuspensionTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final RingDevice device = new RingDevice();

    private UserDataLog started(int slots, boolean deleteOnSuspend) {
        var log = log(slots, deleteOnSuspend);
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
        return log;
    }

    private UserDataLog log(int slots, boolean deleteOnSuspend) {
        return new UserDataLog(
                new CommandPort(device),
                TransferOptions.defaults(),
                new UserDataLogOptions(slots, deleteOnSuspend),
                0x12,
                "controller 0012h");
    }

    private void suspendAndRead(UserDataLog log) {
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        if (suspension.deletesQueues()) {
            device.reset();
        }
        log.suspended(suspension);
        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
    }

    @Test
    void anEntryOfADeletedQueueCountsOnlyWhileTheControllerIsSuspended() {
        var log = started(8, true);
        suspendAndRead(log);
        device.suspended = false;

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void anEntryOfAQueueThatIsThereCountsOnlyWhileTheControllerIsSuspended() {
        var log = started(8, false);
        suspendAndRead(log);
        device.suspended = false;

        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOGGING);
        assertThatThrownBy(() -> log.takeAfterSuspension(SHORT)).isInstanceOf(CommandTimeoutException.class);
    }

    @Test
    void anEntryOfASuspensionThatNobodySaidHasEndedIsNotTakenForTheNext() {
        for (boolean delete : new boolean[] {false, true}) {
            var log = started(8, delete);
            suspendAndRead(log);
            device.suspended = false;
            var suspension = log.suspending();
            device.suspended = true;
            log.suspended(suspension);

            if (delete) {
                assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
            } else {
                assertThatThrownBy(() -> log.takeAfterSuspension(SHORT)).isInstanceOf(CommandTimeoutException.class);
            }
            log.close();
        }
    }

    @Test
    void anEntryThatWasReadIsWorthNothingWhenTheControllingControllerWasReset() {
        var log = started(8, false);
        log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.SUSPENDED);
        device.reset();

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void aQueueThatWasCreatedAfterTheSuspensionWasOrderedIsNotTakenForDeleted() {
        var log = started(8, true);
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.reset();
        device.override = command -> command instanceof LogUserDataChangesCommand
                ? Completion.failure(StatusCode.CONTROLLER_SUSPENDED)
                : null;
        assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(LiveMigrationException.class);
        log.suspended(suspension);
        assertThat(device.exists).isTrue();

        log.close();
        assertThat(device.exists).as("deleted before its memory is given back").isFalse();
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void theWaitForTheLastChangesHoldsNobodyUp() throws InterruptedException {
        var log = started(16, false);
        var asked = new CountDownLatch(3);
        device.before = command -> {
            if (command instanceof GetQueueHeadCommand) {
                asked.countDown();
            }
        };
        var waiter = Thread.ofPlatform().start(() -> log.takeAfterSuspension(LONG));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        log.suspending();
        assertThat(waiter.isAlive()).isTrue();
        device.marker(EntrySequence.LAST_SUSPENDED);
        waiter.join();
        assertThat(log.state()).isEqualTo(UserDataLogState.SUSPENDED);
    }

    @Test
    void theWaitForTheLastChangesAsksTheControllerLessAndLessOften() {
        var log = started(16, false);
        device.commands.clear();
        var looks = new AtomicInteger();
        long begin = System.nanoTime();
        assertThat(log.takeAfterSuspension(LONG, () -> looks.incrementAndGet() == 100)).isEmpty();
        long elapsed = System.nanoTime() - begin;

        // Eleven pauses that double, from 10 us, and then 20 ms each; however slow this machine is, no more fit in.
        assertThat(device.commandsOf(GetQueueHeadCommand.class))
                .hasSizeLessThanOrEqualTo((int) (13 + elapsed / 20_000_000));
        assertThat(looks).hasValue(100);
    }

    @Test
    void anEntryIsReadBetweenTwoQuestions() {
        var log = started(16, false);
        var looks = new AtomicInteger();
        assertThat(log.takeAfterSuspension(LONG, () -> {
            if (looks.incrementAndGet() == 50) {
                device.change(1, 7, 1, false);
                device.marker(EntrySequence.LAST_SUSPENDED);
            }
            return looks.get() > 51;
        })).hasValueSatisfying(changes -> assertThat(changes.modifiedBlocks()).isEqualTo(1));
        assertThat(looks.get()).isBetween(50, 51);
    }

    @Test
    void anInterruptEndsTheWaitForTheLastChangesAndLosesNone() {
        var log = started(16, false);
        device.change(1, 7, 1, false);
        device.commands.clear();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> log.takeAfterSuspension(LONG))
                .isInstanceOf(CommandTimeoutException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).as("kept for the caller").isTrue();
        assertThat(device.commands).hasSizeLessThan(3);
        assertThat(log.take().modifiedBlocks()).isEqualTo(1);
    }

    @Test
    void whatWasKnownOfAnEarlierSuspensionEndsWithANewStart() {
        device.firstEntries = true;
        var log = started(4, false);
        for (int i = 0; i < 5; i++) {
            device.change(1, 2 * i, 1, false);
        }
        log.suspending();
        log.resumed();
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        device.reset();
        log.start(NAMESPACES);
        log.take();

        suspendAndRead(log);
    }

    @Test
    void anEntryOfAnEarlierSuspensionMayComeBehindANewStartIntoTheSameQueue() {
        var log = started(8, false);
        log.suspended(log.suspending());
        log.resumed();
        log.start(NAMESPACES);
        log.take();
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        log.suspended(suspension);

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void anEntryOfAnEarlierSuspensionThatIsDroppedBecauseChangesWereLostIsNotExpectedAnyMore() {
        for (boolean resumed : new boolean[] {false, true}) {
            var log = started(8, false);
            device.marker(EntrySequence.LAST_STOPPED);
            assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOST);
            device.logging = false;
            var suspension = log.suspending();
            device.marker(EntrySequence.LAST_SUSPENDED);
            log.suspended(suspension);
            device.suspended = false;
            if (resumed) {
                log.resumed();
            }
            log.start(NAMESPACES);
            log.take();

            suspendAndRead(log);
            log.close();
        }
    }

    @Test
    void theFirstEntryBehindANewStartEndsWhatWasKnownOfAnEarlierSuspension() {
        var log = started(8, false);
        log.suspended(log.suspending());
        log.resumed();
        log.start(NAMESPACES);
        log.take();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.change(1, 3, 1, false);

        suspendAndRead(log);
    }

    @Test
    void anEntryThatMayBeOfAnEarlierSuspensionLosesEverythingWhenNoOtherComes() {
        var log = started(8, false);
        log.suspending();
        log.resumed();
        log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void anEntryThatWasPostedBeforeTheResumptionIsOfTheSuspensionThatHasEnded() {
        var log = started(8, false);
        log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        device.suspended = false;
        log.resumed();
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.LOGGING);
        suspendAndRead(log);
    }

    @Test
    void aWaitThatIsGivenUpLosesNothingThoughAnEntryMayBeOfAnEarlierSuspension() {
        var log = started(8, false);
        device.change(1, 7, 1, false);
        log.keepUp();
        log.suspending();
        log.resumed();
        log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);

        assertThat(log.takeAfterSuspension(LONG, () -> true)).isEmpty();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        device.change(1, 9, 1, false);
        device.marker(EntrySequence.LAST_SUSPENDED);
        var changes = log.takeAfterSuspension(LONG);
        assertThat(changes.state()).isEqualTo(UserDataLogState.SUSPENDED);
        assertThat(changes.modifiedBlocks()).isEqualTo(2);
    }

    @Test
    void theDeviceIsAskedWhetherItIsSuspendedAlsoWithoutALog() {
        var log = log(8, false);
        assertThat(log.isDeviceSuspended()).isFalse();
        device.suspended = true;
        assertThat(log.isDeviceSuspended()).isTrue();
        assertThat(device.commands).hasSize(2).allMatch(GetControllerStateCommand.class::isInstance);
        device.end = command -> RingDevice.End.NOT_EXECUTED;
        assertThatThrownBy(log::isDeviceSuspended)
                .isInstanceOf(CommandTimeoutException.class)
                .hasMessageContaining("controller 0012h");
    }

    @Test
    void aDeletedQueueWithoutTheEntryOfItsSuspensionLosesEverythingAtOnce() {
        var log = started(8, true);
        var suspension = log.suspending();
        device.reset();
        log.suspended(suspension);
        device.commands.clear();

        assertThat(log.takeAfterSuspension(LONG).state()).isEqualTo(UserDataLogState.LOST);
        assertThat(device.commandsOf(GetQueueHeadCommand.class)).as("another may have the identifier").isEmpty();
    }

    @Test
    void aResumptionThatWasNotAnsweredAndDidNotHappenLeavesTheEntryOfTheSuspension() {
        var log = started(8, false);
        device.change(1, 5, 1, false);
        suspendAndRead(log);
        log.resumedPerhaps();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
    }

    /// A log whose controller was suspended, resumed without an answer, and is about to be suspended again; the question before said
    /// that it is suspended still.
    private UserDataLog suspendedBehindAnUnsettledResume() {
        var log = started(8, false);
        suspendAndRead(log);
        log.resumedPerhaps();
        var suspension = log.suspending();
        log.suspended(suspension);
        return log;
    }

    @Test
    void aResumeThatIsExecutedLateBeforeTheNextSuspensionHidesNoChange() {
        var log = suspendedBehindAnUnsettledResume();
        assertThat(log.takeAfterSuspension(LONG, () -> true)).isEmpty();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        device.post(EntrySequence.FIRST, ChangeScope.RANGE, 1, 7, 1, false);
        assertThat(log.takeAfterSuspension(LONG, () -> true)).isEmpty();
        device.marker(EntrySequence.LAST_SUSPENDED);

        var changes = log.takeAfterSuspension(LONG);
        assertThat(changes.state()).isEqualTo(UserDataLogState.SUSPENDED);
        assertThat(changes.modifiedBlocks()).isEqualTo(1);
        log.suspending();
        assertThat(log.takeAfterSuspension(LONG).state()).as("the Resume is settled")
                .isEqualTo(UserDataLogState.SUSPENDED);
    }

    @Test
    void aSuspensionBehindAResumeThatWasNotAnsweredLosesEverythingWhenNoFreshEntryComes() {
        for (boolean entry : new boolean[] {false, true}) {
            var log = suspendedBehindAnUnsettledResume();
            if (entry) {
                device.marker(EntrySequence.LAST_SUSPENDED);
            }

            assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
            assertThat(log.lossReason()).hasValueSatisfying(reason -> assertThat(reason).contains(
                    entry ? "earlier suspension" : "Resume was not answered"));
            log.close();
        }
    }

    @Test
    void aResumptionThatIsCertainOrSeenSettlesAnEarlierOne() {
        for (boolean seen : new boolean[] {false, true}) {
            var log = started(8, false);
            suspendAndRead(log);
            log.resumedPerhaps();
            device.suspended = false;
            if (!seen) {
                log.resumed();
            }
            suspendAndRead(log);
            log.suspending();
            assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
            log.close();
        }
    }

    @Test
    void aResumptionThatWasNotAnsweredAndHappenedEndsTheSuspension() {
        var log = started(8, false);
        suspendAndRead(log);
        log.resumedPerhaps();
        device.suspended = false;

        assertThatThrownBy(() -> log.takeAfterSuspension(SHORT)).isInstanceOf(CommandTimeoutException.class);
    }

    @Test
    void creationsThatAreNotAnsweredReserveABoundedAmountOfMemoryUntilASuspensionDeletesTheirQueues() {
        var log = log(8, false);
        device.end = command -> command instanceof CreateControllerDataQueueCommand
                ? RingDevice.End.NOT_EXECUTED
                : RingDevice.End.ANSWERED;
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> log.start(NAMESPACES)).isInstanceOf(CommandTimeoutException.class);
        }
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> log.start(NAMESPACES))
                    .isInstanceOf(CapabilityMissingException.class)
                    .hasMessageContaining("Suspend and resume");
        }
        assertThat(device.ringsOpen).isEqualTo(2);
        device.end = command -> RingDevice.End.ANSWERED;

        var suspension = log.suspending();
        assertThat(suspension.deletesQueues()).isTrue();
        log.suspended(suspension);
        log.resumed();
        log.start(NAMESPACES);
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void waitsOfMoreThanADayAreRefused() {
        var log = started(8, false);
        assertThatThrownBy(() -> log.takeAfterSuspension(Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> log.takeAfterSuspension(Duration.ZERO)).isInstanceOf(InvalidValueException.class);
    }
}
