package io.nvmelm.rules;

import static io.nvmelm.rules.Queue.Entry.marker;
import static io.nvmelm.rules.Queue.Entry.range;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.DeviceVariant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What a device logs of the changes of user data, and how.
class DeviceRulesLogTest {
    private static final VarHandle ATTRIBUTES = ValueLayout.JAVA_BYTE.varHandle();
    private static final int FULL = 0x0E;
    private static final int FULL_MARKER = 0x8E;
    private static final int DEALLOCATED = 0x20;

    private final RuleWorld world = new RuleWorld();

    /// The ranges that are logged for what a guest does.
    private static List<Queue.Entry> logged(RuleWorld world, Consumer<QueueHost> does) {
        var guest = world.guest(A);
        var queue = world.queue(A, 32);
        queue.startLogging();
        queue.read();
        does.accept(guest);
        return queue.read();
    }

    @Test
    @Proves(device = {"log.writes", "entry.layout", "entry.ordinary-has-range", "log.start-stop",
        "encoding.track-send"})
    void aWriteIsLoggedWithItsBlocks() {
        assertThat(logged(world, guest -> guest.write(0x12345, 3))).containsExactly(range(0x12345, 3, 0));
    }

    @Test
    @Proves(device = "log.write-zeroes")
    void zeroesAreLogged() {
        assertThat(logged(world, guest -> guest.writeZeroes(9, 300))).containsExactly(range(9, 300, 0));
    }

    @Test
    @Proves(device = "log.write-uncorrectable")
    void blocksThatWereMadeUnreadableAreLogged() {
        assertThat(logged(world, guest -> requireSuccess(guest.execute(1, 0x04, QueueHost.blocks(5, 2)))))
                .containsExactly(range(5, 2, 0));
    }

    @Test
    @Proves(device = "log.copy")
    void theDestinationOfACopyIsLogged() {
        assertThat(logged(world, guest -> {
            guest.memory.zero(QueueHost.DATA, 32);
            guest.memory.setLong(QueueHost.DATA + 8, 100);
            guest.memory.setShort(QueueHost.DATA + 16, (short) 3);
            requireSuccess(guest.execute(1, 0x19, e -> e.namespaceId(1).prp1(QueueHost.DATA).cdw10(700)));
        })).containsExactly(range(700, 4, 0));
    }

    @Test
    @Proves(device = "log.deallocated")
    void deallocatedBlocksAreLoggedAsSuchOrAsModified() {
        assertThat(logged(world, guest -> guest.deallocate(40, 16))).containsExactly(range(40, 16, DEALLOCATED));
        var modified = new RuleWorld(device -> device.variants(DeviceVariant.DEALLOCATED_LOGGED_AS_MODIFIED));
        assertThat(logged(modified, guest -> guest.deallocate(40, 16))).containsExactly(range(40, 16, 0));
    }

    @Test
    @Proves(device = "log.format")
    void aFormatIsLoggedForAllBlocks() {
        var entries = logged(world, guest -> requireSuccess(guest.execute(0, 0x80, e -> e.namespaceId(1))));
        assertThat(entries).filteredOn(Queue.Entry::hasRange).containsExactly(range(0, 1 << 20, DEALLOCATED));
    }

    @Test
    @Proves(device = "log.only-own-changes")
    void whatAnotherControllerWritesIsNotLogged() {
        var other = world.guest(B);
        assertThat(logged(world, guest -> other.write(0, 8))).isEmpty();
    }

    @Test
    @Proves(device = "log.after-effect")
    void anEntryComesWhenTheMediumHasTheData() {
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        queue.read();
        guest.memory.setInt(QueueHost.DATA, 0x600D_DA7A);
        guest.submit(1, 0x01, QueueHost.blocks(77, 1));
        var block = MemorySegment.ofArray(new byte[512]);
        boolean posted;
        do {
            posted = (queue.ring.segment().get(ValueLayout.JAVA_BYTE, queue.head * 32L + 31) & 1) == 1;
            world.medium.readBlocks(77, 1, block, 0);
            if (posted) {
                assertThat(block.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(0x600D_DA7A);
            }
        } while (world.clock.runNext());
        assertThat(posted).isTrue();
    }

    @Test
    @Proves(device = "log.unchanged-data")
    void writingTheSameAgainIsLoggedAgainHere() {
        assertThat(logged(world, guest -> {
            guest.write(3, 1);
            guest.write(3, 1);
        })).containsExactly(range(3, 1, 0), range(3, 1, 0));
    }

    @Test
    @Proves(device = "log.merging")
    void adjacentChangesMayComeInOneEntry() {
        var merging = new RuleWorld(device -> device.variants(DeviceVariant.ENTRIES_MERGED));
        var guest = merging.guest(A);
        var queue = merging.queue(A, 8);
        queue.startLogging();
        queue.read();
        guest.submit(1, 0x01, QueueHost.blocks(8, 8));
        guest.submit(1, 0x01, QueueHost.blocks(16, 8));
        var ranges = queue.read().stream().filter(Queue.Entry::hasRange).toList();
        assertThat(ranges).hasSize(1).first().matches(e -> e.firstBlock() == 8 && e.blocks() == 15);
    }

    @Test
    @Proves(device = {"log.full-entry", "entry.range-with-marker"})
    void theLastEntryThatFitsHasItsRangeOrNone() {
        var guest = world.guest(A);
        var queue = world.queue(A, 4);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        guest.write(16, 1);
        assertThat(queue.read()).last().isEqualTo(range(8, 1, FULL));

        var without = new RuleWorld(device -> device.variants(DeviceVariant.FULL_ENTRY_WITHOUT_RANGE));
        var other = without.guest(A);
        var reserving = without.queue(A, 4);
        reserving.startLogging();
        other.write(0, 1);
        other.write(8, 1);
        assertThat(reserving.read()).last().isEqualTo(marker(FULL_MARKER));
    }

    @Test
    @Proves(device = {"log.full-needs-start", "log.full-then-suspend"})
    void afterAFullQueueNothingIsLoggedBeforeTheNextStart() {
        var guest = world.guest(A);
        var queue = world.queue(A, 3);
        queue.startLogging();
        for (int i = 0; i < 4; i++) {
            guest.write(i * 8L, 1);
        }
        assertThat(queue.read()).last().matches(e -> e.sequence() == 7);
        world.suspend(A).must();
        assertThat(queue.read()).as("no slot for the suspension").isEmpty();
        world.resume(A).must();
        queue.release();
        guest.write(100, 1);
        assertThat(queue.read()).as("slots alone").isEmpty();
        queue.startLogging();
        guest.write(200, 1);
        var entries = queue.read();
        assertThat(entries.getFirst().sequence()).isEqualTo(1);
        assertThat(entries).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).containsExactly(200L);
    }

    @Test
    @Proves(device = "log.full-needs-start")
    void someDevicesGoOnSilently() {
        var silent = new RuleWorld(device -> device.variants(DeviceVariant.LOGGING_GOES_ON_AFTER_FULL));
        var guest = silent.guest(A);
        var queue = silent.queue(A, 3);
        queue.startLogging();
        for (int i = 0; i < 4; i++) {
            guest.write(i * 8L, 1);
        }
        queue.read();
        queue.release();
        guest.write(100, 1);
        assertThat(queue.read()).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).contains(100L);
    }

    @Test
    @Proves(device = {"log.stop-not-logging", "log.already-logging", "log.stop-suspended"})
    void stoppingTwiceIsNoErrorAndSomeDevicesTakeEverything() {
        world.guest(A);
        var queue = world.queue(A, 8);
        queue.stopLogging();
        queue.startLogging();
        queue.stopLogging();
        queue.stopLogging();

        var easy = new RuleWorld(device -> device.variants(
                DeviceVariant.START_WHEN_LOGGING_SUCCEEDS, DeviceVariant.STOP_WHILE_SUSPENDED_SUCCEEDS));
        var other = easy.queue(A, 8);
        other.startLogging();
        other.startLogging();
        easy.suspend(A).must();
        other.stopLogging();
        assertThat(easy.startLogging(other.id).answer().status().is(StatusCode.CONTROLLER_SUSPENDED)).isTrue();
    }

    @Test
    @Proves(device = "log.start-full")
    void aFullQueueMayBeStartedByDefault() {
        var guest = world.guest(A);
        var queue = world.queue(A, 2);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        queue.startLogging();
    }

    /// A reader beside the controller sees the phase of an entry only when the rest of it is there.
    @Test
    @Proves(device = "ring.phase-last")
    void noEntryIsSeenInPart() throws Exception {
        int count = 4_000;
        var guest = world.guest(A);
        var queue = world.queue(A, count + 2);
        queue.startLogging();
        queue.read();
        var slots = queue.ring.segment();
        var reader = CompletableFuture.supplyAsync(() -> {
            for (int i = 1; i <= count; i++) {
                long at = i * 32L;
                while (((byte) ATTRIBUTES.getAcquire(slots, at + 31) & 1) == 0) {
                    Thread.onSpinWait();
                }
                if (slots.get(ValueLayout.JAVA_INT_UNALIGNED, at) != 1
                        || slots.get(ValueLayout.JAVA_INT_UNALIGNED, at + 4) != 7
                        || slots.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8) != i * 8L) {
                    return "slot " + i;
                }
            }
            return "";
        });
        for (int i = 1; i <= count; i++) {
            guest.writeZeroes(i * 8L, 8);
        }
        assertThat(reader.get(60, TimeUnit.SECONDS)).as("an entry without all of its bytes").isEmpty();
    }
}
