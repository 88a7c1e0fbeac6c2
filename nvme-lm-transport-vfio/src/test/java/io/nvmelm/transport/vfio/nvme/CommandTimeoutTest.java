package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.PAGE;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.failureOf;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.identifyController;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.TransferMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Commands that miss their deadline: abort, quarantine, late completion.
@Timeout(60)
class CommandTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final NvmeTestBed bed = new NvmeTestBed();
    private final NvmeController controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(4));
    private final NvmeAdminTransport transport = controller.transport();

    @AfterEach
    void nothingIsLeft() {
        controller.close();
        bed.assertClean();
    }

    private CompletableFuture<Completion> identify(TransferMemory memory, Duration timeout) {
        return transport.submit(identifyController(), memory, PAGE, timeout);
    }

    private void pass(Duration time) {
        bed.host.clock().advance(time);
        controller.poll();
    }

    private long aborts() {
        return bed.subsystem.adminCommandLog().stream()
                .filter(command -> command.opcode() == AdminOpcode.ABORT.value())
                .count();
    }

    @Test
    void aLateCommandIsAbortedAndItsMemoryIsFreeAgain() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(Duration.ofSeconds(2));
        var memory = transport.allocate(PAGE);
        var timeout = failureOf(identify(memory, SHORT));
        assertThat(timeout).isInstanceOfSatisfying(CommandTimeoutException.class, failure -> {
            assertThat(failure.timeout()).isEqualTo(SHORT);
            assertThat(failure.device()).isEqualTo(NvmeTestBed.BDF);
            assertThat(failure).hasMessageContaining("IDENTIFY (opcode 06h, CDW10 00000001h");
        });
        controller.poll();
        controller.poll();
        assertThat(aborts()).isEqualTo(1);
        assertThat(memory.isQuarantined()).isFalse();
        assertThat(identify(memory, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        memory.close();
    }

    @Test
    void aCompletionThatComesLateFreesSlotAndMemory() {
        bed.subsystem.faults().on(AdminOpcode.ABORT).nth(1).timesOut();
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).completesLate(Duration.ofSeconds(2));
        var memory = transport.allocate(PAGE);
        failureOf(identify(memory, SHORT));
        memory.close();
        assertThat(memory.isQuarantined()).isTrue();
        int mapped = bed.host.dmaMappings().size();
        pass(Duration.ofSeconds(1));
        assertThat(memory.isQuarantined()).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(memory.isQuarantined()).isFalse();
        assertThat(bed.host.dmaMappings()).hasSize(mapped - 1);
        var all = new ArrayList<CompletableFuture<Completion>>();
        for (int i = 0; i < 4; i++) {
            all.add(NvmeTestBed.submit(controller));
        }
        all.forEach(future -> assertThat(future.join().isSuccess()).isTrue());
    }

    @Test
    void quarantinedMemoryIsRefused() {
        bed.hangNext(AdminOpcode.IDENTIFY);
        var memory = transport.allocate(PAGE);
        failureOf(identify(memory, SHORT));
        assertThatThrownBy(() -> identify(memory, SHORT)).isInstanceOfSatisfying(
                InvalidValueException.class, refusal -> assertThat(refusal.value()).contains("quarantined"));
        memory.close();
    }

    /// ACL of the in-memory controller allows several at a time; one that hangs takes its place for good.
    @Test
    void abortsKeepToTheLimitOfTheController() {
        bed.subsystem.faults().on(AdminOpcode.ABORT).always().timesOut();
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).always().timesOut();
        for (int i = 0; i < 4; i++) {
            failureOf(transport.submit(identifyController(), null, 0, SHORT));
        }
        controller.poll();
        assertThat(aborts()).isEqualTo(4);
    }

    @Test
    void whenEveryPlaceIsTakenByLateCommandsSubmitSaysSo() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).always().timesOut();
        for (int i = 0; i < 4; i++) {
            failureOf(transport.submit(identifyController(), null, 0, SHORT));
        }
        var memory = transport.allocate(PAGE);
        assertThat(failureOf(identify(memory, SHORT))).isInstanceOfSatisfying(TransportException.class, failure -> {
            assertThat(failure.category()).isEqualTo(FailureCategory.RESET_DEVICE);
            assertThat(failure).hasMessageContaining("by commands that timed out");
        });
        assertThat(memory.isQuarantined()).isFalse();
        bed.subsystem.faults().clear();
        controller.reset();
        assertThat(identify(memory, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        memory.close();
    }

    @Test
    void aResetReleasesTheQuarantine() {
        bed.hangNext(AdminOpcode.IDENTIFY);
        var kept = transport.allocate(PAGE);
        var closed = transport.allocate(PAGE);
        failureOf(identify(kept, SHORT));
        bed.hangNext(AdminOpcode.IDENTIFY);
        failureOf(identify(closed, SHORT));
        closed.close();
        int mapped = bed.host.dmaMappings().size();
        controller.reset();
        assertThat(kept.isQuarantined()).isFalse();
        assertThat(bed.host.dmaMappings()).hasSize(mapped - 1);
        assertThat(identify(kept, NvmeTestBed.PATIENCE).join().isSuccess()).isTrue();
        kept.close();
    }

    @Test
    void deadlinesOfOthersAreKept() {
        bed.subsystem.faults().on(AdminOpcode.IDENTIFY).always().timesOut();
        var late = transport.submit(identifyController(), null, 0, Duration.ofSeconds(3));
        var early = transport.submit(identifyController(), null, 0, Duration.ofSeconds(1));
        var latest = transport.submit(identifyController(), null, 0, Duration.ofDays(1_000_000));
        pass(Duration.ofMillis(1_500));
        assertThat(early).isCompletedExceptionally();
        assertThat(late).isNotDone();
        pass(Duration.ofMillis(2_000));
        assertThat(late).isCompletedExceptionally();
        assertThat(latest).isNotDone();
        assertWorks(controller);
    }
}
