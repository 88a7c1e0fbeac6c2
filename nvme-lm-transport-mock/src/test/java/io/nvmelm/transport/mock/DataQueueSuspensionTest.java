package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What suspensions, resumptions and resets do to data queues and to logging.
class DataQueueSuspensionTest {
    private static final String FIRST = "82 0 0 0";
    private static final String SUSPENDED = "86 0 0 0";
    private static final int DELETE = 0x8000_0000;

    private DataQueueHost host = new DataQueueHost();
    private DataQueueHost.Ring ring = host.ring(16);

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(host.subsystem.violations()).isEmpty();
    }

    private void with(DeviceVariant... variants) {
        host = new DataQueueHost(variants);
        ring = host.ring(16);
    }

    private void withSlowWrites() {
        host = new DataQueueHost(b -> b.latency(LatencyModel.none()
                .with(LatencyModel.CommandClass.WRITE, Duration.ofMillis(1))));
        ring = host.ring(16);
    }

    private CompletableFuture<Completion> startSuspend(int flags) {
        return host.management.start(ManagementHost.entry(0x41, 0, flags | 0x1_0001, 0, 0, 0));
    }

    private void suspend(int flags) {
        assertThat(startSuspend(flags).join().isSuccess()).isTrue();
    }

    private boolean queueIsThere() {
        return !host.send(0x0A, 0x21, ring.id, 0, 0).status().is(INVALID_CONTROLLER_DATA_QUEUE);
    }

    @Test
    @Proves(device = {"suspend.posts-entry", "log.suspend-entry", "resume.logging-goes-on", "log.nothing-when-off"})
    void aSuspensionPausesLoggingAndAResumeGoesOn() {
        ring.started();
        host.write(1, 1);
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.runNext();
        suspend(0);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 1 0", "00 1 2 0", SUSPENDED);
        assertThat(ring.take()).isEmpty();
        host.management.resume(1);
        assertThat(ring.take()).containsExactly(FIRST);
        host.guest.poll(1);
        host.write(3, 1);
        assertThat(ring.take()).containsExactly("00 1 3 0");
    }

    @Test
    @Proves(device = {"suspend.entry-only-while-logging", "suspend.delete-without-queue"})
    void withoutLoggingThereIsNoSuspendEntry() {
        suspend(0);
        host.management.resume(1);
        ring.started();
        ring.stop();
        suspend(0);
        host.management.resume(1);
        assertThat(ring.take()).containsExactly(FIRST, "84 0 0 0");
        ring.delete();
        suspend(DELETE);
    }

    @Test
    @Proves(device = "suspend.entry-only-while-logging")
    void aSuspendEntryMayBePostedForEveryQueue() {
        with(DeviceVariant.SUSPEND_ENTRY_WITHOUT_LOGGING);
        suspend(0);
        host.management.resume(1);
        assertThat(ring.take()).containsExactly(SUSPENDED);
    }

    @Test
    @Proves(device = {"suspend.entry-once", "suspend.repeated"})
    void aRepeatedSuspendPostsNothing() {
        ring.started();
        suspend(0);
        suspend(0);
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED);
        with(DeviceVariant.REPEATED_SUSPEND_POSTS_AGAIN);
        ring.started();
        suspend(0);
        suspend(0);
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED, SUSPENDED);
    }

    @Test
    @Proves(device = {"suspend.deletes-queue", "suspend.deletes-after-entry"})
    void theQueueIsDeletedAfterTheEntryAndBeforeTheAnswer() {
        ring.started();
        suspend(DELETE);
        assertThat(queueIsThere()).isFalse();
        assertThat(ring.read()).containsExactly(FIRST, SUSPENDED);
        host.management.resume(1);
        host.write(1, 1);
        assertThat(ring.read()).isEmpty();
        ring = host.ring(16);
        suspend(0);
        assertThat(queueIsThere()).isTrue();
    }

    @Test
    @Proves(device = "suspend.delete-without-queue")
    void aRepeatedSuspendDeletesTheQueueThatIsStillThere() {
        ring.started();
        suspend(0);
        suspend(DELETE);
        assertThat(queueIsThere()).isFalse();
        assertThat(ring.read()).containsExactly(FIRST, SUSPENDED);
    }

    @Test
    void aRepeatedSuspendMayKeepTheQueue() {
        with(DeviceVariant.REPEATED_SUSPEND_KEEPS_QUEUE);
        ring.started();
        suspend(0);
        suspend(DELETE);
        assertThat(queueIsThere()).isTrue();
        host.management.resume(1);
        host.write(1, 1);
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED, FIRST, "00 1 1 0");
        suspend(DELETE);
        assertThat(queueIsThere()).as("the first one deletes").isFalse();
    }

    @Test
    @Proves(device = "suspend.deletes-queue")
    void oneOfSeveralThatWaitDeletesTheQueue() {
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.runNext();
        var keeps = startSuspend(0);
        var deletes = startSuspend(DELETE);
        assertThat(keeps.join().isSuccess()).isTrue();
        assertThat(deletes.join().isSuccess()).isTrue();
        assertThat(queueIsThere()).isFalse();
        ring = host.ring(16);
        host.management.resume(1);
        suspend(0);
        assertThat(queueIsThere()).isTrue();
    }

    @Test
    @Proves(device = {"suspend.notification", "suspend.notification-keeps-queue"})
    void aNotificationKeepsTheQueue() {
        ring.started();
        for (int i = 0; i < 2; i++) {
            assertThat(host.send(0x41, 0, DELETE | 1, 0, 0).isSuccess()).isTrue();
            assertThat(queueIsThere()).isTrue();
            suspend(0);
        }
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED);
    }

    @Test
    @Proves(device = "suspend.entry-may-come-late")
    void theSuspendEntryMayComeAfterTheAnswer() {
        with(DeviceVariant.SUSPEND_ENTRY_AFTER_ANSWER);
        ring.started();
        suspend(0);
        assertThat(ring.take()).containsExactly(FIRST);
        host.clock.advance(Duration.ofNanos(UserDataLogger.LATE_SUSPEND_ENTRY_NANOS - 1));
        assertThat(ring.take()).isEmpty();
        host.clock.advance(Duration.ofNanos(1));
        assertThat(ring.take()).containsExactly(SUSPENDED);
        host.management.resume(1);
        suspend(0);
        host.management.resume(1);
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED, FIRST);
        suspend(DELETE);
        assertThat(ring.read()).containsExactly(SUSPENDED);
        host.clock.runUntilIdle();
        assertThat(ring.read()).isEmpty();
    }

    @Test
    @Proves(device = {"suspend.posts-entry", "log.merging"})
    void changesThatWereHeldBackComeBeforeTheSuspendEntry() {
        with(DeviceVariant.ENTRIES_MERGED);
        ring.started();
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.runNext();
        suspend(DELETE);
        assertThat(ring.read()).containsExactly("02 1 2 0", SUSPENDED);
    }

    @Test
    @Proves(device = "log.full-then-suspend")
    void aFullQueueTakesNoSuspendEntry() {
        ring.started();
        for (int i = 0; i < 14; i++) {
            host.write(i, 1);
        }
        suspend(0);
        assertThat(ring.take()).hasSize(15).last().isEqualTo("0E 1 13 0");
        host.management.resume(1);
        host.write(1, 1);
        assertThat(ring.take()).isEmpty();
    }

    /// The suspend entry takes the last slot; the change after the resume has none, and is lost with a notice.
    @Test
    @Proves(device = {"log.full-entry", "event.full", "resume.logging-goes-on"})
    void aChangeThatFindsNoSlotAfterAResumeIsReportedAsLost() {
        var events = new ArrayList<Integer>();
        host.transport.listenForEvents(e -> events.add(e.information()));
        ring.started();
        for (int i = 0; i < 13; i++) {
            host.write(i, 1);
        }
        suspend(0);
        host.management.resume(1);
        assertThat(events).isEmpty();
        host.write(20, 1);
        host.write(21, 1);
        assertThat(events).containsExactly(1);
        assertThat(ring.take()).hasSize(15).last().isEqualTo(SUSPENDED);
        assertThat(ring.take()).containsExactly("8E 0 0 0");
        host.write(22, 1);
        assertThat(ring.take()).isEmpty();
        ring.started();
        host.write(23, 1);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 23 0");
    }

    @Test
    @Proves(device = "log.first-entry")
    void withoutRoomForMoreTheFirstChangeIsTheFirstEntry() {
        ring.started();
        for (int i = 0; i < 12; i++) {
            host.write(i, 1);
        }
        suspend(0);
        host.management.resume(1);
        assertThat(ring.take()).hasSize(14).last().isEqualTo(SUSPENDED);
        host.write(20, 1);
        host.write(21, 1);
        assertThat(ring.take()).containsExactly("02 1 20 0", "00 1 21 0");
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = "reset.migratable-keeps-queue")
    void aResetOfTheMigratableControllerKeepsQueueAndLogging(ControllerLevelResetTest.Kind kind) {
        ring.started();
        kind.reset(host.controller);
        host.guest.bringUp().createQueuePair(1, 32);
        host.write(1, 1);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 1 0");
        suspend(0);
        kind.reset(host.controller);
        host.guest.bringUp().createQueuePair(1, 32);
        host.write(2, 1);
        assertThat(ring.take()).containsExactly(SUSPENDED, FIRST, "00 1 2 0");
    }

    @Test
    @Proves(device = "reset.migratable-while-suspending")
    void aSuspendThatAResetAnsweredDeletesTheQueue() {
        withSlowWrites();
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.advance(Duration.ZERO);
        var suspend = startSuspend(DELETE);
        host.clock.advance(Duration.ZERO);
        assertThat(suspend).isNotDone();
        assertThat(queueIsThere()).isTrue();
        host.controller.functionLevelReset();
        assertThat(suspend.join().isSuccess()).isTrue();
        assertThat(queueIsThere()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = {"reset.controlling-deletes-queues", "suspend.ends-by-controlling-reset"})
    void aResetOfTheControllingControllerDeletesQueues(ControllerLevelResetTest.Kind kind) {
        new TestHost(host.subsystem.controllingController()).bringUp();
        ring.started();
        suspend(0);
        kind.reset(host.subsystem.controllingController());
        assertThat(queueIsThere()).isFalse();
        host.write(1, 1);
        assertThat(ring.read()).containsExactly(FIRST, SUSPENDED);
        var again = host.ring(16).started();
        host.write(2, 1);
        assertThat(again.take()).containsExactly(FIRST, "00 1 2 0");
    }

    @Test
    @Proves(device = "suspend.deletes-queue")
    void theFirstOfSeveralThatWaitDeletesTheQueueToo() {
        withSlowWrites();
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.advance(Duration.ZERO);
        var deletes = startSuspend(DELETE);
        var keeps = startSuspend(0);
        host.clock.advance(Duration.ZERO);
        assertThat(deletes).isNotDone();
        assertThat(deletes.join().isSuccess()).isTrue();
        assertThat(keeps.join().isSuccess()).isTrue();
        assertThat(queueIsThere()).isFalse();
    }

    @Test
    @Proves(device = {"suspend.ends-by-controlling-reset", "suspend.lost-with-controlling-one"})
    void aSuspendThatWasLostWithTheControllingControllerDeletesNoLaterQueue() {
        withSlowWrites();
        host.guest.submit(1, 0x01, TestHost.io(2, 1, TestHost.DATA, 0));
        host.clock.advance(Duration.ZERO);
        var lost = startSuspend(DELETE);
        host.clock.advance(Duration.ZERO);
        assertThat(lost).isNotDone();
        host.subsystem.controllingController().functionLevelReset();
        assertThat(lost).isCompletedExceptionally();
        ring = host.ring(16).started();
        suspend(0);
        assertThat(queueIsThere()).isTrue();
        assertThat(ring.take()).containsExactly(FIRST, "00 1 2 0", SUSPENDED);
    }

    @ParameterizedTest
    @EnumSource
    @Proves(device = {"reset.controlling-deletes-queues", "suspend.entry-may-come-late"})
    void aResetOfTheControllingControllerPostsNoLateSuspendEntry(ControllerLevelResetTest.Kind kind) {
        with(DeviceVariant.SUSPEND_ENTRY_AFTER_ANSWER);
        new TestHost(host.subsystem.controllingController()).bringUp();
        var events = new ArrayList<Integer>();
        host.transport.listenForEvents(e -> events.add(e.information()));
        ring.started();
        ring.arm(0, 1);
        suspend(0);
        kind.reset(host.subsystem.controllingController());
        host.clock.runUntilIdle();
        assertThat(ring.read()).containsExactly(FIRST);
        assertThat(events).isEmpty();
    }
}
