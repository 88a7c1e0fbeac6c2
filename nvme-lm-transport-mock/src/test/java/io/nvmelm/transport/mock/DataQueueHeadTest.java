package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE;
import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static io.nvmelm.nvme.StatusCode.INVALID_FIELD_IN_COMMAND;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.rules.Proves;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Feature 21h: head and tail pointer trigger of a data queue, and the events that the trigger brings.
class DataQueueHeadTest {
    private final DataQueueHost host = new DataQueueHost();
    private final DataQueueHost.Ring ring = host.ring(8);

    /// What Get Features answered and delivered.
    private record Values(Completion completion, byte[] bytes) {
        int dword(int offset) {
            return java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(offset);
        }
    }

    private Values get(int select, int id) {
        try (var memory = host.transport.allocate(512)) {
            memory.segment().fill((byte) 0x55);
            var completion = host.transport
                    .submit(ManagementHost.entry(0x0A, select << 8 | 0x21, id, 0, 0, 0), memory, 512,
                            ManagementHost.TIMEOUT)
                    .join();
            return new Values(completion, memory.segment().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private List<String> listen(DataQueueHost of) {
        var events = new ArrayList<String>();
        of.transport.listenForEvents(
                e -> events.add(e.type() + " " + e.information() + " " + e.logPage() + " " + e.parameter()));
        return events;
    }

    @Test
    @Proves(device = {"feature.get-values", "encoding.queue-feature"})
    void getReturnsWhatWasSet() {
        ring.started();
        host.write(0, 1);
        assertThat(ring.arm(1, 6).isSuccess()).isTrue();
        var values = get(0, ring.id);
        assertThat(values.completion()).isEqualTo(Completion.success(0x8000_0000 | ring.id));
        assertThat(values.dword(0)).isEqualTo(1);
        assertThat(values.dword(4)).isEqualTo(6);
        for (int offset = 8; offset < 512; offset += 4) {
            assertThat(values.dword(offset)).isZero();
        }
        host.send(0x09, 0x21, ring.id, 2, 6);
        values = get(0, ring.id);
        assertThat(values.completion().dword0()).isEqualTo(ring.id);
        assertThat(values.dword(0)).isEqualTo(2);
        assertThat(values.dword(4)).isZero();
    }

    @Test
    void defaultsAreZeroAndNothingIsSaved() {
        ring.started();
        ring.arm(1, 6);
        for (int select : new int[] {1, 2}) {
            var values = get(select, ring.id);
            assertThat(values.completion()).isEqualTo(Completion.success(ring.id));
            assertThat(values.dword(0)).isZero();
            assertThat(values.dword(4)).isZero();
        }
        assertThat(get(3, ring.id).completion()).isEqualTo(Completion.success(4));
        assertThat(get(4, ring.id).completion().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = {"feature.set-unknown-queue", "feature.get-unknown-queue", "feature.not-persistent"})
    void anUnknownQueueIsRefused() {
        assertThat(host.send(0x09, 0x21, ring.id + 1, 0, 0).status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(get(0, ring.id + 1).completion().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        ring.delete();
        assertThat(ring.setHead(0).status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(get(0, ring.id).completion().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
    }

    @Test
    @Proves(device = "feature.not-saveable")
    void itCannotBeSaved() {
        assertThat(host.send(0x09, 0x8000_0021, ring.id, 0, 0).status().is(FEATURE_IDENTIFIER_NOT_SAVEABLE)).isTrue();
    }

    @Test
    @Proves(device = "feature.head-of-empty")
    void theHeadOfAnEmptyQueueStays() {
        for (int slot = 1; slot < 10; slot++) {
            assertThat(ring.setHead(slot).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        }
        assertThat(ring.setHead(-1).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(ring.setHead(0).isSuccess()).isTrue();
    }

    /// All heads for all fill levels at all places of the ring: allowed are the slots that hold entries, and the tail.
    @Test
    @Proves(device = {"feature.head-not-posted", "feature.head-to-tail", "ring.wraps", "ring.head-by-feature"})
    void theHeadMovesOverEntriesOnly() {
        ring.started();
        int tail = 1;
        int head = 0;
        for (int round = 0; round < 40; round++) {
            int fill = round * 5 % 7;
            assertThat(ring.setHead(tail).isSuccess()).isTrue();
            head = tail;
            for (int i = 0; i < fill; i++) {
                host.write(i, 1);
                tail = (tail + 1) % 8;
            }
            for (int slot = 0; slot < 10; slot++) {
                boolean allowed = slot < 8 && (slot - head + 8) % 8 <= fill;
                if (!allowed) {
                    assertThat(ring.setHead(slot).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
                }
            }
            int step = head;
            while (step != tail) {
                assertThat(ring.setHead(step).isSuccess()).isTrue();
                step = (step + 1) % 8;
            }
        }
    }

    @Test
    @Proves(device = "feature.trigger-outside")
    void theTriggerIsASlotOfTheQueue() {
        assertThat(ring.arm(0, 8).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(ring.arm(0, -1).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(get(0, ring.id).completion().dword0()).isEqualTo(ring.id);
        assertThat(host.send(0x09, 0x21, ring.id, 0, 8).isSuccess()).isTrue();
        assertThat(ring.arm(0, 7).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = {"event.tail-pointer", "event.trigger-slot", "feature.one-shot", "event.one-shot"})
    void theEventComesWhenTheTriggerSlotGetsAnEntryAndOnlyOnce() {
        var events = listen(host);
        ring.started();
        ring.arm(0, 3);
        host.write(0, 1);
        host.write(1, 1);
        assertThat(events).isEmpty();
        host.write(2, 1);
        assertThat(events).containsExactly("4 0 0 " + ring.id);
        assertThat(get(0, ring.id).completion().dword0()).isEqualTo(ring.id);
        assertThat(get(0, ring.id).dword(4)).isZero();
        ring.take();
        for (int i = 0; i < 6; i++) {
            host.write(0, 1);
        }
        ring.take();
        for (int i = 0; i < 3; i++) {
            host.write(0, 1);
        }
        assertThat(events).hasSize(1);
        ring.arm(ring.head, 6);
        host.write(1, 1);
        host.write(1, 1);
        assertThat(events).containsExactly("4 0 0 " + ring.id, "4 0 0 " + ring.id);
    }

    @Test
    @Proves(device = "event.trigger-slot")
    void theEventMayComeOneSlotEarlier() {
        var other = new DataQueueHost(DeviceVariant.TAIL_EVENT_ONE_SLOT_EARLY);
        var events = listen(other);
        var early = other.ring(8).started();
        early.arm(0, 3);
        other.write(0, 1);
        assertThat(events).isEmpty();
        other.write(1, 1);
        assertThat(events).containsExactly("4 0 0 " + early.id);
    }

    @Test
    void aSlotThatIsFilledAlreadyBringsNoEvent() {
        var events = listen(host);
        ring.started();
        host.write(0, 1);
        ring.arm(0, 1);
        host.clock.runUntilIdle();
        assertThat(events).isEmpty();
    }

    @Test
    @Proves(device = {"feature.drops-pending-event", "event.waits-for-request"})
    void settingTheHeadDropsAnEventThatWasNotReported() {
        ring.started();
        ring.arm(0, 1);
        host.write(0, 1);
        ring.setHead(0);
        var events = listen(host);
        assertThat(events).isEmpty();
        ring.arm(0, 2);
        host.write(0, 1);
        assertThat(events).hasSize(1);
    }

    @Test
    @Proves(device = {"event.waits-for-request", "event.tail-pointer", "event.full", "encoding.completion-dwords"})
    void eventsWaitForRequestsInTheirOrder() {
        var queues = new TestHost(host.subsystem.controllingController()).bringUp();
        var second = host.ring(2, 4);
        var otherGuest = new TestHost(host.subsystem.controller(2)).bringUp().createQueuePair(1, 8);
        second.started();
        second.arm(0, 1);
        ring.started();
        ring.arm(0, 1);
        otherGuest.execute(1, 1, 0x08, TestHost.io(0, 1, 0, 0));
        otherGuest.execute(1, 1, 0x08, TestHost.io(0, 1, 0, 0));
        host.write(0, 1);
        for (int i = 0; i < 3; i++) {
            queues.submit(0, 0x0C, e -> {});
            host.clock.runUntilIdle();
        }
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION)).isEqualTo(0x004);
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION + 4)).isEqualTo(second.id);
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION + 16)).isEqualTo(0x104);
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION + 20)).isEqualTo(second.id);
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION + 32)).isEqualTo(0x004);
        assertThat(queues.memory.getInt(TestHost.ADMIN_COMPLETION + 36)).isEqualTo(ring.id);
    }

    @Test
    @Proves(device = "event.waits-for-request")
    void noEventOfAQueueIsLostAmongManyOthers() {
        for (int information = 0; information < 100; information++) {
            host.subsystem.controllingController().raiseAsynchronousEvent(2, information, 3);
        }
        ring.started();
        ring.arm(0, 1);
        host.write(0, 1);
        assertThat(listen(host)).containsExactly("2 0 3 0", "4 0 0 " + ring.id);
    }

    @Test
    @Proves(device = "encoding.completion-dwords")
    void aRequestThroughATransportGetsBothDwords() {
        var request = host.management.start(ManagementHost.entry(0x0C, 0, 0, 0, 0, 0));
        var second = host.ring(2, 4);
        var other = host.ring(3, 4).started();
        other.arm(0, 1);
        second.delete();
        host.subsystem.dataQueues().changed(host.subsystem.controller(3), 1, 0, 1, false);
        assertThat(request.join().dword0()).isEqualTo(4);
        assertThat(request.join().dword1()).isEqualTo(other.id);
    }

    @Test
    @Proves(device = "event.always-enabled")
    void theEventConfigurationDisablesNothing() {
        host.send(0x09, 0x0B, 0, 0, 0);
        var events = listen(host);
        ring.started();
        ring.arm(0, 1);
        host.write(0, 1);
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves(device = {"event.lost-by-reset", "reset.controlling-deletes-queues"})
    void eventsAreLostWithTheirQueue(boolean byReset) {
        ring.started();
        ring.arm(0, 1);
        host.write(0, 1);
        if (byReset) {
            host.subsystem.controllingController().functionLevelReset();
        } else {
            ring.delete();
        }
        assertThat(listen(host)).isEmpty();
        assertThat(get(0, ring.id).completion().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
    }

    @Test
    @Proves(device = "queue-delete.drops-events")
    void aFullEventIsOverWithItsQueue() {
        ring.started();
        for (int i = 0; i < 7; i++) {
            host.write(i, 1);
        }
        ring.delete();
        assertThat(host.ring(8).id).isEqualTo(ring.id);
        assertThat(listen(host)).isEmpty();
    }
}
