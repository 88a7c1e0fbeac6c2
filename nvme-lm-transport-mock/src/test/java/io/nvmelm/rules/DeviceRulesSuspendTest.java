package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static io.nvmelm.rules.Queue.Entry.marker;
import static io.nvmelm.rules.Queue.Entry.range;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.LatencyModel;
import org.junit.jupiter.api.Test;

/// What a suspension does to the tracking of a controller on the device.
class DeviceRulesSuspendTest {
    private static final int FIRST = 0x02;
    private static final int FIRST_MARKER = 0x82;
    private static final int SUSPENDED_MARKER = 0x86;
    private static final int DEALLOCATED_BIT = 0x20;

    private final RuleWorld world = new RuleWorld();

    /// A world whose writes take longer than [RuleWorld#settle()] waits.
    private static RuleWorld slow() {
        return new RuleWorld(device -> device.latency(
                LatencyModel.none().with(LatencyModel.CommandClass.WRITE, QueueHost.SETTLING.multipliedBy(5))));
    }

    private static boolean exists(RuleWorld world, int queueId) {
        return !world.getHead(queueId).answer().status().is(INVALID_CONTROLLER_DATA_QUEUE);
    }

    @Test
    @Proves(device = {"suspend.posts-entry", "log.suspend-entry", "entry.without-range", "suspend.entry-once"})
    void theSuspendEntryComesAfterAllChangesAndOnce() {
        var slow = slow();
        var guest = slow.guest(A);
        var queue = slow.queue(A, 16);
        queue.startLogging();
        guest.submit(1, 0x01, QueueHost.blocks(10, 4));
        guest.submit(1, 0x01, QueueHost.blocks(100, 8));
        slow.settle();
        slow.suspend(A).must();
        var entries = queue.read();
        assertThat(entries).last().isEqualTo(marker(SUSPENDED_MARKER));
        assertThat(entries).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).contains(10L, 100L);
        slow.suspend(A).must();
        assertThat(queue.read()).isEmpty();
    }

    @Test
    @Proves(device = "suspend.entry-once")
    void aDeviceMayPostItAgain() {
        var again = new RuleWorld(device -> device.variants(DeviceVariant.REPEATED_SUSPEND_POSTS_AGAIN));
        again.guest(A);
        var queue = again.queue(A, 16);
        queue.startLogging();
        again.suspend(A).must();
        assertThat(queue.read()).last().isEqualTo(marker(SUSPENDED_MARKER));
        again.suspend(A).must();
        assertThat(queue.read()).containsExactly(marker(SUSPENDED_MARKER));
    }

    @Test
    @Proves(device = "suspend.entry-only-while-logging")
    void theSuspendEntryIsPostedWhileLoggingOnly() {
        world.guest(A);
        var queue = world.queue(A, 16);
        world.suspend(A).must();
        assertThat(queue.read()).isEmpty();

        var always = new RuleWorld(device -> device.variants(DeviceVariant.SUSPEND_ENTRY_WITHOUT_LOGGING));
        always.guest(A);
        var other = always.queue(A, 16);
        always.suspend(A).must();
        assertThat(other.read()).containsExactly(marker(SUSPENDED_MARKER));
    }

    @Test
    @Proves(device = "suspend.entry-may-come-late")
    void theSuspendEntryMayComeAfterTheAnswer() {
        var late = new RuleWorld(device -> device.variants(DeviceVariant.SUSPEND_ENTRY_AFTER_ANSWER));
        late.guest(A);
        var queue = late.queue(A, 16);
        queue.startLogging();
        queue.read();
        late.suspend(A).must();
        assertThat(queue.ring.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, queue.head * 32L + 31))
                .as("attributes of the next slot when Suspend is answered")
                .isZero();
        assertThat(queue.read()).last().isEqualTo(marker(SUSPENDED_MARKER));
    }

    @Test
    @Proves(device = {"suspend.deletes-queue", "suspend.deletes-after-entry", "encoding.migration-send"})
    void theQueueIsDeletedAfterTheSuspendEntryWhenThatIsAskedFor() {
        var guest = world.guest(A);
        var queue = world.queue(A, 16);
        var other = world.queue(B, 16);
        queue.startLogging();
        guest.write(10, 4);
        world.suspendAndDeleteQueue(A).must();
        assertThat(exists(world, queue.id)).isFalse();
        assertThat(exists(world, other.id)).as("that of another controller").isTrue();
        assertThat(queue.read()).last().isEqualTo(marker(SUSPENDED_MARKER));

        world.suspend(B).must();
        assertThat(exists(world, other.id)).as("without DUDMQ").isTrue();
    }

    @Test
    @Proves(device = "suspend.delete-without-queue")
    void deletingWithoutAQueueIsNoErrorAndARepeatedSuspendDeletes() {
        world.suspendAndDeleteQueue(A).must();
        var queue = world.queue(A, 16);
        world.suspend(A).must();
        assertThat(exists(world, queue.id)).isTrue();
        world.suspendAndDeleteQueue(A).must();
        assertThat(exists(world, queue.id)).isFalse();
    }

    @Test
    @Proves(device = {"suspend.notification-keeps-queue", "suspend.notification"})
    void anAnnouncementDeletesAndSuspendsNothing() {
        var queue = world.queue(A, 16);
        world.command(0x41, 0, 0x8000_0000 | A).must();
        assertThat(exists(world, queue.id)).isTrue();
        assertThat(world.subsystem.controller(A).isSuspended()).isFalse();
        world.suspend(A).must();
        world.command(0x41, 0, 0x8000_0000 | A).must();
        assertThat(exists(world, queue.id)).isTrue();
        assertThat(world.subsystem.controller(A).isSuspended()).isTrue();
    }

    @Test
    @Proves(device = {"resume.logging-goes-on", "log.first-entry"})
    void theFirstEntryAfterResumeSaysSo() {
        var guest = world.guest(A);
        var queue = world.queue(A, 16);
        queue.startLogging();
        guest.write(10, 4);
        world.suspend(A).must();
        queue.read();
        world.resume(A).must();
        guest.write(20, 4);
        guest.write(40, 4);
        var entries = queue.read();
        assertThat(entries.getFirst().sequence()).isEqualTo(1);
        assertThat(entries).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock)
                .containsExactly(20L, 40L);
        assertThat(entries.subList(1, entries.size())).allMatch(e -> e.sequence() == 0);
        assertThat(entries).allMatch(e -> (e.attributes() & DEALLOCATED_BIT) == 0);
    }

    @Test
    @Proves(device = {"log.first-entry", "log.last-entry", "log.start-stop", "log.nothing-when-off"})
    void loggingBeginsAndEndsWithItsEntries() {
        var guest = world.guest(A);
        var queue = world.queue(A, 16);
        guest.write(5, 1);
        assertThat(queue.read()).as("before the start").isEmpty();
        queue.startLogging();
        guest.write(10, 4);
        guest.write(30, 4);
        queue.stopLogging();
        var entries = queue.read();
        assertThat(entries.getFirst()).isIn(range(10, 4, FIRST), marker(FIRST_MARKER));
        assertThat(entries.getLast().sequence()).isEqualTo(2);
        guest.write(50, 4);
        assertThat(queue.read()).as("after the stop").isEmpty();
    }

    @Test
    @Proves(device = "log.nothing-when-off")
    void whatWaitsDuringASuspensionIsNeitherDoneNorLogged() {
        var guest = world.guest(A);
        var queue = world.queue(A, 16);
        queue.startLogging();
        world.suspend(A).must();
        queue.read();
        guest.submit(1, 0x01, QueueHost.blocks(7, 1));
        assertThat(queue.read()).isEmpty();
        world.resume(A).must();
        assertThat(queue.read()).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).containsExactly(
                7L);
    }

    @Test
    @Proves(device = {"memory.suspension-keeps-tracking", "resume.memory-tracking-goes-on", "report.suspended"})
    void memoryIsTrackedOverASuspension() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 0, QueueHost.DATA, 16)).must();
        requireSuccess(guest.execute(1, 0x02, QueueHost.blocks(0, 8)));
        world.suspend(A).must();
        var report = Report.of(world.report(A, 4096).bytes());
        assertThat(report.suspended()).isTrue();
        assertThat(report.pages()).containsExactly(QueueHost.DATA);
        world.resume(A).must();
        assertThat(Report.of(world.report(A, 4096).bytes()).suspended()).isFalse();
        requireSuccess(guest.execute(1, 0x02, QueueHost.blocks(0, 16)));
        assertThat(Report.of(world.report(A, 4096).bytes()).pages())
                .containsExactly(QueueHost.DATA, QueueHost.DATA + QueueHost.PAGE);
    }

    @Test
    @Proves(device = {"suspend.completes-when-suspended", "suspend.ends-by-resume"})
    void suspensionBeginsWhenAllWasDoneAndEndsWithResumeAlone() {
        var slow = slow();
        var guest = slow.guest(A);
        guest.submit(1, 0x01, QueueHost.blocks(0, 1));
        slow.settle();
        var first = slow.suspend(A).start();
        var second = slow.suspend(A).start();
        slow.settle();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        assertThat(slow.subsystem.controller(A).isSuspended()).isFalse();
        slow.clock.advance(QueueHost.SETTLING.multipliedBy(5));
        assertThat(first).isCompletedWithValueMatching(Completion::isSuccess);
        assertThat(second).isCompletedWithValueMatching(Completion::isSuccess);
        assertThat(slow.subsystem.controller(A).isSuspended()).isTrue();
        assertThat(slow.subsystem.controller(B).isSuspended()).isFalse();
        slow.settle();
        assertThat(slow.subsystem.controller(A).isSuspended()).isTrue();
        slow.resume(A).must();
        assertThat(slow.subsystem.controller(A).isSuspended()).isFalse();
    }
}
