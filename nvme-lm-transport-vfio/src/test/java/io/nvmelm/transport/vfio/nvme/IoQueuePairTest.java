package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Blocks through I/O queues, compared byte by byte.
@Timeout(60)
class IoQueuePairTest {
    private final NvmeTestBed bed = new NvmeTestBed(builder -> builder.maximumQueuePairs(3), function -> {});
    private final NvmeController controller = bed.open(NvmeControllerOptions.defaults().withInterruptVectors(3));
    private final NvmeNamespace namespace = controller.namespace(1);

    @AfterEach
    void nothingIsLeft() {
        controller.close();
        bed.assertClean();
    }

    private TransferMemory random(long byteSize, long seed) {
        var memory = controller.transport().allocate(byteSize);
        var random = new SplittableRandom(seed);
        for (long at = 0; at < byteSize; at += 8) {
            memory.segment().set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        return memory;
    }

    private void assertSuccess(CompletableFuture<Completion> future) {
        assertThat(future.join().status().toString()).startsWith("0/00h");
    }

    @Test
    void aNamespaceIsDescribed() {
        assertThat(namespace).isEqualTo(new NvmeNamespace(1, 1 << 21, 512));
        assertThatThrownBy(() -> controller.namespace(9)).isInstanceOf(LiveMigrationException.class);
    }

    @Test
    void whatWasWrittenIsRead() {
        try (var queues = controller.createIoQueuePair(16)) {
            for (int blocks : new int[] {1, 7, 8, 9, 16, 17, 24, 1024}) {
                try (var written = random(blocks * 512L, blocks);
                        var read = controller.transport().allocate(blocks * 512L)) {
                    assertSuccess(queues.write(namespace, 5, blocks, written));
                    assertSuccess(queues.flush(namespace));
                    assertSuccess(queues.read(namespace, 5, blocks, read));
                    assertThat(read.segment().mismatch(written.segment())).as("%d blocks", blocks).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void manyCommandsAreUnderWayAndTheQueueWraps() {
        try (var queues = controller.createIoQueuePair(5)) {
            assertThat(queues.maximumCommandsInFlight()).isEqualTo(4);
            int count = 40;
            var memories = new ArrayList<TransferMemory>();
            var futures = new ArrayList<CompletableFuture<Completion>>();
            for (int i = 0; i < count; i++) {
                memories.add(random(4096, i));
                futures.add(queues.write(namespace, i * 8L, 8, memories.get(i)));
            }
            futures.forEach(this::assertSuccess);
            for (int i = count - 1; i >= 0; i--) {
                try (var read = controller.transport().allocate(4096)) {
                    assertSuccess(queues.read(namespace, i * 8L, 8, read));
                    assertThat(read.segment().mismatch(memories.get(i).segment())).isEqualTo(-1);
                }
            }
            memories.forEach(TransferMemory::close);
        }
    }

    @Test
    void anErrorOfTheControllerIsACompletion() {
        try (var queues = controller.createIoQueuePair(4);
                var memory = controller.transport().allocate(512)) {
            var completion = queues.read(namespace, 1L << 33, 1, memory).join();
            assertThat(completion.status().is(StatusCode.LBA_OUT_OF_RANGE)).isTrue();
        }
    }

    @Test
    void interruptsAreCounted() {
        try (var queues = controller.createIoQueuePair(4, 2);
                var memory = controller.transport().allocate(512)) {
            assertThat(queues.interrupt()).isPresent();
            var future = queues.read(namespace, 0, 1, memory);
            bed.host.clock().advance(java.time.Duration.ofMillis(1));
            assertThat(queues.interrupt().orElseThrow().takePending()).isEqualTo(1);
            assertSuccess(future);
            assertThatThrownBy(() -> controller.createIoQueuePair(4, 3)).isInstanceOf(InvalidValueException.class);
        }
        try (var polled = controller.createIoQueuePair(4)) {
            assertThat(polled.interrupt()).isEmpty();
        }
    }

    @Test
    void identifiersAreUsedAgainAndTheirNumberIsLimited() {
        var all = new ArrayList<IoQueuePair>();
        for (int id = 1; id <= 3; id++) {
            all.add(controller.createIoQueuePair(2));
            assertThat(all.getLast().id()).isEqualTo(id);
        }
        assertThatThrownBy(() -> controller.createIoQueuePair(2)).isInstanceOfSatisfying(
                TransportException.class, e -> assertThat(e.category()).isEqualTo(FailureCategory.RETRY));
        all.get(1).close();
        all.get(1).close();
        assertThat(controller.createIoQueuePair(2).id()).isEqualTo(2);
    }

    @Test
    void argumentsOutOfBoundsAreRefused() {
        try (var queues = controller.createIoQueuePair(4);
                var memory = controller.transport().allocate(1024)) {
            for (int blocks : List.of(0, -1, 3, 1025, Integer.MAX_VALUE)) {
                assertThatThrownBy(() -> queues.read(namespace, 0, blocks, memory)).as("%d blocks", blocks)
                        .isInstanceOf(InvalidValueException.class);
            }
            assertSuccess(queues.read(namespace, 0, 2, memory));
        }
        for (int entries : new int[] {1, 0, -1, 1025}) {
            assertThatThrownBy(() -> controller.createIoQueuePair(entries)).isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void aQueueThatTheControllerRefusesLeavesNothing() {
        int mapped = bed.host.dmaMappings().size();
        for (var opcode : List.of(AdminOpcode.CREATE_IO_COMPLETION_QUEUE, AdminOpcode.CREATE_IO_SUBMISSION_QUEUE)) {
            bed.subsystem.faults().on(opcode).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
            assertThatThrownBy(() -> controller.createIoQueuePair(4)).isInstanceOf(CommandFailedException.class);
            assertThat(bed.host.dmaMappings()).hasSize(mapped);
        }
        try (var queues = controller.createIoQueuePair(4)) {
            assertThat(queues.id()).isEqualTo(1);
        }
        assertThat(bed.host.dmaMappings()).hasSize(mapped);
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        var queues = controller.createIoQueuePair(4);
        var memory = controller.transport().allocate(512);
        var future = queues.read(namespace, 0, 1, memory);
        queues.close();
        assertThat(failureOf(future)).isInstanceOf(TransportException.class);
        assertThat(memory.isQuarantined()).isFalse();
        memory.close();
        assertThat(failureOf(queues.flush(namespace))).isInstanceOf(TransportException.class);
        assertWorks(controller);
    }

    @Test
    void aResetEndsTheQueuesForGood() {
        int mapped = bed.host.dmaMappings().size();
        var before = controller.createIoQueuePair(4);
        controller.reset();
        assertThat(bed.host.dmaMappings()).hasSize(mapped);
        assertThat(failureOf(before.flush(namespace))).isInstanceOf(TransportException.class);
        try (var after = controller.createIoQueuePair(4)) {
            assertThat(after.id()).isEqualTo(1);
            before.close();
            assertSuccess(after.flush(namespace));
        }
    }
}
