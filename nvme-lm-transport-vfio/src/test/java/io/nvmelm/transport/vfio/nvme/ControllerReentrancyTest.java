package io.nvmelm.transport.vfio.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.transport.vfio.uapi.PciRegs;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Code that runs when a command is complete, and resets, submits or creates queues itself; and what outlives a reset.
@Timeout(60)
class ControllerReentrancyTest {
    private final NvmeTestBed bed = new NvmeTestBed();

    @Test
    void manyFailuresWhoseCodeSubmitsAgainDoNotPileUpOnTheStack() {
        try (var controller = bed.open()) {
            var namespace = controller.namespace(1);
            var queues = controller.createIoQueuePair(1024);
            var failed = new AtomicInteger();
            var refused = new AtomicInteger();
            for (int i = 0; i < queues.maximumCommandsInFlight(); i++) {
                var _ = queues.flush(namespace).whenComplete((completion, failure) -> {
                    failed.incrementAndGet();
                    var _ = queues.flush(namespace).whenComplete((none, refusal) -> refused.incrementAndGet());
                });
            }
            bed.function.controllerFatal();
            bed.host.clock().advance(Duration.ofSeconds(1));
            controller.poll();
            assertThat(failed).hasValue(1023);
            assertThat(refused).hasValue(1023);
        }
    }

    @Test
    void codeThatResetsWhileAQueueIsBeingCreatedDoesNotBlockAnotherReset() throws InterruptedException {
        bed.subsystem.faults().on(AdminOpcode.GET_FEATURES).always().timesOut();
        bed.subsystem.faults().on(AdminOpcode.SET_FEATURES).always().timesOut();
        var controller = bed.open();
        bed.host.clock().manual();
        var _ = NvmeTestBed.submit(controller).whenComplete((completion, failure) -> controller.reset());
        var creator = Thread.ofPlatform().daemon().start(
                () -> assertThatThrownBy(() -> controller.createIoQueuePair(4)).isNotNull());
        while (bed.subsystem.adminCommandLog().stream()
                .noneMatch(command -> command.opcode() == AdminOpcode.SET_FEATURES.value())) {
            bed.host.clock().advance(Duration.ofMillis(1));
        }
        var resetter = Thread.ofPlatform().daemon().start(controller::reset);
        while (resetter.isAlive() || creator.isAlive()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("blocked");
            }
            bed.host.clock().advance(Duration.ofMillis(1));
            Thread.onSpinWait();
        }
        controller.close();
    }

    @Test
    void closingAPairFromBeforeAResetSparesTheOneThatHasItsIdentifier() {
        try (var controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(1))) {
            var namespace = controller.namespace(1);
            var old = controller.createIoQueuePair(4);
            var fresh = new AtomicReference<IoQueuePair>();
            // takes the only place, so the deletion waits for it, and meets another controller then
            var _ = NvmeTestBed.submit(controller).whenComplete((completion, failure) -> {
                if (failure == null) {
                    controller.reset();
                    fresh.set(controller.createIoQueuePair(4));
                }
            });
            old.close();
            assertThat(fresh.get().id()).isEqualTo(old.id());
            assertThat(fresh.get().flush(namespace).join().isSuccess()).isTrue();
            fresh.get().close();
        }
        bed.assertClean();
    }

    @Test
    void queuesThatTheControllerMayStillCreateKeepTheirMemoryUntilAReset() {
        var options = NvmeControllerOptions.defaults().withCommandTimeout(Duration.ofSeconds(1));
        try (var controller = bed.open(options)) {
            bed.subsystem.faults().on(AdminOpcode.ABORT).always().timesOut();
            bed.subsystem.faults().on(AdminOpcode.CREATE_IO_COMPLETION_QUEUE).nth(1).timesOut();
            int before = bed.host.dmaMappings().size();
            assertThatThrownBy(() -> controller.createIoQueuePair(4)).isInstanceOf(CommandTimeoutException.class);
            assertThat(bed.host.dmaMappings()).hasSize(before + 1);
            try (var another = controller.createIoQueuePair(4)) {
                assertThat(another.id()).isEqualTo(2);
            }
            controller.reset();
            assertThat(bed.host.dmaMappings()).hasSize(before);
        }
        bed.assertClean();
    }

    @Test
    void aChainOfStagesDoesNotHoldItsBeginning() throws InterruptedException {
        try (var controller = bed.open()) {
            CompletableFuture<Completion> tail = NvmeTestBed.submit(controller);
            var stages = new ArrayList<WeakReference<Object>>();
            for (int i = 0; i < 100; i++) {
                tail = tail.thenCompose(completion -> NvmeTestBed.submit(controller));
                stages.add(new WeakReference<>(tail));
                assertThat(tail.join().isSuccess()).isTrue();
            }
            for (int i = 0; i < 100 && stages.get(50).get() != null; i++) {
                System.gc();
            }
            assertThat(stages.get(50).get()).isNull();
            assertThat(tail).isDone();
        }
    }

    @Test
    void aControllerThatDoesNotStopIsKeptFromMemoryAndCloseSaysSo() {
        var device = bed.device();
        var controller = NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock());
        bed.function.holdReady(true);
        bed.host.fail(call -> call.request() == Vfio.DEVICE_RESET, 5, 0, 100);
        assertThatThrownBy(controller::close).isInstanceOf(LiveMigrationException.class);
        int command = device.region(Vfio.PCI_CONFIG_REGION_INDEX).read16(PciRegs.COMMAND);
        assertThat(command & PciRegs.COMMAND_MASTER).isZero();
        bed.host.forgetFailures();
        device.close();
        bed.host.assertNothingLeft();
    }

    @Test
    void aNamespaceWithoutBlockSizeIsRefused() {
        assertThatThrownBy(() -> new NvmeNamespace(1, 10, 0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new NvmeNamespace(1, 10, 1000)).isInstanceOf(InvalidValueException.class);
    }
}
