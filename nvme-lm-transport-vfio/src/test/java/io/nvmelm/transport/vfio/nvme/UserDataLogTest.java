package io.nvmelm.transport.vfio.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLog;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.TestDevices;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.fake.FakeNvme;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a guest changes is logged by the controlling controller into ring memory of user-space NVMe. Controlling and migratable
/// controller are two functions of one host; the guest writes through real queues, and so does the one who watches it.
@Timeout(120)
class UserDataLogTest {
    private static final PciAddress GUEST = PciAddress.parse("0000:04:00.1");
    private static final int GUEST_ID = 1;
    private static final int RING_BYTES = 4096;
    private static final int ENTRY_BYTES = 32;
    private static final int SLOTS = 16;

    private final NvmeTestBed bed = new NvmeTestBed();
    private final FakeNvme.OnVfio plugged =
            FakeNvme.secondaryOnVfio(bed.host, GUEST.kernelName(), bed.subsystem, GUEST_ID);
    private final NvmeController controlling = bed.open();
    private final NvmeController guest = NvmeController.open(
            TestDevices.open(bed.host.host(), GUEST, VfioOptions.defaults()),
            NvmeControllerOptions.defaults().withClosesDevice(true),
            bed.host.clock());
    private final NvmeNamespace namespace = guest.namespace(1);
    private final IoQueuePair queue = guest.createIoQueuePair(8);
    private final TransferMemory data = guest.transport().allocate(8L * namespace.blockBytes());

    @AfterEach
    void nothingIsLeft() {
        guest.close();
        controlling.close();
        bed.assertClean();
        assertThat(plugged.function().violations()).isEmpty();
    }

    private void write(long firstBlock, int blocks) {
        assertThat(queue.write(namespace, firstBlock, blocks, data).join().isSuccess()).isTrue();
    }

    private Completion run(AdminCommand command, TransferMemory ring) {
        var entry = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
        AdminCommandCodec.encode(command, entry);
        var completion = controlling.transport().submit(entry, ring, 0, NvmeTestBed.PATIENCE).join();
        assertThat(completion.isSuccess()).as("%s: %s", command, completion.status()).isTrue();
        return completion;
    }

    private MigratableController migratable() {
        return ControllingController.open(controlling.transport(), TransferOptions.defaults()).migratable(GUEST_ID);
    }

    /// {@return modified blocks as first block and count}
    private static List<List<Long>> modified(UserDataChanges changes) {
        var ranges = new ArrayList<List<Long>>();
        changes.forEachRange((namespaceId, first, count, deallocated) -> {
            assertThat(namespaceId).isEqualTo(1);
            assertThat(deallocated).isFalse();
            ranges.add(List.of(first, count));
        });
        return ranges;
    }

    /// Bytes as NVM Command Set 1.2 fig. 177 has them; the trigger is on slot 1.
    @Test
    void whatTheGuestWritesAppearsInTheRingAndRaisesTheEvent() {
        var events = new CopyOnWriteArrayList<AsynchronousEvent>();
        try (var _ = controlling.transport().listenForEvents(events::add);
                var ring = controlling.transport().allocateRing(RING_BYTES)) {
            int queueId = run(new CreateControllerDataQueueCommand(GUEST_ID, true, RING_BYTES / 4), ring).dword0();
            run(new SetQueueHeadCommand(queueId, 0, OptionalLong.of(1)), null);
            run(new LogUserDataChangesCommand(queueId, true), null);
            write(0x1234, 8);
            write(0x99, 1);
            controlling.poll();
            assertThat(entryOf(ring.segment(), 0x1234)).isEqualTo(List.of(1, 7));
            assertThat(entryOf(ring.segment(), 0x99)).isEqualTo(List.of(1, 0));
            assertThat(events).containsExactly(new AsynchronousEvent(4, 0, 0, queueId));
            assertThat(events.getFirst().isOfQueue(queueId)).isTrue();
            run(new DeleteControllerDataQueueCommand(queueId), null);
            assertThat(queueId).isLessThan(0x1_0000);
        }
    }

    /// {@return NSID and NLB of the posted entry that has the block}
    private static List<Integer> entryOf(MemorySegment ring, long firstBlock) {
        for (long offset = 0; (ring.get(ValueLayout.JAVA_BYTE, offset + 31) & 1) != 0; offset += ENTRY_BYTES) {
            if (ring.get(ValueLayout.JAVA_LONG, offset + 8) == firstBlock) {
                return List.of(ring.get(ValueLayout.JAVA_INT, offset), ring.get(ValueLayout.JAVA_INT, offset + 4));
            }
        }
        return List.of();
    }

    @Test
    void theLogFollowsAGuestThroughManyRoundsOfTheRing() {
        var migratable = migratable();
        var log = migratable.userDataLog(UserDataLogOptions.defaults().withSlots(SLOTS));
        log.start(migratable.attachedNamespaces());
        assertThat(log.take().isEverything()).isTrue();
        for (int round = 0; round < 3 * SLOTS; round++) {
            write(round * 100L, 8);
            write(round * 100L + 4, 8);
            write(round * 100L + 50, 1);
            var changes = log.take();
            assertThat(changes.state()).isEqualTo(UserDataLogState.LOGGING);
            assertThat(modified(changes))
                    .as("round %d", round)
                    .containsExactly(List.of(round * 100L, 12L), List.of(round * 100L + 50, 1L));
        }
        write(7, 2);
        migratable.suspend();
        var last = log.takeAfterSuspension(Duration.ofSeconds(5));
        assertThat(last.state()).isEqualTo(UserDataLogState.SUSPENDED);
        assertThat(modified(last)).containsExactly(List.of(7L, 2L));
        migratable.resume();
        log.close();
    }

    @Test
    void theLogIsToldByEvents() {
        var migratable = migratable();
        var log = started(migratable);
        var told = new AtomicInteger();
        for (int round = 1; round <= 4; round++) {
            assertThat(log.notifyWhenPosted(6, told::incrementAndGet)).isTrue();
            for (int i = 0; i < 4; i++) {
                write(round * 1000L + 10L * i, 1);
            }
            controlling.poll();
            assertThat(told).hasValue(round - 1);
            for (int i = 4; i < 7; i++) {
                write(round * 1000L + 10L * i, 1);
            }
            controlling.poll();
            assertThat(told).hasValue(round);
            assertThat(log.take().modifiedBlocks()).isEqualTo(7);
        }
        log.close();
    }

    private UserDataLog started(MigratableController migratable) {
        var log = migratable.userDataLog(UserDataLogOptions.defaults().withSlots(SLOTS));
        log.start(migratable.attachedNamespaces());
        assertThat(log.take().isEverything()).isTrue();
        return log;
    }

    @Test
    void aRingThatRanFullIsToldAndFollowedAgain() {
        var log = started(migratable());
        for (int i = 0; i < 2 * SLOTS; i++) {
            write(10L * i, 1);
        }
        assertThat(log.take().state()).isEqualTo(UserDataLogState.LOST);
        log.start(migratable().attachedNamespaces());
        assertThat(log.take().isEverything()).isTrue();
        write(5, 1);
        assertThat(modified(log.take())).containsExactly(List.of(5L, 1L));
        log.close();
    }

    /// The controlling controller forgets queue and log, which the host finds out at the suspension at the latest.
    @Test
    void aResetOfTheControllingControllerIsALoss() {
        var migratable = migratable();
        var log = started(migratable);
        write(10, 1);
        controlling.reset();
        write(20, 1);
        migratable.suspend();
        var last = log.takeAfterSuspension(Duration.ofSeconds(5));
        assertThat(last.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(last.isEverything()).isTrue();
        migratable.resume();
        log.start(migratable.attachedNamespaces());
        assertThat(log.take().isEverything()).isTrue();
        write(30, 1);
        assertThat(modified(log.take())).containsExactly(List.of(30L, 1L));
        log.close();
    }

    @Test
    void closingTheLogGivesItsRingBack() {
        var log = started(migratable());
        write(1, 1);
        int before = bed.host.dmaMappings().size();
        log.close();
        assertThat(bed.host.dmaMappings()).hasSize(before - 1);
        write(2, 1);
    }
}
