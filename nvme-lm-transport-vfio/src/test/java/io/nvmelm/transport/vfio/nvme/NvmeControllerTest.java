package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.PAGE;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.failureOf;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.identifyController;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.IdentifyControllerCodec;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.transport.vfio.VfioDevice;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A controller that is opened, used and closed.
@Timeout(60)
class NvmeControllerTest {
    private final NvmeTestBed bed = new NvmeTestBed();

    /// What a program does.
    @Test
    void identifyAControllerInUserSpace() {
        try (VfioDevice device = bed.device();
                var controller = NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock());
                var memory = controller.transport().allocate(PAGE)) {
            var completion = controller
                    .transport()
                    .submit(identifyController(), memory, PAGE, Duration.ofSeconds(5))
                    .join();
            assertThat(completion.isSuccess()).isTrue();
            assertThat(IdentifyControllerCodec.decode(memory.segment()).modelNumber())
                    .isEqualTo("In-memory NVM subsystem");
            assertThat(controller.version()).isEqualTo("2.3.0");
            assertThat(controller.name()).isEqualTo(NvmeTestBed.BDF);
        }
        bed.assertClean();
    }

    @Test
    void theTransferLimitIsThatOfTheControllerAndOfTheOptions() {
        try (var controller = bed.open()) {
            // MDTS 7: 128 pages
            assertThat(controller.transport().limits().maximumTransferBytes()).isEqualTo(512 << 10);
        }
        try (var controller = bed.open(NvmeControllerOptions.defaults().withMaximumTransferBytes(8192))) {
            assertThat(controller.transport().limits().maximumTransferBytes()).isEqualTo(8192);
        }
        var unlimited = new NvmeTestBed(builder -> builder.mdts(0), function -> {});
        try (var controller = unlimited.open()) {
            assertThat(controller.transport().limits().maximumTransferBytes()).isEqualTo(1 << 20);
            assertThat(controller.transport().limits().ringMemoryUnavailable()).isEmpty();
        }
    }

    @Test
    void optionsOutOfBoundsAreRefused() {
        var options = NvmeControllerOptions.defaults();
        assertThatThrownBy(() -> options.withCommandsInFlight(0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withCommandsInFlight(1025)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withInterruptVectors(-1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withMaximumTransferBytes(4097)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withMaximumTransferBytes(0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withCommandTimeout(Duration.ZERO)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void queuesWrapManyTimes() {
        try (var controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(3))) {
            for (int i = 0; i < 2000; i++) {
                assertWorks(controller);
            }
        }
        bed.assertClean();
    }

    @Test
    void oneCommandInFlightIsEnough() {
        try (var controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(1))) {
            var first = submit(controller);
            var second = submit(controller);
            assertThat(first).isDone();
            assertThat(second.join().isSuccess()).isTrue();
        }
        bed.assertClean();
    }

    @Test
    void aStageIsWaitedForByPollingToo() {
        try (var controller = bed.open()) {
            boolean success = submit(controller)
                    .thenCompose(first -> submit(controller))
                    .thenApply(Completion::isSuccess)
                    .join();
            assertThat(success).isTrue();
        }
    }

    @Test
    void aCommandThatNobodyWaitsForCompletesByPolling() {
        try (var controller = bed.open()) {
            var future = submit(controller);
            assertThat(future).isNotDone();
            assertThat(controller.poll()).isEqualTo(1);
            assertThat(future).isDone();
            assertThat(controller.poll()).isZero();
        }
    }

    @Test
    void waitingForATimeEndsInTime() throws Exception {
        bed.hangNext(AdminOpcode.GET_FEATURES);
        try (var controller = bed.open()) {
            var future = submit(controller);
            assertThatThrownBy(() -> future.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(future).isNotDone();
            var stage = future.thenApply(completion -> completion);
            assertThatThrownBy(() -> stage.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        }
        bed.assertClean();
    }

    @Test
    void anInterruptedWaitEndsAndTheCommandGoesOn() throws Exception {
        try (var controller = bed.open()) {
            var future = submit(controller);
            Thread.currentThread().interrupt();
            assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThat(future.join().isSuccess()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void doorbellsMayBeFartherApart() {
        var apart = new NvmeTestBed(builder -> {}, function -> function.doorbellStride(3));
        try (var controller = apart.open()) {
            assertWorks(controller);
        }
        apart.assertClean();
    }

    @Test
    void aBorrowedDeviceStaysOpenAndCanBeDrivenAgain() {
        try (VfioDevice device = bed.device()) {
            for (int round = 0; round < 3; round++) {
                var options = NvmeControllerOptions.defaults().withInterruptVectors(round);
                try (var controller = NvmeController.open(device, options, bed.host.clock())) {
                    assertWorks(controller);
                }
            }
            assertThat(bed.host.dmaMappings()).isEmpty();
        }
        bed.assertClean();
    }

    @Test
    void aDeviceClosedUnderTheControllerIsATypedFailure() {
        VfioDevice device = bed.device();
        var controller = NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock());
        var memory = controller.transport().allocate(PAGE);
        var underWay = controller.transport().submit(identifyController(), memory, PAGE, NvmeTestBed.PATIENCE);
        device.close();
        assertThat(failureOf(underWay)).isInstanceOfSatisfying(TransportException.class, failure -> {
            assertThat(failure.category()).isEqualTo(FailureCategory.FATAL);
            assertThat(failure.device()).isEqualTo(NvmeTestBed.BDF);
        });
        assertThat(failureOf(submit(controller))).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> controller.transport().allocate(PAGE)).isInstanceOf(TransportException.class);
        assertThatThrownBy(controller::reset).isInstanceOf(TransportException.class);
        memory.close();
        controller.close();
        bed.host.assertNothingLeft();
    }

    @Test
    void aCommandAfterTheCloseIsToldOfIt() {
        var controller = bed.open();
        var namespace = controller.namespace(1);
        var queues = controller.createIoQueuePair(2);
        var memory = controller.transport().allocate(PAGE);
        controller.close();
        for (int i = 0; i < 2; i++) {
            var admin = controller.transport().submit(identifyController(), memory, PAGE, NvmeTestBed.PATIENCE);
            assertThat(failureOf(admin))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("the controller was closed");
            assertThat(failureOf(queues.read(namespace, 0, 1, memory))).isInstanceOf(TransportException.class);
        }
        memory.close();
        assertThatThrownBy(() -> controller.transport().submit(identifyController(), memory, PAGE,
                NvmeTestBed.PATIENCE))
                .isInstanceOf(InvalidValueException.class);
        controller.close();
        bed.assertClean();
    }
}
