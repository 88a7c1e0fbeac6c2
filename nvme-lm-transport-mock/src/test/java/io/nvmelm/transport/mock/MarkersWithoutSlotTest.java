package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// Entries without a range that find the queue without a slot: they come when the host gives one back.
class MarkersWithoutSlotTest {
    private static final String FIRST = "82 0 0 0";
    private static final String STOPPED = "84 0 0 0";
    private static final String SUSPENDED = "86 0 0 0";
    private static final String FULL = "8E 0 0 0";

    private DataQueueHost host = new DataQueueHost();
    private DataQueueHost.Ring ring = host.ring(3);

    private void suspend() {
        assertThat(host.management.suspend(1).isSuccess()).isTrue();
    }

    private void resume() {
        assertThat(host.management.resume(1).isSuccess()).isTrue();
    }

    /// The ring holds two entries, which are there now: logging goes on, and nothing changed since.
    private void suspendedAndResumedInAFullRing() {
        ring.started();
        suspend();
        resume();
        assertThat(ring.read()).containsExactly(FIRST, SUSPENDED);
    }

    private void give() {
        assertThat(ring.setHead(ring.head).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = {"log.suspend-entry", "suspend.posts-entry", "log.first-entry", "suspend.entry-may-come-late"})
    void aSuspendEntryFollowsWhenASlotIsFree() {
        suspendedAndResumedInAFullRing();
        suspend();
        assertThat(ring.read()).isEmpty();
        give();
        assertThat(ring.take()).containsExactly(FIRST, SUSPENDED);
        assertThat(ring.take()).as("once").isEmpty();
        resume();
        host.guest.poll(1);
        assertThat(ring.take()).containsExactly(FIRST);
        host.write(1, 1);
        assertThat(ring.take()).containsExactly("00 1 1 0");
    }

    @Test
    @Proves(device = {"log.last-entry", "log.first-entry"})
    void theLastEntryAfterAStopFollowsWhenASlotIsFree() {
        suspendedAndResumedInAFullRing();
        assertThat(ring.stop().isSuccess()).isTrue();
        host.write(1, 1);
        assertThat(ring.read()).isEmpty();
        give();
        assertThat(ring.take()).containsExactly(FIRST, STOPPED);
        host.write(2, 1);
        assertThat(ring.take()).isEmpty();
    }

    @Test
    @Proves(device = "log.last-entry")
    void withOneSlotTheLastEntryComesAlone() {
        suspendedAndResumedInAFullRing();
        ring.stop();
        assertThat(ring.setHead(1).isSuccess()).isTrue();
        assertThat(ring.take()).containsExactly(STOPPED);
        assertThat(ring.take()).isEmpty();
    }

    @Test
    @Proves(device = "log.suspend-entry")
    void anEntryThatIsOwedComesBeforeTheFirstOneOfAnotherStart() {
        suspendedAndResumedInAFullRing();
        suspend();
        resume();
        ring.stop();
        ring.started();
        give();
        assertThat(ring.take()).as("of several the newest").containsExactly(FIRST, STOPPED);
        host.write(1, 1);
        assertThat(ring.take()).containsExactly("02 1 1 0");
    }

    @Test
    @Proves(device = {"log.full-entry", "event.full", "log.full-then-suspend"})
    void aChangeThatIsLostCountsMoreThanAMarkerThatIsOwed() {
        var events = new ArrayList<Integer>();
        host.transport.listenForEvents(e -> events.add(e.information()));
        suspendedAndResumedInAFullRing();
        suspend();
        resume();
        assertThat(events).isEmpty();
        host.write(1, 1);
        assertThat(events).containsExactly(1);
        suspend();
        give();
        assertThat(ring.take()).containsExactly(FULL);
        assertThat(ring.take()).isEmpty();
    }

    @Test
    @Proves(device = {"log.first-entry", "resume.logging-goes-on"})
    void aFirstEntryThatIsDueComesBeforeTheNewestOne() {
        host = new DataQueueHost(DeviceVariant.REPEATED_SUSPEND_POSTS_AGAIN);
        ring = host.ring(3);
        suspendedAndResumedInAFullRing();
        suspend();
        suspend();
        give();
        assertThat(ring.read()).containsExactly(FIRST, SUSPENDED);
        suspend();
        give();
        assertThat(ring.read()).as("no first one is due").containsExactly(SUSPENDED);
        suspend();
        suspend();
        resume();
        ring.stop();
        assertThat(ring.read()).containsExactly(SUSPENDED);
        give();
        assertThat(ring.take()).containsExactly(FIRST, STOPPED);
    }

    @Test
    @Proves(device = "log.full-needs-start")
    void aStartDropsTheEntryThatOwesFull() {
        suspendedAndResumedInAFullRing();
        host.write(1, 1);
        ring.started();
        give();
        assertThat(ring.take()).isEmpty();
        host.write(2, 1);
        assertThat(ring.take()).containsExactly("02 1 2 0");
    }

    @Test
    @Proves(device = "log.full-then-suspend")
    void afterTheEntryThatSaysFullNoMarkerIsOwed() {
        host = new DataQueueHost(
                DeviceVariant.SUSPEND_ENTRY_WITHOUT_LOGGING, DeviceVariant.LOGGING_GOES_ON_AFTER_FULL);
        ring = host.ring(3).started();
        host.write(1, 1);
        suspend();
        assertThat(ring.take()).containsExactly(FIRST, "0E 1 1 0");
        assertThat(ring.take()).isEmpty();
    }

    @Test
    @Proves(device = "queue-delete.layout")
    void whatIsOwedIsLostWithTheQueue() {
        suspendedAndResumedInAFullRing();
        suspend();
        ring.delete();
        host.clock.runUntilIdle();
        assertThat(ring.read()).isEmpty();
        resume();
        assertThat(host.ring(3).started().take()).containsExactly(FIRST);
    }
}
