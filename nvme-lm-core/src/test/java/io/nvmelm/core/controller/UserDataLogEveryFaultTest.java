package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A fixed piece of work, during which every single command fails with every status, is not executed, loses its answer, or is executed
/// late: no change may get lost, and the log must get going again.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UserDataLogEveryFaultTest {
    private static final int BLOCKS = 512;
    private static final NamespaceExtent NAMESPACE = new NamespaceExtent(1, BLOCKS, 512);

    /// What is wrong in one run: with the command of this number, counted from 1; 0 for none.
    private record Fault(int command, RingDevice.End end, StatusCode status, int lateness) {}

    /// A host that copies what is reported, and what it has not copied yet.
    private static final class Work {
        final RingDevice device = new RingDevice();
        final UserDataLog log;
        final BitSet stale = new BitSet();
        final boolean deleteOnSuspend;
        int failures;

        Work(int slots, boolean deleteOnSuspend, Fault fault) {
            this.deleteOnSuspend = deleteOnSuspend;
            device.lateness = fault.lateness;
            device.end = command -> device.commands.size() == fault.command ? fault.end : RingDevice.End.ANSWERED;
            device.override = command -> device.commands.size() == fault.command
                    && fault.status != StatusCode.SUCCESSFUL_COMPLETION ? Completion.failure(fault.status) : null;
            log = new UserDataLog(
                    new CommandPort(device),
                    TransferOptions.defaults(),
                    new UserDataLogOptions(slots, deleteOnSuspend),
                    3,
                    "c");
        }

        void write(int first, int count, boolean deallocated) {
            device.change(1, first, count, deallocated);
            stale.set(first, first + count);
        }

        boolean tried(Runnable operation) {
            try {
                operation.run();
                return true;
            } catch (LiveMigrationException e) {
                assertThat(++failures).as("%s", e).isLessThan(30);
                return false;
            }
        }

        void start() {
            while (!tried(() -> log.start(List.of(NAMESPACE)))) {
                var suspension = log.suspending();
                if (suspension.deletesQueues()) {
                    // Where a creation was not answered, the next suspension deletes the queue that nobody can name.
                    device.reset();
                    log.suspended(suspension);
                    log.resumed();
                }
            }
        }

        void copy(UserDataChanges changes) {
            changes.forEachRange((namespace, first, count, deallocated) -> stale.clear((int) first, (int) (first
                    + count)));
        }

        void take() {
            tried(() -> {
                var changes = log.take();
                if (changes.state() == UserDataLogState.LOST || changes.state() == UserDataLogState.STOPPED) {
                    start();
                } else {
                    copy(changes);
                }
            });
        }

        void suspendTakeAndResume() {
            var suspension = log.suspending();
            if (device.exists && device.logging) {
                device.marker(EntrySequence.LAST_SUSPENDED);
            }
            if (suspension.deletesQueues()) {
                device.reset();
                log.suspended(suspension);
            }
            for (int attempt = 0; attempt < 3; attempt++) {
                boolean done = tried(() -> {
                    var changes = log.takeAfterSuspension(Duration.ofMillis(3));
                    if (changes.state() == UserDataLogState.SUSPENDED) {
                        copy(changes);
                        assertThat(stale.isEmpty()).as("nothing is left after a suspension: %s", stale).isTrue();
                    }
                });
                if (done) {
                    break;
                }
            }
            if (device.exists && device.logging) {
                device.marker(EntrySequence.FIRST);
            }
            log.resumed();
            take();
        }

        int run() {
            start();
            take();
            for (int i = 0; i < 12; i++) {
                write(5 * i, 3, i % 3 == 0);
                take();
            }
            tried(() -> log.notifyWhenPosted(2, () -> {}));
            write(100, 2, false);
            write(110, 2, false);
            take();
            suspendTakeAndResume();
            for (int i = 0; i < 9; i++) {
                write(200 + i, 1, false);
                take();
            }
            for (int i = 0; i < 20; i++) {
                write(300 + 2 * i, 1, i % 2 == 0);
            }
            take();
            take();
            write(7, 1, false);
            take();
            tried(log::stop);
            write(8, 1, false);
            take();
            start();
            take();
            write(9, 1, false);
            suspendTakeAndResume();
            take();
            write(10, 1, false);
            take();
            // The end of a migration: whatever happened, one more round gets everything.
            for (int round = 0; !stale.isEmpty(); round++) {
                assertThat(round).as("stale for good: %s, %s", stale, log.state()).isLessThan(4);
                var suspension = log.suspending();
                if (device.exists && device.logging) {
                    device.marker(EntrySequence.LAST_SUSPENDED);
                }
                if (suspension.deletesQueues()) {
                    device.reset();
                    log.suspended(suspension);
                }
                tried(() -> {
                    var last = log.takeAfterSuspension(Duration.ofMillis(3));
                    if (last.state() == UserDataLogState.SUSPENDED) {
                        copy(last);
                        assertThat(stale.isEmpty()).as("nothing is left at the end: %s", stale).isTrue();
                    }
                });
                log.resumed();
                if (!stale.isEmpty()) {
                    start();
                    take();
                }
            }
            if (!tried(log::close)) {
                tried(log::close);
            }
            return device.commands.size();
        }
    }

    private static String runWith(int slots, boolean deleteOnSuspend, Fault fault) {
        var work = new Work(slots, deleteOnSuspend, fault);
        try {
            work.run();
            boolean createdInVain = work.device.commands.size() >= fault.command
                    && work.device.commands.get(fault.command - 1) instanceof CreateControllerDataQueueCommand
                    && fault.end != RingDevice.End.ANSWERED;
            assertThat(work.device.ringsOpen)
                    .as("rings that are not given back")
                    .isLessThanOrEqualTo(createdInVain ? 1 : 0);
            assertThat(work.device.buffersOpen).isZero();
            return "";
        } catch (AssertionError | RuntimeException e) {
            return fault + " at " + work.device.commands.get(
                    Math.min(fault.command, work.device.commands.size()) - 1) + ": " + e.getMessage() + "\n";
        }
    }

    @ParameterizedTest
    @CsvSource({"3, false", "4, false", "8, false", "16, false", "4, true", "8, true"})
    void noChangeIsLost(int slots, boolean deleteOnSuspend) {
        int commands = new Work(slots, deleteOnSuspend, new Fault(
                0, RingDevice.End.ANSWERED, StatusCode.SUCCESSFUL_COMPLETION, 0)).run();
        assertThat(commands).isGreaterThan(15);
        var failures = new StringBuilder();
        for (int command = 1; command <= commands; command++) {
            for (var status : StatusCode.values()) {
                if (status != StatusCode.SUCCESSFUL_COMPLETION) {
                    failures.append(runWith(
                            slots, deleteOnSuspend, new Fault(command, RingDevice.End.ANSWERED, status, 0)));
                }
            }
            for (var end : List.of(RingDevice.End.NOT_EXECUTED, RingDevice.End.ANSWER_LOST)) {
                failures.append(runWith(
                        slots, deleteOnSuspend, new Fault(command, end, StatusCode.SUCCESSFUL_COMPLETION, 0)));
            }
            for (int lateness : new int[] {1, 2, 3, 5, 8}) {
                failures.append(runWith(
                        slots,
                        deleteOnSuspend,
                        new Fault(command, RingDevice.End.LATE, StatusCode.SUCCESSFUL_COMPLETION, lateness)));
            }
        }
        assertThat(failures.toString()).isEmpty();
    }

    @Test
    void slotsThatACommandGivesBackARoundTooLateAreNoticedBeforeTheHeadIsPutRight() {
        for (int unread = 5; unread <= 9; unread++) {
            slotsAreGivenBackTooLate(unread, UserDataLog::keepUp);
            slotsAreGivenBackTooLate(unread, log -> log.take().state());
        }
    }

    private static void slotsAreGivenBackTooLate(int unread, Function<UserDataLog, UserDataLogState> look) {
        var work = new Work(8, false, new Fault(4, RingDevice.End.NOT_EXECUTED, StatusCode.SUCCESSFUL_COMPLETION,
                0));
        work.start();
        work.take();
        work.write(0, 1, false);
        work.write(2, 1, false);
        work.take();
        assertThat(work.failures).isEqualTo(1);
        work.take();
        for (int i = 2; i < 7; i++) {
            work.write(2 * i, 1, false);
            work.take();
        }
        assertThat(work.stale.isEmpty()).isTrue();
        for (int i = 0; i < 5; i++) {
            work.write(100 + 2 * i, 1, false);
        }
        long head = work.device.head;
        work.device.set(new SetQueueHeadCommand(work.device.queueId, 2, OptionalLong.empty()));
        assertThat(work.device.head).isEqualTo(10).isGreaterThan(head);
        for (int i = 5; i < unread; i++) {
            work.write(100 + 2 * i, 1, false);
        }
        assertThat(look.apply(work.log)).as("%d unread", unread).isEqualTo(UserDataLogState.LOST);
    }
}
