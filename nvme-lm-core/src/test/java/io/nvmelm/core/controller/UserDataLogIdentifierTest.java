package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.EntrySequence;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two logs of one controlling controller, the second of which has a queue with the identifier that the queue of the first had.
class UserDataLogIdentifierTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RingDevice device = new RingDevice();
    private final CommandPort port = new CommandPort(device);
    private UserDataLog first = log(false);
    private final UserDataLog second = log(false);

    private UserDataLog log(boolean deleteOnSuspend) {
        return new UserDataLog(
                port, TransferOptions.defaults(), new UserDataLogOptions(8, deleteOnSuspend), 0x12, "controller 0012h");
    }

    private static void startAndTakeEverything(UserDataLog log) {
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
    }

    @BeforeEach
    void startTheFirst() {
        startAndTakeEverything(first);
    }

    private void change(int first, int count) {
        for (int i = 0; i < count; i++) {
            device.change(1, first + 2L * i, 1, false);
        }
    }

    private void startTheSecondWithTheIdentifierOfTheFirst() {
        device.reset();
        device.queueId--;
        startAndTakeEverything(second);
        device.commands.clear();
    }

    private void secondIsUntouched(int blocks) {
        assertThat(device.exists).isTrue();
        assertThat(device.logging).isTrue();
        var changes = second.take();
        assertThat(changes.state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(changes.modifiedBlocks()).isEqualTo(blocks);
    }

    @Test
    void aQueueWhoseIdentifierIsAnothersIsLostAndTheOtherLeftAlone() {
        change(0, 1);
        startTheSecondWithTheIdentifierOfTheFirst();
        change(100, 3);

        var changes = first.take();
        assertThat(changes.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(changes.isEverything()).isTrue();
        assertThat(device.commands).isEmpty();
        assertThat(device.ringsOpen).isEqualTo(1);
        first.close();
        assertThat(device.commands).isEmpty();
        secondIsUntouched(3);
    }

    @Test
    void slotsOfAQueueWhoseIdentifierIsAnothersAreNotGivenBack() {
        change(0, 3);
        first.keepUp();
        change(10, 1);
        first.keepUp();
        startTheSecondWithTheIdentifierOfTheFirst();
        change(100, 6);

        assertThat(first.notifyWhenPosted(4, () -> {})).as("told of the loss").isTrue();
        assertThat(first.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(device.head).isZero();
        secondIsUntouched(6);
    }

    @Test
    void anOrderToStopIsNotSentForAQueueWhoseIdentifierIsAnothers() {
        startTheSecondWithTheIdentifierOfTheFirst();
        change(100, 1);
        first.stop();

        assertThat(first.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(device.commands).isEmpty();
        secondIsUntouched(1);
    }

    @Test
    void aCloseDeletesNothingOfAnother() {
        startTheSecondWithTheIdentifierOfTheFirst();
        change(100, 1);
        first.close();

        assertThat(device.commands).isEmpty();
        secondIsUntouched(1);
        second.close();
        assertThat(device.exists).isFalse();
        assertThat(device.ringsOpen).isZero();
    }

    @Test
    void aLogWhoseIdentifierWasAnothersInTheMeantimeStartsWithAQueueOfItsOwn() {
        startTheSecondWithTheIdentifierOfTheFirst();
        second.close();
        startAndTakeEverything(first);
        change(0, 2);

        assertThat(first.take().modifiedBlocks()).isEqualTo(2);
        assertThat(device.ringsOpen).isEqualTo(1);
    }

    @Test
    void aSuspensionDeletedAQueueWhoseIdentifierIsAnothersBeforeItCouldBeAskedFor() {
        first.close();
        first = log(true);
        startAndTakeEverything(first);
        var suspension = first.suspending();
        change(0, 1);
        device.marker(EntrySequence.LAST_SUSPENDED);
        startTheSecondWithTheIdentifierOfTheFirst();
        device.suspended = true;
        first.suspended(suspension);

        var changes = first.takeAfterSuspension(SHORT);
        assertThat(changes.state()).isEqualTo(UserDataLogState.SUSPENDED);
        assertThat(changes.modifiedBlocks()).isEqualTo(1);
        first.close();
        change(100, 2);
        secondIsUntouched(2);
    }
}
