package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.INVALID_COMMAND_OPCODE;
import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_IDENTIFIER;
import static io.nvmelm.nvme.StatusCode.INVALID_FIELD_IN_COMMAND;
import static io.nvmelm.nvme.StatusCode.NOT_ENOUGH_RESOURCES;
import static io.nvmelm.nvme.StatusCode.PRP_OFFSET_INVALID;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.rules.Proves;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Creation and deletion of Controller Data Queues.
class DataQueueCommandsTest {
    private static final int LIST = 0x40_0000;

    private final DataQueueHost host = new DataQueueHost();

    private static DataQueueHost with(TrackingLimits limits, DeviceVariant... variants) {
        return new DataQueueHost(builder -> builder.tracking(limits).variants(variants));
    }

    /// @param ranges MCMR, NMCMR and MCDQPC
    private static TrackingLimits limits(int queuesOfController, int queuesOfSubsystem, int... ranges) {
        return new TrackingLimits(
                0, 0, 0, 0, 2, queuesOfController, queuesOfSubsystem, ranges[0], ranges[1], ranges[2]);
    }

    @Test
    @Proves(device = {"queue-create.layout", "queue-create.identifier-unique", "encoding.data-queue"})
    void identifiersAreUniqueAndUsedAgain() {
        var first = host.ring(1, 4);
        var second = host.ring(2, 4);
        assertThat(second.id).isNotEqualTo(first.id);
        assertThat(first.delete().isSuccess()).isTrue();
        assertThat(host.ring(3, 4).id).isEqualTo(first.id);
    }

    @Test
    @Proves(device = {"queue-delete.unknown", "queue-delete.layout"})
    void deletionOfAnUnknownQueueIsRefused() {
        var ring = host.ring(4);
        assertThat(host.send(0x45, 1, ring.id + 1, 0, 0).status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(ring.delete().isSuccess()).isTrue();
        var again = ring.delete();
        assertThat(again.status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(again.status().doNotRetry()).isTrue();
    }

    @Test
    @Proves(device = {"queue-delete.ends-logging", "queue-delete.layout"})
    void deletionEndsLogging() {
        var ring = host.ring(8).started();
        ring.delete();
        host.write(0, 1);
        assertThat(ring.read()).containsExactly("82 0 0 0");
        assertThat(ring.start().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(host.ring(8).started().read()).containsExactly("82 0 0 0");
    }

    @ParameterizedTest
    @CsvSource({
        // CDW10, CDW11, dwords: reserved and vendor queue types, selects, sizes
        "0x00010000, 0x00010001, 32",
        "0x00BF0000, 0x00010001, 32",
        "0x00C00000, 0x00010001, 32",
        "0x00000002, 0x00010001, 32",
        "0x000000C0, 0x00010001, 32",
        "0x00000000, 0x00010001, 0",
        "0x00000000, 0x00010001, 1",
        "0x00000000, 0x00010001, 31",
        "0x00000000, 0x00010001, 0xFFFFFFFF",
        // larger than the ring
        "0x00000000, 0x00010001, 40",
        // a list in memory that has no addresses
        "0x00000000, 0x00010000, 32",
    })
    @Proves(device = {
        "queue-create.reserved-type",
        "queue-create.size-multiple",
        "queue-create.size-zero",
        "queue-create.not-host-memory",
        "discovery.reserved-select",
        "discovery.reserved-values"
    })
    void badFieldsAreRefused(String cdw10, String cdw11, String dwords) {
        var memory = host.transport.allocateRing(128);
        var answer = host.create(
                memory, Integer.decode(cdw10), Integer.decode(cdw11), Long.decode(dwords).intValue());
        assertThat(answer.status().is(INVALID_FIELD_IN_COMMAND)).as(answer.toString()).isTrue();
        assertThat(host.create(memory, 1, 32).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "queue-create.not-host-memory")
    void memoryThatIsMovedAndNotNamedIsNoRing() {
        assertThat(host.create(host.transport.allocate(4096), 1, 32).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.create(null, 1, 32).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = "discovery.no-namespace")
    void aNamespaceIsRefused() {
        var ring = host.ring(4);
        for (int[] command : new int[][] {{0x45, 0, 0x2_0001}, {0x45, 1, ring.id}, {0x3D, 0x1_0000, ring.id}}) {
            var entry = ManagementHost.entry(command[0], command[1], command[2], 32, 0, 0);
            new SubmissionEntryView().wrap(entry, 0).namespaceId(1);
            assertThat(host.management.start(entry).join().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        }
        assertThat(ring.start().isSuccess()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 0xFFFF})
    @Proves(device = "queue-create.unknown-controller")
    void aControllerThatCannotBeMigratedIsRefused(int controllerId) {
        var memory = host.transport.allocateRing(128);
        assertThat(host.create(memory, controllerId, 32).status().is(INVALID_CONTROLLER_IDENTIFIER)).isTrue();
        var other = new DataQueueHost(DeviceVariant.UNKNOWN_CONTROLLER_IS_INVALID_FIELD);
        assertThat(other.create(other.transport.allocateRing(128), controllerId, 32)
                .status()
                .is(INVALID_FIELD_IN_COMMAND))
                .isTrue();
    }

    @Test
    @Proves(device = "queue-create.one-per-controller")
    void aControllerHasOneQueue() {
        var ring = host.ring(4);
        var memory = host.transport.allocateRing(128);
        assertThat(host.create(memory, 1, 32).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        ring.delete();
        assertThat(host.create(memory, 1, 32).isSuccess()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 8", "8, 1"})
    @Proves(device = {"queue-create.limit-of-controller", "queue-create.limit-of-subsystem", "identify.queue-limits"})
    void oneQueueTooManyIsRefused(int ofController, int ofSubsystem) {
        var limits = limits(ofController, ofSubsystem, 0, 0, 0);
        var few = with(limits);
        few.ring(1, 4);
        var refused = few.create(few.transport.allocateRing(128), 2, 32).status();
        assertThat(refused.is(NOT_ENOUGH_RESOURCES)).isTrue();
        assertThat(refused.doNotRetry()).isFalse();
        var other = with(limits, DeviceVariant.QUEUE_LIMIT_IS_INVALID_FIELD);
        other.ring(1, 4);
        assertThat(other.create(other.transport.allocateRing(128), 2, 32).status().is(INVALID_FIELD_IN_COMMAND))
                .isTrue();
    }

    @Test
    void limitsThatAreNotReportedAreNone() {
        var many = with(limits(0, 0, 0, 0, 0), DeviceVariant.QUEUE_LIMITS_NOT_REPORTED);
        many.ring(1, 4);
        many.ring(2, 4);
        many.ring(3, 4);
    }

    @Test
    @Proves(device = "discovery.tracking-optional")
    void withoutUserDataTrackingThereIsNothingOfIt() {
        var none = with(TrackingLimits.NONE);
        assertThat(none.create(null, 1, 32).status().is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(none.send(0x45, 1, 0, 0, 0).status().is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(none.send(0x3D, 0x1_0000, 0, 0, 0).status().is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(none.send(0x09, 0x21, 0, 0, 0).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(none.send(0x0A, 0x21, 0, 0, 0).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        var memoryOnly = with(new TrackingLimits(8, 8, 0, 0, 1, 0, 0, 0, 0, 0));
        assertThat(memoryOnly.create(null, 1, 32).status().is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(memoryOnly.send(0x3D, 0x1_0000, 0, 0, 0).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = "discovery.migratable-refuses-commands")
    void aMigratableControllerHasNoDataQueues() {
        assertThat(host.guest.admin(0x45, e -> e.prp1(0x40_0000).cdw11(0x2_0001).cdw12(32)).is(INVALID_COMMAND_OPCODE))
                .isTrue();
        assertThat(host.guest.admin(0x3D, e -> e.cdw10(0x1_0000)).is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(host.guest.admin(0x09, e -> e.cdw10(0x21)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.guest.admin(0x0A, e -> e.cdw10(0x21)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    // The controlling controller's own queues, with rings in the memory of its host.

    private static TestHost hostOf(DataQueueHost of) {
        return new TestHost(of.subsystem.controllingController()).bringUp();
    }

    private static Consumer<SubmissionEntryView> create(long prp1, boolean contiguous, int slots) {
        return e -> e.prp1(prp1).cdw11(0x1_0000 | (contiguous ? 1 : 0)).cdw12(slots * 8);
    }

    @Test
    @Proves(device = {"queue-create.prp-offset", "queue-create.not-host-memory"})
    void aRingBeginsAtAPageOfTheHost() {
        var queues = hostOf(host);
        assertThat(queues.admin(0x45, create(0x30_0004, true, 4)).is(PRP_OFFSET_INVALID)).isTrue();
        assertThat(queues.admin(0x45, create(0x30_0800, true, 4)).is(PRP_OFFSET_INVALID)).isTrue();
        assertThat(queues.admin(0x45, create(LIST + 8, false, 4)).is(PRP_OFFSET_INVALID)).isTrue();
        queues.memory.setLong(LIST, 0x30_0008);
        assertThat(queues.admin(0x45, create(LIST, false, 4)).is(PRP_OFFSET_INVALID)).isTrue();
        list(queues, 513);
        queues.memory.setLong(LIST + 0xFF8, LIST + 0x2008);
        assertThat(queues.admin(0x45, create(LIST, false, 513 * 128)).is(PRP_OFFSET_INVALID)).isTrue();
        long end = queues.memory.byteSize();
        assertThat(queues.admin(0x45, create(end, true, 4)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(queues.admin(0x45, create(end - 4096, true, 256)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(queues.admin(0x45, create(end, false, 4)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        queues.memory.setLong(LIST, end);
        assertThat(queues.admin(0x45, create(LIST, false, 4)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(queues.admin(0x45, create(end - 4096, true, 128)).status().isSuccess()).isTrue();
    }

    /// Writes a list of pages in reverse order, chained over as many pages as it needs.
    private static long[] list(TestHost queues, int count) {
        var pages = new long[count];
        long list = LIST;
        for (int i = 0; i < count; i++) {
            pages[i] = 0x200_0000 + (count - i) * 0x1000L;
            if ((list & 0xFFF) == 0xFF8 && i < count - 1) {
                long next = (list & ~0xFFFL) + 0x2000;
                queues.memory.setLong(list, next);
                list = next;
            }
            queues.memory.setLong(list, pages[i]);
            list += 8;
        }
        return pages;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 511, 512, 513, 1023, 1024, 1100})
    @Proves(device = {"queue-create.list", "ring.wraps", "ring.phase", "ring.phase-last"})
    void aRingMayLieInPagesThatAListNames(int pageCount) {
        var queues = hostOf(host);
        var pages = list(queues, pageCount);
        int slots = pageCount * 128 - 5;
        int id = queues.admin(0x45, create(LIST, false, slots)).dword0();
        queues.admin(0x3D, e -> e.cdw10(0x1_0000).cdw11(id));
        var expected = new ArrayList<Integer>();
        var found = new ArrayList<Integer>();
        for (int i = 0; i < 3; i++) {
            host.write(i, 1);
            expected.add(i);
        }
        for (int slot = 1; slot < 4; slot++) {
            found.add(queues.memory.getInt(pages[0] + slot * 32 + 8));
        }
        assertThat(found).isEqualTo(expected);
        var data = host.subsystem.dataQueues();
        for (int slot = 4; slot < slots; slot++) {
            if (slot % Math.max(64, slots / 8) == 0 || slot == slots - 1) {
                int head = slot;
                queues.admin(0x09, e -> e.cdw10(0x21).cdw11(id).cdw12(head));
            }
            data.changed(host.controller, 1, slot, 1, false);
        }
        data.changed(host.controller, 1, 77, 1, false);
        for (int slot = 4; slot < slots; slot++) {
            long at = pages[slot / 128] + slot % 128 * 32;
            assertThat(queues.memory.getInt(at + 8)).isEqualTo(slot);
            assertThat(queues.memory.getInt(at + 28)).isEqualTo(0x0100_0000);
        }
        assertThat(queues.memory.getInt(pages[0] + 8)).isEqualTo(77);
        assertThat(queues.memory.getInt(pages[0] + 28)).isZero();
    }

    @Test
    @Proves(device = {"queue-create.ranges-of-queue", "identify.queue-memory-limits"})
    void moreRangesThanOneQueueMayTakeAreRefused() {
        var few = with(limits(8, 8, 2, 0, 0));
        var queues = hostOf(few);
        list(queues, 3);
        assertThat(queues.admin(0x45, create(LIST, false, 257)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(queues.admin(0x45, create(LIST, false, 256)).status().isSuccess()).isTrue();
        queues.admin(0x45, e -> e.cdw10(1));
        assertThat(queues.admin(0x45, create(0x30_0000, true, 257)).status().isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "queue-create.ranges-of-subsystem")
    void moreRangesThanAllQueuesMayTakeAreRefused() {
        var few = with(limits(8, 8, 0, 3, 0));
        var queues = hostOf(few);
        list(queues, 3);
        var other = few.ring(2, 4);
        assertThat(queues.admin(0x45, create(LIST, false, 257)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        other.delete();
        assertThat(queues.admin(0x45, create(LIST, false, 257)).status().isSuccess()).isTrue();
        assertThat(few.create(few.transport.allocateRing(128), 2, 32).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = "queue-create.list-too-long")
    void aListThatIsTooLongIsRefused() {
        var few = with(limits(8, 8, 0, 0, 2));
        var queues = hostOf(few);
        list(queues, 3);
        assertThat(queues.admin(0x45, create(LIST, false, 257)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(queues.admin(0x45, create(0x30_0000, true, 257)).status().isSuccess()).isTrue();
        queues.admin(0x45, e -> e.cdw10(1));
        assertThat(queues.admin(0x45, create(LIST, false, 256)).status().isSuccess()).isTrue();
    }

    @Test
    @Proves(device = {"queue-create.prp-offset", "queue-create.limit-of-controller"})
    void memoryIsCheckedBeforeTheNumberOfQueues() {
        var few = with(limits(1, 8, 0, 0, 0));
        var queues = hostOf(few);
        few.ring(2, 4);
        assertThat(queues.admin(0x45, create(0x30_0004, true, 4)).is(PRP_OFFSET_INVALID)).isTrue();
        assertThat(queues.admin(0x45, create(queues.memory.byteSize(), true, 4)).is(INVALID_FIELD_IN_COMMAND))
                .isTrue();
        assertThat(queues.admin(0x45, create(0x30_0000, true, 4)).is(NOT_ENOUGH_RESOURCES)).isTrue();
    }
}
