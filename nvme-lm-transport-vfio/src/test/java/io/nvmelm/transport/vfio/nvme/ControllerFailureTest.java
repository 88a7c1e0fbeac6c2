package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.PAGE;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.failureOf;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.identifyController;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A controller that fails while it is used, its reset and its close.
@Timeout(60)
class ControllerFailureTest {
    private final NvmeTestBed bed = new NvmeTestBed();

    private static void assertFailed(CompletableFuture<?> future, FailureCategory category, String text) {
        assertThat(failureOf(future)).isInstanceOfSatisfying(TransportException.class, failure -> {
            assertThat(failure.category()).isEqualTo(category);
            assertThat(failure).hasMessageContaining(text);
            assertThat(failure.device()).isEqualTo(NvmeTestBed.BDF);
        });
    }

    @Test
    void aFatalStatusEndsEverythingUntilTheReset() {
        try (var controller = bed.open()) {
            bed.hangNext(AdminOpcode.IDENTIFY);
            var memory = controller.transport().allocate(PAGE);
            var underWay = controller.transport().submit(identifyController(), memory, PAGE, NvmeTestBed.PATIENCE);
            bed.function.controllerFatal();
            assertFailed(underWay, FailureCategory.RESET_DEVICE, "CSTS.CFS");
            assertThat(memory.isQuarantined()).isTrue();
            assertFailed(submit(controller), FailureCategory.RESET_DEVICE, "CSTS.CFS");
            controller.reset();
            assertThat(memory.isQuarantined()).isFalse();
            assertWorks(controller);
            memory.close();
        }
        bed.assertClean();
    }

    @Test
    void aControllerThatIsPulledOutIsGone() {
        var controller = bed.open();
        bed.hangNext(AdminOpcode.IDENTIFY);
        var underWay = controller.transport().submit(identifyController(), null, 0, NvmeTestBed.PATIENCE);
        bed.function.surpriseRemoval();
        assertFailed(underWay, FailureCategory.FATAL, "all ones");
        assertFailed(submit(controller), FailureCategory.FATAL, "all ones");
        assertThatThrownBy(controller::reset).isInstanceOf(TransportException.class);
        assertFailed(submit(controller), FailureCategory.FATAL, "all ones");
        controller.close();
        bed.host.assertNothingLeft();
    }

    @Test
    void aControllerThatSomebodyElseStoppedIsNoticed() {
        try (var device = bed.device();
                var controller = NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock())) {
            bed.hangNext(AdminOpcode.IDENTIFY);
            var underWay = controller.transport().submit(identifyController(), null, 0, NvmeTestBed.PATIENCE);
            device.reset();
            assertFailed(underWay, FailureCategory.RESET_DEVICE, "stopped by somebody else");
            controller.reset();
            device.enableBusMaster();
            assertWorks(controller);
        }
    }

    /// After Identify, the first completion is entry 1.
    private void assertSenseless(Consumer<CompletionEntryView> content, String text) {
        try (var controller = bed.open()) {
            bed.hangNext(AdminOpcode.IDENTIFY);
            var memory = controller.transport().allocate(PAGE);
            var underWay = controller.transport().submit(identifyController(), memory, PAGE, NvmeTestBed.PATIENCE);
            bed.rogue.post(1, content);
            assertFailed(underWay, FailureCategory.RESET_DEVICE, text);
            assertFailed(submit(controller), FailureCategory.RESET_DEVICE, text);
            assertThat(memory.isQuarantined()).isTrue();
            controller.reset();
            assertWorks(controller);
            memory.close();
        }
        bed.assertClean();
    }

    @Test
    void aCompletionOfNoCommandFailsTheController() {
        assertSenseless(entry -> entry.commandId(0x7FF0).submissionQueueHead(2).phase(true), "7FF0h, which is not");
    }

    @Test
    void aCompletionThatComesTwiceFailsTheController() {
        try (var controller = bed.open()) {
            assertWorks(controller);
            bed.hangNext(AdminOpcode.IDENTIFY);
            var underWay = controller.transport().submit(identifyController(), null, 0, NvmeTestBed.PATIENCE);
            // the slot is the same, the use before
            bed.rogue.post(2, entry -> entry.commandId(2 << 6).submissionQueueHead(2).phase(true));
            assertFailed(underWay, FailureCategory.RESET_DEVICE, "0080h, which is not outstanding");
        }
    }

    @Test
    void aCompletionOfAnotherQueueFailsTheController() {
        assertSenseless(
                entry -> entry.commandId(2 << 6).submissionQueueId(3).submissionQueueHead(2).phase(true),
                "submission queue 3");
    }

    @Test
    void aHeadThatWasNeverSubmittedFailsTheController() {
        assertSenseless(entry -> entry.commandId(2 << 6).submissionQueueHead(40).phase(true), "head 40 where 1 to 2");
    }

    @Test
    void aResetEndsWhatIsUnderWay() {
        try (var controller = bed.open()) {
            bed.hangNext(AdminOpcode.IDENTIFY);
            var underWay = controller.transport().submit(identifyController(), null, 0, NvmeTestBed.PATIENCE);
            controller.reset();
            assertThat(underWay).isCompletedExceptionally();
            assertFailed(underWay, FailureCategory.ABORT_MIGRATION, "was reset while the command was under way");
            for (int i = 0; i < 3; i++) {
                controller.reset();
                assertWorks(controller);
            }
        }
        bed.assertClean();
    }

    @Test
    void aControllerThatDoesNotStopIsResetByFunction() {
        try (var controller = bed.open(NvmeControllerOptions.defaults().withInterruptVectors(1))) {
            int before = bed.function.resets();
            bed.function.holdReady(true);
            bed.host.clock().onAdvance(nanos -> {
                if (bed.function.resets() > before) {
                    bed.function.holdReady(false);
                }
            });
            controller.reset();
            assertThat(bed.function.resets()).isEqualTo(before + 1);
            assertWorks(controller);
        }
        bed.assertClean();
    }

    @Test
    void aResetThatFailsCanBeTriedAgain() {
        try (var controller = bed.open()) {
            var memory = controller.transport().allocate(PAGE);
            bed.hangNext(AdminOpcode.IDENTIFY);
            var underWay = controller.transport().submit(identifyController(), memory, PAGE, NvmeTestBed.PATIENCE);
            bed.function.holdReady(true);
            assertThatThrownBy(controller::reset).isInstanceOf(LiveMigrationException.class);
            assertThat(underWay).isCompletedExceptionally();
            assertFailed(submit(controller), FailureCategory.RESET_DEVICE, "CSTS.RDY");
            bed.function.holdReady(false);
            controller.reset();
            assertWorks(controller);
            memory.close();
        }
        bed.host.assertNothingLeft();
    }

    @Test
    void aControllerThatDoesNotShutDownIsClosedNevertheless() {
        var controller = bed.open();
        bed.function.holdReady(true);
        controller.close();
        controller.close();
        bed.host.assertNothingLeft();
    }
}
