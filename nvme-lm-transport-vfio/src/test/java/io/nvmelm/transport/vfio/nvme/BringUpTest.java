package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.TestDevices;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a controller is brought up, and what becomes of it when it does not come up.
@Timeout(60)
class BringUpTest {
    private final NvmeTestBed bed = new NvmeTestBed();

    private <T extends LiveMigrationException> T refusal(Class<T> type) {
        var refusal = catchThrowableOfType(type, () -> bed.open().close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.device()).isEqualTo(NvmeTestBed.BDF);
        assertThat(refusal.remedy()).isNotBlank();
        bed.host.assertNothingLeft();
        return refusal;
    }

    @Test
    void aControllerMayTakeTheTimeThatItAnnounces() {
        bed.function.readyDelay(Duration.ofMillis(9_900));
        try (var controller = bed.open()) {
            assertWorks(controller);
        }
        bed.assertClean();
    }

    @Test
    void aControllerThatIsNotReadyInTimeIsGivenUp() {
        bed.function.holdReady(true);
        long before = bed.host.clock().nanoTime();
        var refusal = refusal(TransportException.class);
        assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
        assertThat(refusal).hasMessageContaining("CSTS.RDY is still 0").hasMessageContaining("10500 ms");
        assertThat(bed.host.clock().nanoTime() - before).isLessThan(Duration.ofSeconds(30).toNanos());
    }

    @Test
    void aFatalStatusWhileItComesUpIsTold() {
        var device = bed.device();
        bed.function.holdReady(true);
        bed.host.clock().onAdvance(nanos -> bed.function.controllerFatal());
        var refusal = catchThrowableOfType(
                TransportException.class,
                () -> NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock()).close());
        assertThat(refusal).hasMessageContaining("CSTS.CFS");
        assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
        device.close();
        bed.host.assertNothingLeft();
    }

    @Test
    void aControllerThatIsFatalAtFirstIsResetByFunction() {
        try (var device = bed.device()) {
            int before = bed.function.resets();
            bed.function.controllerFatal();
            try (var controller =
                    NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock())) {
                assertWorks(controller);
            }
            assertThat(bed.function.resets()).isEqualTo(before + 1);
        }
        bed.assertClean();
    }

    @Test
    void aFunctionThatIsGoneIsTold() {
        bed.function.surpriseRemoval();
        var refusal = refusal(TransportException.class);
        assertThat(refusal.category()).isEqualTo(FailureCategory.FATAL);
        assertThat(refusal).hasMessageContaining("all ones");
    }

    @Test
    void aControllerLeftEnabledIsStoppedFirst() {
        try (var device = bed.device()) {
            var options = NvmeControllerOptions.defaults();
            var forgotten = NvmeController.open(device, options, bed.host.clock());
            try (var controller = NvmeController.open(device, options, bed.host.clock())) {
                assertWorks(controller);
            }
            forgotten.close();
        }
        assertThat(bed.function.violations()).isEmpty();
        bed.host.assertNothingLeft();
    }

    @Test
    void anIdentifyThatFailsClosesAll() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
        assertThat(refusal(CommandFailedException.class).status().is(StatusCode.INTERNAL_ERROR)).isTrue();
    }

    @Test
    void anIdentifyThatHangsClosesAll() {
        bed.hangNext(AdminOpcode.IDENTIFY);
        refusal(CommandTimeoutException.class);
    }

    @Test
    void moreVectorsThanThereAreAreRefused() {
        var refusal = catchThrowableOfType(
                InvalidValueException.class,
                () -> bed.open(NvmeControllerOptions.defaults().withInterruptVectors(18)).close());
        assertThat(refusal.bound()).contains("17");
        bed.host.assertNothingLeft();
    }

    @Test
    void aFunctionThatIsNoControllerIsRefused() {
        var host = new FakeHost();
        host.addPciDevice("0000:05:00.0", new ScratchFunction());
        var device = TestDevices.open(host.host(), PciAddress.parse("0000:05:00.0"), VfioOptions.defaults());
        assertThat(catchThrowableOfType(
                LiveMigrationException.class,
                () -> NvmeController.open(
                        device, NvmeControllerOptions.defaults().withClosesDevice(true), host.clock())
                        .close()))
                .isNotNull();
        host.assertNothingLeft();
    }

    /// Each call that makes or changes something fails in turn.
    @Test
    void whicheverStepFailsNothingIsLeft() {
        var options = NvmeControllerOptions.defaults().withInterruptVectors(2);
        int step = 1;
        int failed = 0;
        for (; step < 2_000; step++) {
            var next = new NvmeTestBed();
            next.host.failAt(step);
            try (var controller = next.open(options)) {
                if (next.host.failuresLeft() > 0) {
                    break;
                }
                assertThat(controller.name()).isNotEmpty();
            } catch (LiveMigrationException e) {
                failed++;
                assertThat(e.getMessage()).as("step %d", step).isNotBlank();
            }
            next.host.assertNothingLeft();
        }
        assertThat(step).isBetween(30, 1_999);
        assertThat(failed).isGreaterThan(30);
    }
}
