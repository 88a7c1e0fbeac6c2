package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing is left of a device: not when a step fails, and not after many rounds.
class OpeningFailureTest {

    private static void use(VfioDevice device) {
        device.enableBusMaster();
        device.region(0).write32(0, 1);
        device.region(0).read32(4);
        var memory = device.allocateDma(10_000);
        device.allocateDma(1);
        device.interrupts().enable(2).getFirst().takePending();
        device.reset();
        device.interrupts().enable(1);
        memory.close();
    }

    @ParameterizedTest
    @CsvSource({"GROUP, 20", "CDEV, 20"})
    void whateverStepFailsNothingIsLeft(AccessPath path, int atLeast) {
        var failures = new ArrayList<String>();
        int n = 1;
        for (;; n++) {
            var scratch = new ScratchDevice();
            scratch.host.failAt(n);
            try (var device = scratch.open(path)) {
                use(device);
            } catch (LiveMigrationException e) {
                assertThat(e.device()).as(e.getMessage()).isEqualTo(ScratchDevice.NAME);
                assertThat(e.getMessage()).containsAnyOf("failed: ", "the device has no MSI-X");
                failures.add(e.getMessage());
            }
            scratch.host.assertNothingLeft();
            if (scratch.host.failuresLeft() > 0) {
                break;
            }
        }
        assertThat(n).as("steps").isGreaterThan(atLeast);
        // A look at configuration space that fails is no failure: then registers are accessed by calls.
        assertThat(failures).hasSizeGreaterThan(atLeast).noneMatch(String::isBlank);
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void anOpenThatFailedCanBeTriedAgain(AccessPath path) {
        var scratch = new ScratchDevice();
        for (int n = 1; n < 8; n++) {
            scratch.host.failAt(n);
            try (var device = scratch.open(path)) {
                assertThat(device.path()).isEqualTo(path);
            } catch (LiveMigrationException e) {
                assertThat(e.step()).isEqualTo("opening");
            }
            scratch.host.forgetFailures();
            scratch.open(path).close();
            scratch.host.assertNothingLeft();
        }
    }

    /// What gives something back can fail as well: then closing says so, and has given back everything else.
    @ParameterizedTest
    @ValueSource(strings = {"UNMAP_DMA", "IOAS_UNMAP", "SET_IRQS", "munmap", "close"})
    void aStepOfClosingThatFailsLeavesNoOther(String call) {
        var path = call.equals("IOAS_UNMAP") ? AccessPath.CDEV : AccessPath.GROUP;
        var scratch = new ScratchDevice();
        var device = scratch.open(path);
        device.region(0);
        device.allocateDma(1);
        device.allocateDma(1);
        device.interrupts().enable(1);
        scratch.host.failNext(each -> each.name().equals(call), 22);
        List<String> messages = new ArrayList<>();
        try {
            device.close();
        } catch (LiveMigrationException e) {
            messages.add(e.getMessage());
        }
        assertThat(scratch.host.failuresLeft()).isZero();
        assertThat(messages).hasSize(call.equals("close") ? 0 : 1);
        assertThat(messages).allMatch(text -> text.contains("EINVAL") && text.startsWith("0000:04:10.0: "));
        assertThat(scratch.host.openDescriptors()).isEmpty();
        assertThat(scratch.host.dmaMappings()).isEmpty();
        assertThat(scratch.host.mappings()).hasSize(call.equals("munmap") ? 1 : 0);
        assertThat(scratch.host.violations()).isEmpty();
        device.close();
    }

    @Test
    void tenThousandRoundsLeaveNothing() {
        var scratch = new ScratchDevice();
        for (int round = 0; round < 10_000; round++) {
            try (var device = scratch.open(round % 2 == 0 ? AccessPath.GROUP : AccessPath.CDEV)) {
                device.enableBusMaster();
                device.region(0).write32(0, round);
                device.allocateDma(4096);
                device.interrupts().enable(1);
            }
            if (round % 100 == 0) {
                scratch.host.assertNothingLeft();
                assertThat(scratch.pci.isOpen()).isFalse();
            }
        }
        scratch.host.assertNothingLeft();
    }
}
