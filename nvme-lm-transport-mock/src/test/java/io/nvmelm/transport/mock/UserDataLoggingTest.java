package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.CONTROLLER_DATA_QUEUE_FULL;
import static io.nvmelm.nvme.StatusCode.CONTROLLER_SUSPENDED;
import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static io.nvmelm.nvme.StatusCode.INVALID_FIELD_IN_COMMAND;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Track Send of user data changes and the entries that it brings. Entries are `attributes namespace first count-1`;
/// attributes without the phase: 82 first, 84 stopped, 86 suspended, 8E full without a range, 0E full with one, 20
/// deallocated.
class UserDataLoggingTest {
    private static final String FIRST = "82 0 0 0";
    private static final String STOPPED = "84 0 0 0";
    private static final String FULL = "8E 0 0 0";

    private final DataQueueHost host = new DataQueueHost();
    private final DataQueueHost.Ring ring = host.ring(8);

    private static int fullEvents(DataQueueHost of) {
        var count = new ArrayList<Integer>();
        of.transport.listenForEvents(e -> count.add(e.information())).close();
        return (int) count.stream().filter(e -> e == 1).count();
    }

    @Test
    @Proves(device = {
        "log.start-stop",
        "log.first-entry",
        "log.last-entry",
        "log.writes",
        "entry.layout",
        "entry.without-range",
        "entry.ordinary-has-range",
        "encoding.track-send",
        "log.nothing-when-off"
    })
    void changesAreLoggedFromStartToStop() {
        host.write(1, 1);
        assertThat(ring.read()).isEmpty();
        ring.started();
        host.write(5, 3);
        host.io(0x01, 0x8_0000, 1);
        assertThat(ring.stop().isSuccess()).isTrue();
        host.write(9, 1);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 5 2", "00 1 524288 0", STOPPED);
        ring.started();
        assertThat(ring.take()).containsExactly(FIRST);
    }

    @Test
    @Proves(device = "log.unknown-queue")
    void anUnknownQueueIsRefused() {
        assertThat(host.send(0x3D, 0x1_0000, ring.id + 1, 0, 0).status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(host.send(0x3D, 0, ring.id + 1, 0, 0).status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8, 15})
    @Proves(device = {"log.reserved-action", "discovery.reserved-values"})
    void aReservedActionIsRefused(int action) {
        assertThat(host.send(0x3D, action << 16, ring.id, 0, 0).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(ring.read()).isEmpty();
    }

    @Test
    @Proves(device = "log.already-logging")
    void aSecondStartIsRefusedAndLoggingGoesOn() {
        ring.started();
        assertThat(ring.start().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        host.write(1, 1);
        assertThat(ring.read()).containsExactly(FIRST, "00 1 1 0");
    }

    @Test
    void aSecondStartMaySucceedWithoutEffect() {
        var other = new DataQueueHost(DeviceVariant.START_WHEN_LOGGING_SUCCEEDS);
        var started = other.ring(8).started().started();
        other.write(1, 1);
        assertThat(started.read()).containsExactly(FIRST, "00 1 1 0");
    }

    @Test
    @Proves(device = "log.stop-not-logging")
    void stoppingWhatDoesNotRunSucceedsWithoutAnEntry() {
        assertThat(ring.stop().isSuccess()).isTrue();
        ring.started();
        ring.stop();
        assertThat(ring.stop().isSuccess()).isTrue();
        assertThat(ring.read()).containsExactly(FIRST, STOPPED);
    }

    @Test
    @Proves(device = {"log.suspended", "log.stop-suspended", "status.do-not-retry"})
    void aSuspendedControllerIsNeitherStartedNorStopped() {
        host.management.suspend(1);
        var refused = ring.start().status();
        assertThat(refused.is(CONTROLLER_SUSPENDED)).isTrue();
        assertThat(refused.doNotRetry()).isFalse();
        host.management.resume(1);
        ring.started();
        host.management.suspend(1);
        assertThat(ring.stop().status().is(CONTROLLER_SUSPENDED)).isTrue();
        host.management.resume(1);
        assertThat(ring.read()).containsExactly(FIRST, "86 0 0 0", FIRST);
    }

    @Test
    @Proves(device = "log.stop-suspended")
    void stoppingWhileSuspendedMaySucceed() {
        var other = new DataQueueHost(DeviceVariant.STOP_WHILE_SUSPENDED_SUCCEEDS);
        var stopped = other.ring(8).started();
        other.management.suspend(1);
        assertThat(stopped.start().status().is(CONTROLLER_SUSPENDED)).isTrue();
        assertThat(stopped.stop().isSuccess()).isTrue();
        other.management.resume(1);
        other.write(1, 1);
        assertThat(stopped.read()).containsExactly(FIRST, "86 0 0 0", STOPPED);
    }

    @Test
    @Proves(device = {"log.stop-suspended", "suspend.entry-may-come-late"})
    void aSuspendEntryThatIsLateComesBeforeTheStop() {
        var other = new DataQueueHost(
                DeviceVariant.STOP_WHILE_SUSPENDED_SUCCEEDS, DeviceVariant.SUSPEND_ENTRY_AFTER_ANSWER);
        var stopped = other.ring(8).started();
        other.management.suspend(1);
        assertThat(stopped.stop().isSuccess()).isTrue();
        other.clock.runUntilIdle();
        assertThat(stopped.read()).containsExactly(FIRST, "86 0 0 0", STOPPED);
    }

    @Test
    @Proves(device = {"log.full-entry", "entry.range-with-marker", "event.full", "ring.slots", "log.full-needs-start"})
    void theEntryThatFillsTheQueueSaysSoAndLoggingStops() {
        ring.started();
        for (int i = 0; i < 9; i++) {
            host.write(i, 1);
        }
        assertThat(fullEvents(host)).isEqualTo(1);
        assertThat(ring.take())
                .containsExactly(FIRST, "00 1 0 0", "00 1 1 0", "00 1 2 0", "00 1 3 0", "00 1 4 0", "0E 1 5 0");
        host.write(20, 1);
        assertThat(ring.take()).isEmpty();
        assertThat(ring.stop().isSuccess()).isTrue();
        assertThat(ring.take()).isEmpty();
        ring.started();
        host.write(21, 1);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 21 0");
    }

    @Test
    @Proves(device = "log.full-entry")
    void theLastSlotMayBeKeptForAnEntryWithoutRange() {
        var other = new DataQueueHost(DeviceVariant.FULL_ENTRY_WITHOUT_RANGE);
        var small = other.ring(4).started();
        other.write(0, 1);
        assertThat(fullEvents(other)).isZero();
        other.write(1, 1);
        other.write(2, 1);
        assertThat(fullEvents(other)).isEqualTo(1);
        assertThat(small.take()).containsExactly(FIRST, "00 1 0 0", FULL);
    }

    @Test
    void loggingMayGoOnSilentlyAfterFull() {
        var other = new DataQueueHost(DeviceVariant.LOGGING_GOES_ON_AFTER_FULL);
        var small = other.ring(4).started();
        for (int i = 0; i < 5; i++) {
            other.write(i, 1);
        }
        assertThat(fullEvents(other)).isEqualTo(1);
        assertThat(small.take()).containsExactly(FIRST, "00 1 0 0", "0E 1 1 0");
        other.write(7, 1);
        assertThat(small.take()).containsExactly("00 1 7 0");
        assertThat(small.start().isSuccess()).isTrue();
        assertThat(small.start().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(small.take()).containsExactly(FIRST);
    }

    @Test
    @Proves(device = "log.start-full")
    void startingInAFullQueueSucceedsOrIsRefused() {
        var refusing = new DataQueueHost(DeviceVariant.START_REFUSED_WHEN_FULL);
        var small = refusing.ring(3).started();
        refusing.write(0, 1);
        var refused = small.start().status();
        assertThat(refused.is(CONTROLLER_DATA_QUEUE_FULL)).isTrue();
        assertThat(refused.doNotRetry()).isFalse();
        small.take();
        small.started();
        var other = host.ring(2, 3).started();
        var data = host.subsystem.dataQueues();
        var second = host.subsystem.controller(2);
        data.changed(second, 1, 0, 1, false);
        other.started();
        assertThat(fullEvents(host)).isZero();
        data.changed(second, 1, 1, 1, false);
        assertThat(fullEvents(host)).isEqualTo(1);
        assertThat(other.take()).containsExactly(FIRST, "0E 1 0 0");
        assertThat(other.take()).containsExactly(FULL);
        data.changed(second, 1, 2, 1, false);
        assertThat(other.take()).isEmpty();
    }

    @Test
    @Proves(device = "event.full-dropped-by-start")
    void aStartDropsAFullEventThatWasNotReported() {
        for (int i = 0; i < 8; i++) {
            if (i == 0) {
                ring.started();
            }
            host.write(i, 1);
        }
        ring.take();
        ring.started();
        assertThat(fullEvents(host)).isZero();
    }

    @Test
    @Proves(device = "log.only-own-changes")
    void changesOfOtherControllersAreNotLogged() {
        ring.started();
        var other = new TestHost(host.subsystem.controller(2)).bringUp().createQueuePair(1, 8);
        other.execute(1, 1, 0x01, TestHost.io(4, 1, TestHost.DATA, 0));
        var managing = new TestHost(host.subsystem.controllingController()).bringUp().createQueuePair(1, 8);
        managing.execute(1, 1, 0x01, TestHost.io(5, 1, TestHost.DATA, 0));
        managing.admin(0x80, e -> e.namespaceId(2));
        assertThat(ring.read()).containsExactly(FIRST);
    }

    @Test
    @Proves(device = "log.after-effect")
    void anEntryComesAfterTheEffectAndBeforeTheCompletion() {
        ring.started();
        host.guest.fill(TestHost.DATA, 512, 7);
        var medium = new ArrayList<Boolean>();
        host.transport.listenForEvents(e -> medium.add(host.guest.peek(1).isEmpty()));
        ring.arm(0, 1);
        host.guest.submit(1, 0x01, TestHost.io(3, 1, TestHost.DATA, 0));
        while (ring.read().stream().noneMatch(e -> e.equals("00 1 3 0"))) {
            assertThat(host.guest.peek(1)).isEmpty();
            assertThat(host.clock.runNext()).isTrue();
        }
        assertThat(medium).hasSize(1);
        host.guest.poll(1);
        host.guest.execute(1, 1, 0x02, TestHost.io(3, 1, TestHost.DATA + 0x1000, 0));
        assertThat(host.guest.bytes(TestHost.DATA + 0x1000, 512)).isEqualTo(host.guest.bytes(TestHost.DATA, 512));
    }

    @Test
    @Proves(device = {"log.merging", "log.first-entry"})
    void changesMayBePostedLateAndTogether() {
        var other = new DataQueueHost(DeviceVariant.ENTRIES_MERGED);
        var merged = other.ring(8).started();
        var data = other.subsystem.dataQueues();
        data.changed(other.controller, 1, 10, 2, false);
        data.changed(other.controller, 1, 12, 2, false);
        data.changed(other.controller, 1, 8, 3, false);
        assertThat(merged.read()).isEmpty();
        data.changed(other.controller, 1, 15, 1, false);
        assertThat(merged.read()).containsExactly("02 1 8 5");
        data.changed(other.controller, 1, 15, 1, true);
        data.changed(other.controller, 2, 16, 1, true);
        assertThat(merged.read()).containsExactly("00 1 15 0", "20 1 15 0");
        other.clock.advance(Duration.ofNanos(UserDataLogger.MERGING_NANOS - 1));
        assertThat(merged.read()).isEmpty();
        other.clock.advance(Duration.ofNanos(1));
        assertThat(merged.take()).containsExactly("20 2 16 0");
        data.changed(other.controller, 1, 30, 1, false);
        data.changed(other.controller, 1, 20, 9, false);
        other.clock.runUntilIdle();
        assertThat(merged.take()).containsExactly("00 1 30 0", "00 1 20 8");
        data.changed(other.controller, 1, 1, 1, false);
        merged.stop();
        assertThat(merged.take()).containsExactly("00 1 1 0", STOPPED);
        merged.started();
        merged.stop();
        assertThat(merged.take()).containsExactly(FIRST, STOPPED);
    }

    @Test
    @Proves(device = {"log.format", "entry.range-with-marker", "log.deallocated"})
    void formattingIsLoggedForAllBlocks() {
        ring.started();
        host.guest.admin(0x80, e -> e.namespaceId(2));
        assertThat(ring.take()).containsExactly(FIRST, "20 2 0 63");
        var small = host.ring(2, 3).started();
        host.subsystem.dataQueues().changed(host.subsystem.controller(2), 2, 0, 64, true);
        assertThat(small.take()).containsExactly(FIRST, "6E 2 0 0");
    }

    @Test
    void moreBlocksThanAnEntryCanNameTakeSeveral() {
        var large = new DataQueueHost(b -> b.namespace(new NamespaceMedium((1L << 33) + 5, 512)));
        var entries = large.ring(8).started();
        large.subsystem.dataQueues().changed(large.controller, 3, 0, (1L << 33) + 5, true);
        assertThat(entries.take())
                .containsExactly(FIRST, "20 3 0 4294967295", "20 3 4294967296 4294967295", "20 3 8589934592 4");
    }

    @Test
    void aQueueOfOneSlotHoldsNothingAndSaysSoByTheEvent() {
        var none = host.ring(2, 1).started();
        host.subsystem.dataQueues().changed(host.subsystem.controller(2), 1, 0, 1, false);
        assertThat(fullEvents(host)).isEqualTo(1);
        assertThat(none.read()).isEmpty();
    }
}
