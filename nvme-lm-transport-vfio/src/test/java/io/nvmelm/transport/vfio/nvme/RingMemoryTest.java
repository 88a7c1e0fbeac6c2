package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.PAGE;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.failureOf;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.identifyController;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.IdentifyControllerCodec;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rings of a controller in user space: where they are, and how long they are kept. Identify stands for the commands that name a
/// ring: it writes one page to PRP1, whatever the driver thinks.
@Timeout(60)
class RingMemoryTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LATE = Duration.ofSeconds(2);

    private final NvmeTestBed bed = new NvmeTestBed();
    private final NvmeController controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(4));
    private final NvmeAdminTransport transport = controller.transport();
    private final int mappedAtFirst = bed.host.dmaMappings().size();

    @AfterEach
    void nothingIsLeft() {
        controller.close();
        bed.assertClean();
    }

    private CompletableFuture<Completion> name(TransferMemory ring, Duration timeout) {
        return transport.submit(identifyController(), ring, 0, timeout);
    }

    private int rings() {
        return bed.host.dmaMappings().size() - mappedAtFirst;
    }

    private void pass(Duration time) {
        bed.host.clock().advance(time);
        controller.poll();
    }

    /// Has the command that names a ring time out, and complete after that.
    private TransferMemory ringOfALateCommand() {
        bed.subsystem.faults().on(AdminOpcode.ABORT).nth(1).timesOut();
        var ring = transport.allocateRing(PAGE);
        assertThat(failureOf(name(ring, SHORT))).isInstanceOf(CommandTimeoutException.class);
        assertThat(ring.isQuarantined()).isTrue();
        return ring;
    }

    @Test
    void theFirstAddressOfTheRingIsThePointer() {
        try (var other = transport.allocate(3 * PAGE);
                var ring = transport.allocateRing(3 * PAGE)) {
            assertThat(name(ring, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
            assertThat(IdentifyControllerCodec.decode(ring.segment().asSlice(0, PAGE)).subsystemNqn()).isNotBlank();
            assertThat(ring.segment().asSlice(PAGE).mismatch(other.segment().asSlice(PAGE))).isEqualTo(-1);
            assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
        assertThat(rings()).isZero();
    }

    /// Without data, the controller has no address: a memory of size 0 is no ring.
    @Test
    void ordinaryMemoryOfWhichNothingIsMovedIsNotNamed() {
        var faulty = new NvmeTestBed();
        try (var other = faulty.open();
                var memory = other.transport().allocate(PAGE)) {
            assertThat(other.transport()
                    .submit(identifyController(), memory, 0, NvmeTestBed.PATIENCE)
                    .join()
                    .isSuccess())
                    .isFalse();
            assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
        assertThat(faulty.host.dmaFaults()).singleElement().asString().contains(" 0x0+0x1000 ");
    }

    @Test
    void aRingIsRefusedByReadsAndWrites() {
        var namespace = controller.namespace(1);
        try (var queue = controller.createIoQueuePair(4);
                var ring = transport.allocateRing(PAGE)) {
            assertThatThrownBy(() -> queue.read(namespace, 0, 1, ring))
                    .isInstanceOfSatisfying(InvalidValueException.class, refusal -> assertThat(refusal.bound())
                            .contains("ring"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1L << 34) + 1, Long.MAX_VALUE})
    void aRingHasOneByteTo16GiB(long byteSize) {
        assertThatThrownBy(() -> transport.allocateRing(byteSize))
                .isInstanceOfSatisfying(InvalidValueException.class, refusal -> assertThat(refusal.bound())
                        .isEqualTo("1 to 17179869184"));
    }

    /// A Controller Data Queue begins at a page of the controller, which may be larger than one of the host (CC.MPS).
    @Test
    void aRingBeginsAtAPageOfTheController() {
        var another = new NvmeTestBed();
        try (var device = another.device()) {
            var pool = new TransferPool(device, 4 * PAGE, 1 << 20);
            for (int i = 0; i < 8; i++) {
                var ring = pool.allocateRing(PAGE + 1);
                assertThat(ring.deviceAddress() % (4 * PAGE)).isZero();
                assertThat(ring.segment().byteSize()).isEqualTo(PAGE + 1);
                assertThat(pool.allocate(i + 1).segment().byteSize()).isEqualTo(i + 1);
            }
        }
        another.assertClean();
    }

    @Test
    void aRingThatTheHostHasNoMemoryForIsATypedRefusal() {
        bed.host.failNext(call -> call.name().equals("mmap"), 12);
        assertThatThrownBy(() -> transport.allocateRing(1L << 34)).isInstanceOf(TransportException.class);
        assertThat(rings()).isZero();
        assertWorks(controller);
    }

    @Test
    void aRingIsGivenBackByItsOwnerAndByTheEndOfTheController() {
        var closed = transport.allocateRing(PAGE);
        var kept = transport.allocateRing(PAGE);
        assertThat(name(closed, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        assertThat(name(kept, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        assertThat(closed.isQuarantined()).isFalse();
        closed.close();
        assertThat(rings()).isEqualTo(1);
        controller.close();
        assertThat(bed.host.dmaMappings()).isEmpty();
        kept.close();
    }

    @Test
    void aRingStaysAfterAResetAndCanBeNamedAgain() {
        try (var ring = transport.allocateRing(PAGE)) {
            assertThat(name(ring, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
            controller.reset();
            assertThat(rings()).isEqualTo(1);
            assertThat(ring.isQuarantined()).isFalse();
            ring.segment().fill((byte) 0);
            assertThat(name(ring, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
            assertThat(IdentifyControllerCodec.decode(ring.segment()).subsystemNqn()).isNotBlank();
        }
    }

    /// Nobody learns that the controller has the ring, so nobody has it forget the ring.
    @Test
    void aRingThatWasNamedTooLateIsKeptUntilTheControllerIsReset() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(LATE);
        var ring = ringOfALateCommand();
        ring.close();
        pass(LATE);
        assertThat(ring.isQuarantined()).isTrue();
        assertThat(rings()).isEqualTo(1);
        controller.reset();
        assertThat(ring.isQuarantined()).isFalse();
        assertThat(rings()).isZero();
    }

    @Test
    void aRingThatWasNamedTooLateAndIsStillOpenIsUsableAfterAReset() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(LATE);
        try (var ring = ringOfALateCommand()) {
            pass(LATE);
            assertThatThrownBy(() -> name(ring, SHORT)).isInstanceOf(InvalidValueException.class);
            controller.reset();
            assertThat(name(ring, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        }
        assertThat(rings()).isZero();
    }

    @Test
    void aRingWhoseLateCommandFailedIsFreeAgain() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(LATE);
        var ring = transport.allocateRing(PAGE);
        assertThat(failureOf(name(ring, SHORT))).isInstanceOf(CommandTimeoutException.class);
        ring.close();
        // the command is aborted
        controller.poll();
        controller.poll();
        assertThat(ring.isQuarantined()).isFalse();
        assertThat(rings()).isZero();
    }

    @Test
    void aRingThatWasClosedBeforeItWasNamedIsKeptUntilTheControllerIsReset() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(LATE);
        var ring = transport.allocateRing(PAGE);
        var naming = name(ring, NvmeTestBed.PATIENCE);
        ring.close();
        assertThat(naming.join().isSuccess()).isTrue();
        assertThat(rings()).isEqualTo(1);
        assertThat(ring.isQuarantined()).isTrue();
        controller.reset();
        assertThat(rings()).isZero();
    }

    @Test
    void aRingThatWasClosedBeforeItWasRefusedIsFreed() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).failsWith(StatusCode.INVALID_FIELD_IN_COMMAND);
        var ring = transport.allocateRing(PAGE);
        var naming = name(ring, NvmeTestBed.PATIENCE);
        ring.close();
        assertThat(naming.join().isSuccess()).isFalse();
        assertThat(rings()).isZero();
    }

    @Test
    void keptRingsEndWithTheController() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(LATE);
        var ring = ringOfALateCommand();
        pass(LATE);
        controller.close();
        assertThat(ring.isQuarantined()).isFalse();
        ring.close();
    }
}
