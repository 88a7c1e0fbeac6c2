package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CallbackException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// Whoever waits for changes is told once, whatever happens to the log meanwhile.
class UserDataLogNotificationTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));

    private final RingDevice device = new RingDevice();
    private final List<String> told = new ArrayList<>();
    private final UserDataLog log = new UserDataLog(
            new CommandPort(device),
            TransferOptions.defaults(),
            UserDataLogOptions.defaults().withSlots(16),
            0x12,
            "controller 0012h");

    private void await(int entries) {
        log.start(NAMESPACES);
        log.take();
        assertThat(log.notifyWhenPosted(entries, () -> told.add("told"))).isTrue();
        assertThat(told).isEmpty();
    }

    private void change(int count) {
        for (int i = 0; i < count; i++) {
            device.change(1, i, 1, false);
        }
    }

    @Test
    void slotsThatAreGivenBackLeaveTheTriggerArmed() {
        await(8);
        change(5);
        log.keepUp();
        assertThat(device.head).isEqualTo(5);
        assertThat(device.trigger).hasValue(7);
        assertThat(told).isEmpty();
        change(3);
        assertThat(told).containsExactly("told");
    }

    @Test
    void anEntryThatWasTakenBeforeItsEventCameIsTold() {
        await(4);
        device.trigger = OptionalLong.empty();
        change(6);
        assertThat(told).isEmpty();
        log.keepUp();
        assertThat(told).containsExactly("told");
        device.tell(AsynchronousEvent.QUEUE_TAIL_POINTER);
        assertThat(told).containsExactly("told");
    }

    @Test
    void aLossIsTold() {
        await(8);
        device.reset();
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        assertThat(told).containsExactly("told");
    }

    @Test
    void aLossThatIsNoticedWhenSlotsAreGivenBackIsTold() {
        await(12);
        change(5);
        device.reset();
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        assertThat(told).containsExactly("told");
    }

    @Test
    void aNewStartAndTheEndAreTold() {
        await(8);
        log.start(NAMESPACES);
        assertThat(told).containsExactly("told");
        log.take();
        assertThat(log.notifyWhenPosted(8, () -> told.add("end"))).isTrue();
        log.close();
        assertThat(told).containsExactly("told", "end");
    }

    @Test
    void anotherWaiterTakesThePlaceOfTheFirstWhoIsTold() {
        await(8);
        assertThat(log.notifyWhenPosted(3, () -> told.add("second"))).isTrue();
        assertThat(told).containsExactly("told");
        change(3);
        assertThat(told).containsExactly("told", "second");
    }

    @Test
    void aQueueThatIsGoneWhenTheTriggerIsArmedIsToldSinceItIsALoss() {
        log.start(NAMESPACES);
        log.take();
        device.override = command -> command instanceof SetQueueHeadCommand
                ? Completion.failure(StatusCode.INVALID_CONTROLLER_DATA_QUEUE)
                : null;
        assertThat(log.notifyWhenPosted(3, () -> told.add("told"))).isTrue();
        assertThat(told).containsExactly("told");
        assertThat(log.state()).isEqualTo(UserDataLogState.LOST);
    }

    private void awaitByAnActionThatFails(UserDataLog awaited) {
        awaited.start(NAMESPACES);
        awaited.take();
        assertThat(awaited.notifyWhenPosted(4, () -> {
            told.add("told");
            throw new IllegalStateException("action");
        })).isTrue();
        device.trigger = OptionalLong.empty();
    }

    @Test
    void anActionThatFailsFailsNoOperationAndIsLogged() {
        var records = new ArrayList<LogRecord>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord message) {
                records.add(message);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger(UserDataLog.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            awaitByAnActionThatFails(log);
            change(6);
            assertThat(log.take().modifiedBlocks()).isEqualTo(6);
            assertThat(told).containsExactly("told");
            assertThat(records).singleElement().satisfies(message -> {
                assertThat(message.getMessage()).contains("controller 0012h");
                assertThat(message.getThrown())
                        .isInstanceOf(CallbackException.class)
                        .hasRootCauseMessage("action");
            });
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void anActionThatFailsDoesNotFailTheSuspensionOrTheResumptionThatTellsIt() {
        var deleting = new UserDataLog(
                new CommandPort(device),
                TransferOptions.defaults(),
                new UserDataLogOptions(16, true),
                0x12,
                "controller 0012h");
        awaitByAnActionThatFails(deleting);
        var suspension = deleting.suspending();
        device.reset();
        deleting.suspended(suspension);
        deleting.resumed();
        assertThat(told).containsExactly("told");
        assertThat(deleting.state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    void anActionThatFailsIsSuppressedByTheFailureOfTheOperation() {
        awaitByAnActionThatFails(log);
        device.post(EntrySequence.ORDINARY, ChangeScope.RANGE, 1, 5000, 1, false);
        assertThatThrownBy(log::take).isInstanceOfSatisfying(InvalidValueException.class, e -> {
            assertThat(e.field()).startsWith("SLBA");
            assertThat(e.getSuppressed()).singleElement().isInstanceOf(CallbackException.class);
        });
        assertThat(told).containsExactly("told");
    }

    @Test
    void changesThatAreReadWhileSomebodyResumesTheControllerStay() {
        log.start(NAMESPACES);
        log.take();
        assertThat(log.notifyWhenPosted(1, () -> {
            told.add("told");
            device.suspended = false;
            log.resumed();
        })).isTrue();
        device.trigger = OptionalLong.empty();
        change(8);
        device.marker(EntrySequence.LAST_SUSPENDED);

        assertThat(log.takeAfterSuspension(Duration.ofHours(1), () -> !told.isEmpty())).isEmpty();
        assertThat(told).containsExactly("told");
        var changes = log.take();
        assertThat(changes.state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(changes.modifiedBlocks()).isEqualTo(8);
    }

    @Test
    void anErrorOfAnActionFailsNoOperation() {
        log.start(NAMESPACES);
        log.take();
        for (int i = 0; i < 2; i++) {
            assertThat(log.notifyWhenPosted(4, () -> {
                told.add("told");
                throw new AssertionError("action");
            })).isTrue();
            log.start(NAMESPACES);
            assertThat(log.take().isEverything()).isTrue();
        }
        assertThat(told).hasSize(2);
    }
}
