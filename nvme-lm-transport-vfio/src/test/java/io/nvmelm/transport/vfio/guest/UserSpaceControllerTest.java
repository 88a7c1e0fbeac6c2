package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.IoQueuePair;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import io.nvmelm.transport.vfio.nvme.NvmeNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A stock controller that this process drives: data that comes back as it was written, many commands at a time, commands that
/// never end, resets under load.
@Tag("guest")
@Timeout(180)
class UserSpaceControllerTest {
    private static final int ASYNCHRONOUS_EVENT_REQUEST = 0x0C;
    private static final long SEED = 20_261_120;
    private static final int BLOCKS = 16;
    private static final int TRANSFERS = 24;

    private final PciAddress address = PciAddress.parse(GuestEnvironment.read().spareController());

    private NvmeController open(NvmeControllerOptions options) {
        return NvmeController.open(address, VfioOptions.defaults(), options);
    }

    @ParameterizedTest(name = "{0} interrupt vectors")
    @ValueSource(ints = {0, 2})
    void dataComesBackAsItWasWritten(int vectors) {
        try (var controller = open(NvmeControllerOptions.defaults().withInterruptVectors(vectors))) {
            var namespace = controller.namespace(1);
            try (var queue = vectors == 0 ? controller.createIoQueuePair(16) : controller.createIoQueuePair(16, 1)) {
                assertThat(namespace.blocks()).isPositive();
                writeAndReadBack(controller, queue, namespace, SEED + vectors);
            }
        }
    }

    @Test
    void manyQueuesWorkSideBySide() {
        try (var controller = open(NvmeControllerOptions.defaults())) {
            var namespace = controller.namespace(1);
            var queues = new ArrayList<IoQueuePair>();
            for (int i = 0; i < 4; i++) {
                queues.add(controller.createIoQueuePair(8));
            }
            for (int i = 0; i < queues.size(); i++) {
                writeAndReadBack(controller, queues.get(i), namespace, SEED + 100 + i);
            }
            queues.forEach(IoQueuePair::close);
        }
    }

    /// Writes seeded data to seeded places, several commands at a time, and reads it back.
    private static void writeAndReadBack(
            NvmeController controller, IoQueuePair queue, NvmeNamespace namespace, long seed) {
        var memories = new ArrayList<TransferMemory>();
        try {
            int byteSize = BLOCKS * namespace.blockBytes();
            for (boolean write : new boolean[] {true, false}) {
                var random = new SplittableRandom(seed);
                var futures = new ArrayList<CompletableFuture<Completion>>();
                var expected = new ArrayList<byte[]>();
                var used = new ArrayList<TransferMemory>();
                for (int i = 0; i < TRANSFERS; i++) {
                    var data = new byte[byteSize];
                    random.nextBytes(data);
                    var memory = controller.transport().allocate(byteSize);
                    memories.add(memory);
                    used.add(memory);
                    expected.add(data);
                    if (write) {
                        memory.segment().asByteBuffer().put(data);
                        futures.add(queue.write(namespace, (long) i * BLOCKS, BLOCKS, memory));
                    } else {
                        futures.add(queue.read(namespace, (long) i * BLOCKS, BLOCKS, memory));
                    }
                }
                for (int i = 0; i < TRANSFERS; i++) {
                    assertThat(futures.get(i).join().isSuccess()).as("transfer %d, seed %d", i, seed).isTrue();
                    if (!write) {
                        assertThat(used.get(i).segment().asSlice(0, byteSize).toArray(ValueLayout.JAVA_BYTE))
                                .as("blocks of transfer %d, seed %d", i, seed)
                                .isEqualTo(expected.get(i));
                    }
                }
            }
            assertThat(queue.flush(namespace).join().isSuccess()).isTrue();
        } finally {
            memories.forEach(TransferMemory::close);
        }
    }

    /// A request for an event that does not come is a command that hangs.
    @Test
    void aCommandThatHangsTimesOutAndIsAborted() {
        try (var controller = open(NvmeControllerOptions.defaults());
                var arena = Arena.ofConfined()) {
            var entry = arena.allocate(SubmissionEntryView.BYTES, 8);
            new SubmissionEntryView().wrap(entry, 0).opcode(ASYNCHRONOUS_EVENT_REQUEST);
            for (int i = 0; i < 3; i++) {
                var hanging = controller.transport().submit(entry, null, 0, Duration.ofMillis(50));
                assertThatThrownBy(hanging::join).hasRootCauseInstanceOf(CommandTimeoutException.class);
                assertThat(ControllingController.open(controller.transport()).identity().serialNumber()).isNotBlank();
            }
        }
    }

    @Test
    void anEventIsToldUntilNobodyListens() {
        try (var controller = open(NvmeControllerOptions.defaults())) {
            var seen = new CopyOnWriteArrayList<AsynchronousEvent>();
            var subscription = controller.transport().listenForEvents(seen::add);
            for (int i = 1; i <= 3; i++) {
                TemperatureEvent.provoke(controller.transport());
                while (seen.size() < i) {
                    assertThat(ControllingController.open(controller.transport()).identity().serialNumber())
                            .isNotBlank();
                }
                assertThat(seen).hasSize(i).containsOnly(TemperatureEvent.EVENT);
                controller.reset();
            }
            subscription.close();
            TemperatureEvent.provoke(controller.transport());
            TemperatureEvent.provoke(controller.transport());
            assertThat(seen).hasSize(3);
        }
    }

    /// Identify stands for a command that names a ring: it writes one page to PRP1.
    @ParameterizedTest
    @ValueSource(longs = {1, 4096, 4097, 32 << 20})
    void aRingIsMappedForTheControllerAndGivenBack(long byteSize) {
        try (var controller = open(NvmeControllerOptions.defaults());
                var arena = Arena.ofConfined()) {
            var identify = arena.allocate(SubmissionEntryView.BYTES, 8);
            AdminCommandCodec.encode(IdentifyCommand.of(IdentifyCommand.CONTROLLER), identify);
            for (int i = 0; i < 8; i++) {
                try (var ring = controller.transport().allocateRing(byteSize)) {
                    var bytes = ring.segment();
                    assertThat(bytes.byteSize()).isEqualTo(byteSize);
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isZero();
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, byteSize - 1)).isZero();
                    var completion = controller.transport().submit(identify, ring, 0, Duration.ofMinutes(1)).join();
                    assertThat(completion.isSuccess()).isTrue();
                    // the PCI vendor identifier of the controller
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isNotZero();
                    bytes.fill((byte) 0x5A);
                }
            }
        }
    }

    @Test
    void aResetUnderLoadFailsWhatIsUnderWayAndTheControllerWorksAfterwards() {
        try (var controller = open(NvmeControllerOptions.defaults())) {
            var namespace = controller.namespace(1);
            for (int round = 0; round < 3; round++) {
                var queue = controller.createIoQueuePair(32);
                var memories = new ArrayList<TransferMemory>();
                var futures = new ArrayList<CompletableFuture<Completion>>();
                for (int i = 0; i < 16; i++) {
                    var memory = controller.transport().allocate(namespace.blockBytes());
                    memories.add(memory);
                    futures.add(queue.read(namespace, i, 1, memory));
                }
                controller.reset();
                for (var future : futures) {
                    assertEndedWell(future);
                }
                memories.forEach(TransferMemory::close);
                queue.close();
                assertThat(ControllingController.open(controller.transport()).identity().serialNumber()).isNotBlank();
            }
            try (var queue = controller.createIoQueuePair(8)) {
                writeAndReadBack(controller, queue, namespace, SEED + 7);
            }
        }
    }

    @Test
    void closingUnderLoadFailsWhatIsUnderWay() {
        List<CompletableFuture<Completion>> futures = new ArrayList<>();
        try (var controller = open(NvmeControllerOptions.defaults())) {
            var namespace = controller.namespace(1);
            var queue = controller.createIoQueuePair(32);
            for (int i = 0; i < 16; i++) {
                futures.add(queue.read(
                        namespace, i, 1, controller.transport().allocate(namespace.blockBytes())));
            }
        }
        futures.forEach(UserSpaceControllerTest::assertEndedWell);
    }

    private static void assertEndedWell(CompletableFuture<Completion> future) {
        try {
            assertThat(future.join().isSuccess()).isTrue();
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(LiveMigrationException.class);
        }
    }
}
