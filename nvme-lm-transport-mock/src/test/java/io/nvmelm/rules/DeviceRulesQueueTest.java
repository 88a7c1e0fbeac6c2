package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.DeviceVariant;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Queues of user data changes of a device, feature 21h, and the events of both.
class DeviceRulesQueueTest {
    private static final int TAIL_POINTER = 0x004;
    private static final int FULL = 0x104;

    private final RuleWorld world = new RuleWorld();

    private static ByteBuffer head(Queue queue) {
        return ByteBuffer.wrap(queue.world.getHead(queue.id).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    @Proves(device = {
        "queue-create.layout",
        "queue-delete.layout",
        "queue-create.identifier-unique",
        "encoding.data-queue",
        "queue-delete.ends-logging",
        "encoding.completion-dwords"
    })
    void queuesHaveIdentifiersOfTheirOwnAndEndWithTheirDeletion() {
        var guest = world.guest(A);
        var ids = new HashSet<Integer>();
        var first = world.queue(A, 8);
        ids.add(first.id);
        ids.add(world.queue(B, 8).id);
        ids.add(world.queue(C, 8).id);
        assertThat(ids).hasSize(3).allMatch(id -> id >>> 16 == 0);
        first.startLogging();
        first.read();
        var deleted = world.deleteQueue(first.id).must();
        assertThat(deleted.dword0()).isZero();
        assertThat(deleted.dword1()).isZero();
        guest.write(1, 1);
        assertThat(first.read()).as("after the deletion").isEmpty();
        assertThat(world.startLogging(first.id).answer().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(world.deleteQueue(first.id).answer().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        var again = world.queue(A, 8);
        again.startLogging();
        guest.write(2, 1);
        assertThat(again.read()).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).containsExactly(
                2L);
    }

    @Test
    @Proves(device = {"queue-create.list", "encoding.data-queue"})
    void aRingMayBeInPagesOfAList() {
        var host = world.controllingHost();
        long list = 0x310_0000;
        long[] pages = {0x320_0000, 0x300_0000};
        host.memory.setLong(list, pages[0]);
        host.memory.setLong(list + 8, pages[1]);
        var created = host.execute(0, 0x45, e -> e.prp1(list).cdw11(A << 16).cdw12(2048));
        requireSuccess(created);
        requireSuccess(host.execute(0, 0x3D, e -> e.cdw10(0x1_0000).cdw11(created.dword0())));
        var guest = world.guest(A);
        for (int i = 0; i < 140; i++) {
            guest.write(i * 8L, 1);
        }
        for (int slot = 0; slot < 130; slot++) {
            long at = pages[slot / 128] + slot % 128 * 32L;
            assertThat(host.memory.getInt(at + 28) >>> 24 & 1).as("phase of slot %d", slot).isEqualTo(1);
        }
        assertThat(host.memory.getInt(pages[1])).as("namespace of slot 128").isEqualTo(1);
    }

    @Test
    @Proves(device = {"ring.slots", "log.full-entry", "event.full"})
    void aRingOfNSlotsHoldsOneEntryLess() {
        var guest = world.guest(A);
        var queue = world.queue(A, 5);
        var event = world.eventRequest();
        queue.startLogging();
        for (int i = 0; i < 8; i++) {
            guest.write(i * 8L, 1);
        }
        var entries = queue.read();
        assertThat(entries).hasSize(4).last().matches(e -> e.sequence() == 7);
        assertThat(entries.subList(0, 3)).allMatch(e -> e.sequence() != 7);
        assertThat(event.join()).matches(c -> c.dword0() == FULL && c.dword1() == queue.id);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8, 9})
    @Proves(device = {"ring.wraps", "ring.phase", "ring.head-by-feature", "feature.head-to-tail"})
    void entriesFollowEachOtherOverManyPasses(int slots) {
        var guest = world.guest(A);
        var queue = world.queue(A, slots);
        queue.startLogging();
        queue.read();
        if (slots > 2) {
            queue.release();
        }
        long expected = 0;
        int read = 0;
        for (int i = 0; i < 4 * slots; i++) {
            guest.write(i * 8L, 1);
            for (var entry : queue.read()) {
                assertThat(entry.firstBlock()).isEqualTo(expected);
                expected += 8;
                read++;
            }
            queue.release();
            if (slots == 2) {
                queue.startLogging(); // the one entry that fits fills it
            }
        }
        assertThat(read).isEqualTo(4 * slots);
        assertThat(queue.head).isEqualTo(head(queue).getInt(0));
    }

    @Test
    @Proves(device = "ring.head-by-feature")
    void slotsThatWereNotReleasedAreNotOverwritten() {
        var guest = world.guest(A);
        var queue = world.queue(A, 4);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        guest.write(16, 1);
        assertThat(queue.read()).hasSize(3);
        guest.write(24, 1);
        assertThat(queue.read()).isEmpty();
        assertThat(queue.ring.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, 32 + 8)).isEqualTo(0);
        assertThat(queue.ring.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, 64 + 8)).isEqualTo(8);
    }

    @Test
    @Proves(device = {"ring.tail-is-private", "feature.get-values", "encoding.queue-feature"})
    void theFeatureShowsHeadAndTriggerAndNoTail() {
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        world.setHead(queue.id, 2, 5).must();
        var set = world.getHead(queue.id);
        var bytes = ByteBuffer.wrap(set.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt(0)).as("head").isEqualTo(2);
        assertThat(bytes.getInt(4)).as("trigger").isEqualTo(5);
        for (int i = 8; i < 512; i++) {
            assertThat(bytes.get(i)).as("byte %d", i).isZero();
        }
        assertThat(world.getHead(queue.id).must().dword0()).isEqualTo(0x8000_0000 | queue.id);
        world.setHead(queue.id, 2).dword(13, 6).must();
        assertThat(head(queue).getInt(4)).as("trigger slot without a trigger").isZero();
        assertThat(world.getHead(queue.id).must().dword0()).isEqualTo(queue.id);
    }

    @Test
    @Proves(device = {"feature.head-of-empty", "feature.head-to-tail", "feature.head-not-posted"})
    void theHeadMovesToPostedEntriesAndToTheTail() {
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        world.setHead(queue.id, 0).must();
        assertThat(world.setHead(queue.id, 3).answer().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        assertThat(world.setHead(queue.id, 4).answer().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        world.setHead(queue.id, 1).must();
        assertThat(world.setHead(queue.id, 0).answer().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        world.setHead(queue.id, 3).must();
        assertThat(head(queue).getInt(0)).isEqualTo(3);
        assertThat(world.setHead(queue.id, 4).answer().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = {
        "event.tail-pointer",
        "event.trigger-slot",
        "feature.one-shot",
        "event.one-shot",
        "event.always-enabled"
    })
    void theTailEventComesOnceWithTheEntryOfItsSlot() {
        world.command(0x09, 0x0B, 0).must(); // no event is enabled by the configuration
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        queue.read();
        queue.release();
        world.setHead(queue.id, 1, 2).must();
        var event = world.eventRequest();
        guest.write(0, 1);
        assertThat(event).as("slot 1").isNotDone();
        guest.write(8, 1);
        assertThat(event.join()).matches(c -> c.dword0() == TAIL_POINTER && c.dword1() == queue.id);
        assertThat(world.getHead(queue.id).must().dword0()).as("armed").isEqualTo(queue.id);

        var second = world.eventRequest();
        for (int i = 2; i < 6; i++) {
            guest.write(i * 8L, 1);
            queue.read();
            queue.release();
        }
        world.setHead(queue.id, queue.head, (queue.head + 1) % 8).must();
        assertThat(second).isNotDone();
        guest.write(64, 1);
        guest.write(72, 1);
        assertThat(second.join().dword0()).as("without a log page in between").isEqualTo(TAIL_POINTER);
    }

    @Test
    @Proves(device = "event.trigger-slot")
    void someDevicesReportOneSlotEarlier() {
        var early = new RuleWorld(device -> device.variants(DeviceVariant.TAIL_EVENT_ONE_SLOT_EARLY));
        var guest = early.guest(A);
        var queue = early.queue(A, 8);
        queue.startLogging();
        queue.read();
        early.setHead(queue.id, 0, 2).must();
        var event = early.eventRequest();
        guest.write(0, 1);
        early.settle();
        assertThat(event).isDone();
    }

    @Test
    @Proves(device = {"feature.drops-pending-event", "event.waits-for-request"})
    void anEventWaitsForItsRequestUnlessTheFeatureIsSet() {
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        queue.read();
        world.setHead(queue.id, 0, 1).must();
        guest.write(0, 1);
        assertThat(world.eventRequest().join().dword0()).as("it waited").isEqualTo(TAIL_POINTER);

        world.setHead(queue.id, 1, 2).must();
        guest.write(8, 1);
        world.setHead(queue.id, 2, 5).must();
        var event = world.eventRequest();
        world.settle();
        assertThat(event).as("it was dropped").isNotDone();
    }

    @Test
    @Proves(device = {"event.waits-for-request", "event.full", "event.tail-pointer"})
    void eventsAreReportedInTheirOrder() {
        var guest = world.guest(A);
        var other = world.guest(B);
        var first = world.queue(A, 8);
        var second = world.queue(B, 3);
        first.startLogging();
        second.startLogging();
        world.setHead(first.id, 0, 1).must();
        guest.write(0, 1);
        other.write(8, 1);
        other.write(16, 1);
        assertThat(world.eventRequest().join()).matches(c -> c.dword0() == TAIL_POINTER && c.dword1() == first.id);
        assertThat(world.eventRequest().join()).matches(c -> c.dword0() == FULL && c.dword1() == second.id);
    }

    @Test
    @Proves(device = "event.full-dropped-by-start")
    void anotherStartDropsAFullEventThatWaits() {
        var guest = world.guest(A);
        var queue = world.queue(A, 3);
        queue.startLogging();
        for (int i = 0; i < 4; i++) {
            guest.write(i * 8L, 1);
        }
        queue.read();
        queue.release();
        queue.startLogging();
        var event = world.eventRequest();
        world.settle();
        assertThat(event).isNotDone();
    }
}
