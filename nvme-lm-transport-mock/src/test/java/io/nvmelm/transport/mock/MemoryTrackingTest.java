package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.TrackingHost.Range;
import io.nvmelm.transport.mock.TrackingHost.Report;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What Track Receive reports: which writes, in which ranges, once.
class MemoryTrackingTest {
    private static final long READ_BUFFER = 0x80_0000;

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = subsystem();
    private final TestHost host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 16);
    private final TrackingHost tracking = new TrackingHost(subsystem);

    private InMemorySubsystem subsystem(DeviceVariant... variants) {
        return InMemorySubsystem.builder(clock)
                .migratableControllers(2)
                .variants(variants)
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
                .build();
    }

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(subsystem.violations()).isEmpty();
    }

    /// Lets the controller write a page of its host's memory.
    private void writePage(TestHost writer, long address) {
        assertThat(writer.execute(1, 1, 0x02, TestHost.io(0, 8, address, 0)).is(SUCCESSFUL_COMPLETION)).isTrue();
    }

    private void writePage(long address) {
        writePage(host, address);
    }

    private Report report() {
        var report = tracking.receive(1, 4096);
        assertThat(report.completion().isSuccess()).isTrue();
        return report;
    }

    private void start(Range... ranges) {
        assertThat(tracking.start(1, 0, ranges).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = {"memory.request-layout", "encoding.track-send", "memory.guest-addresses", "memory.start-stop"})
    void theRequestIsReadAsPrinted() {
        // granularity 1, two ranges: 2 units from 0080_0000h, 1 unit from 0090_0000h
        var request = ManagementHost.hex("000000 01 02000000 0000800000000000 02000000 0000900000000000 01000000");
        assertThat(tracking.start(1, request).isSuccess()).isTrue();
        for (long page : new long[] {0x7F_F000, 0x80_0000, 0x80_3000, 0x80_4000, 0x90_1000, 0x90_2000}) {
            writePage(page);
        }
        assertThat(report().ranges()).containsExactly(new Range(0x80_0000, 2), new Range(0x90_0000, 1));
    }

    @Test
    @Proves(device = {"report.layout", "encoding.track-receive", "report.beyond-end", "report.aligned"})
    void theReportIsLaidOutAsPrintedAndTheRestIsUndefined() {
        assertThat(tracking.start(1, 1, new Range(0x80_0000, 64), new Range(0x90_0000, 64)).isSuccess())
                .isTrue();
        writePage(0x80_1000);
        writePage(0x80_2000);
        writePage(0x90_7000);
        var bytes = tracking.receive(1, 64).bytes();
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("00000100020000000100000000000000"
                        + "00008000000000000200000000000000"
                        + "00609000000000000100000000000000"
                        + "a5".repeat(16));
    }

    @Test
    @Proves(device = {"memory.every-write", "encoding.completion-dwords"})
    void dataOfAdminAndIoCommandsIsReportedAndWhatIsReadIsNot() {
        start(new Range(0x80_0000, 256));
        assertThat(host.admin(0x06, e -> e.cdw10(1).prp1(0x80_5000)).is(SUCCESSFUL_COMPLETION)).isTrue();
        host.execute(1, 1, 0x01, TestHost.io(0, 8, 0x81_0000, 0));
        host.execute(1, 1, 0x02, TestHost.io(0, 1, 0x82_0FFC, 0x82_1000));
        var report = report();
        assertThat(report.ranges()).containsExactly(new Range(0x80_5000, 1), new Range(0x82_0000, 2));
        assertThat(report.completion().dword0()).isZero();
        assertThat(report.completion().dword1()).isZero();
    }

    @Test
    @Proves(device = "memory.completions-count")
    void completionsInsideARangeAreReported() {
        long completions = host.completions.get(1).base;
        start(new Range(completions, 1), new Range(TestHost.ADMIN_COMPLETION, 1));
        host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        assertThat(report().ranges()).containsExactly(new Range(completions, 1));
        host.admin(0x06, e -> e.cdw10(1).prp1(TestHost.DATA));
        assertThat(report().ranges()).containsExactly(new Range(TestHost.ADMIN_COMPLETION, 1));
    }

    @Test
    void writesOfOtherControllersToTheSameMemoryAreNotReported() {
        var other = new TestHost(subsystem.controller(2)).bringUp().createQueuePair(1, 16);
        start(new Range(READ_BUFFER, 256));
        writePage(other, READ_BUFFER);
        assertThat(report().ranges()).isEmpty();
    }

    @Test
    @Proves(device = {"report.removes", "report.nothing"})
    void whatWasReportedIsNotReportedAgain() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        assertThat(report().ranges()).hasSize(1);
        var empty = report();
        assertThat(empty.ranges()).isEmpty();
        assertThat(empty.more()).isFalse();
        writePage(READ_BUFFER);
        assertThat(report().ranges()).hasSize(1);
    }

    @Test
    @Proves(device = "report.more")
    void aReportWithoutRoomSaysThatThereIsMore() {
        start(new Range(READ_BUFFER, 1024));
        for (int i = 0; i < 5; i++) {
            writePage(READ_BUFFER + i * 0x2000);
        }
        var first = tracking.receive(1, 16 + 2 * 16 + 12);
        assertThat(first.ranges()).containsExactly(new Range(READ_BUFFER, 1), new Range(READ_BUFFER + 0x2000, 1));
        assertThat(first.more()).isTrue();
        var second = tracking.receive(1, 16 + 3 * 16);
        assertThat(second.ranges()).hasSize(3);
        assertThat(second.more()).isFalse();
    }

    @Test
    @Proves(device = "memory.overlapping")
    void overlappingRangesAreOne() {
        start(new Range(READ_BUFFER, 4), new Range(READ_BUFFER + 0x2000, 4), new Range(READ_BUFFER + 0x1000, 1));
        for (int page = 0; page < 8; page++) {
            writePage(READ_BUFFER + page * 0x1000);
        }
        assertThat(report().ranges()).containsExactly(new Range(READ_BUFFER, 6));
    }

    @Test
    @Proves(device = {"report.suspended", "memory.suspension-keeps-tracking", "resume.memory-tracking-goes-on"})
    void onlyTheReportOfASuspendedControllerSaysSo() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        assertThat(report().suspended()).isFalse();
        writePage(READ_BUFFER + 0x1000);
        tracking.management.suspend(1);
        var last = report();
        assertThat(last.suspended()).isTrue();
        assertThat(last.more()).isFalse();
        assertThat(last.ranges()).containsExactly(new Range(READ_BUFFER + 0x1000, 1));
        tracking.management.resume(1);
        writePage(READ_BUFFER + 0x5000);
        assertThat(report().suspended()).isFalse();
    }

    @Test
    @Proves(device = "report.suspended")
    void aControllerThatIsJustBeingSuspendedIsNotReportedAsSuspended() {
        start(new Range(READ_BUFFER, 256));
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var suspend = tracking.management.startSuspend(1);
        assertThat(report().suspended()).isFalse();
        suspend.join();
        assertThat(report().suspended()).isTrue();
    }

    @Test
    @Proves(device = {"report.stop-discards", "report.not-tracked", "memory.start-stop"})
    void stoppingDropsWhatWasNotReported() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        assertThat(tracking.stop(1).isSuccess()).isTrue();
        assertThat(tracking.receive(1, 4096).completion().status().is(INVALID_CONTROLLER_IDENTIFIER))
                .isTrue();
        start(new Range(READ_BUFFER, 256));
        assertThat(report().ranges()).isEmpty();
    }

    @Test
    @Proves(device = "reset.controlling-stops-memory-tracking")
    void aResetOfTheControllingControllerEndsAllTracking() {
        start(new Range(READ_BUFFER, 256));
        subsystem.controllingController().functionLevelReset();
        assertThat(tracking.receive(1, 4096).completion().status().is(INVALID_CONTROLLER_IDENTIFIER))
                .isTrue();
    }

    @Test
    void aResetOfTheTrackedControllerChangesNothing() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        host.controller.functionLevelReset();
        assertThat(report().ranges()).hasSize(1);
        host.bringUp().createQueuePair(1, 16);
        writePage(READ_BUFFER + 0x3000);
        assertThat(report().ranges()).containsExactly(new Range(READ_BUFFER + 0x3000, 1));
    }

    @Test
    @Proves(device = "report.held-back")
    void memoryThatIsWrittenOftenMayBeHeldBackUntilSuspension() {
        var holding = subsystem(DeviceVariant.MEMORY_CHANGES_HELD_BACK);
        var guest = new TestHost(holding.controller(1)).bringUp().createQueuePair(1, 16);
        var management = new TrackingHost(holding);
        management.start(1, 0, new Range(READ_BUFFER, 256));
        writePage(guest, READ_BUFFER);
        assertThat(management.receive(1, 4096).ranges()).containsExactly(new Range(READ_BUFFER, 1));
        writePage(guest, READ_BUFFER);
        writePage(guest, READ_BUFFER + 0x1000);
        assertThat(management.receive(1, 4096).ranges()).containsExactly(new Range(READ_BUFFER + 0x1000, 1));
        var nothing = management.receive(1, 4096);
        assertThat(nothing.ranges()).isEmpty();
        assertThat(nothing.suspended()).isFalse();
        management.management.suspend(1);
        var last = management.receive(1, 4096);
        assertThat(last.ranges()).containsExactly(new Range(READ_BUFFER, 1));
        assertThat(last.suspended()).isTrue();
        assertThat(management.receive(1, 4096).ranges()).isEmpty();
    }

    @Test
    @Proves(device = {"report.granularity", "report.aligned"})
    void aReportMayHaveALargerGranularityThanWasAskedFor() {
        var coarse = subsystem(DeviceVariant.COARSE_MEMORY_REPORTS);
        var guest = new TestHost(coarse.controller(1)).bringUp().createQueuePair(1, 16);
        var management = new TrackingHost(coarse);
        management.start(1, 0, new Range(0x81_0000, 16));
        writePage(guest, 0x81_F000);
        writePage(guest, 0x82_0000);
        var report = management.receive(1, 4096);
        assertThat(Arrays.copyOfRange(report.bytes(), 8, 10)).containsExactly(9, 0);
        assertThat(report.ranges()).containsExactly(new Range(0x80_0000, 1));
    }

    @Test
    @Proves(device = "report.removes")
    void aReportWhoseCompletionIsLostIsLost() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        subsystem.faults().on(AdminOpcode.TRACK_RECEIVE).nth(1).losesCompletion();
        assertThatThrownBy(() -> tracking.receive(1, 4096)).hasRootCauseInstanceOf(CommandTimeoutException.class);
        assertThat(report().ranges()).isEmpty();
    }

    @Test
    void aReportThatIsRefusedLosesNothing() {
        start(new Range(READ_BUFFER, 256));
        writePage(READ_BUFFER);
        subsystem.faults().on(AdminOpcode.TRACK_RECEIVE).nth(1).failsWith(INTERNAL_ERROR);
        assertThat(tracking.receive(1, 4096).completion().status().is(INTERNAL_ERROR)).isTrue();
        assertThat(report().ranges()).hasSize(1);
    }

    /// The controller is suspended when the report is made, but was not when the command arrived.
    @Test
    @Proves(device = "report.suspended")
    void aReportSaysSuspendedOnlyIfTheControllerWasSoDuringTheWholeCommand() {
        var slow = InMemorySubsystem.builder(clock)
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.ADMIN, Duration.ofMillis(1)))
                .build();
        new TestHost(slow.controller(1)).bringUp();
        var manager = new TrackingHost(slow);
        assertThat(manager.start(1, 0, new Range(READ_BUFFER, 16)).isSuccess()).isTrue();
        try (var memory = manager.management.transport.allocate(64)) {
            for (boolean resumes : new boolean[] {false, true}) {
                var answer = manager.management.transport.submit(
                        ManagementHost.entry(0x3E, 0, 1, 15, 0, 0), memory, 64, ManagementHost.TIMEOUT);
                if (resumes) {
                    assertThat(manager.management.resume(1).isSuccess()).isTrue();
                }
                assertThat(manager.management.suspend(1).isSuccess()).isTrue();
                assertThat(answer).isNotDone();
                assertThat(answer.join().isSuccess()).isTrue();
                assertThat(slow.controller(1).isSuspended()).isTrue();
                assertThat(new Report(answer.join(), memory.segment().toArray(ValueLayout.JAVA_BYTE)).suspended())
                        .isFalse();
            }
        }
        assertThat(manager.receive(1, 64).suspended()).isTrue();
        assertThat(slow.violations()).isEmpty();
    }
}
