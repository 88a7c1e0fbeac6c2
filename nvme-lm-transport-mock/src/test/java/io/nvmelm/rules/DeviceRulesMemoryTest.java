package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.DeviceVariant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What a device tracks of the memory that a controller writes, and how it reports it.
class DeviceRulesMemoryTest {
    private static final long DATA = QueueHost.DATA;
    private static final int PAGE = QueueHost.PAGE;
    /// Of the queues of [QueueHost].
    private static final long IO_COMPLETION = 0x21_0000;

    private final RuleWorld world = new RuleWorld();

    /// Reads one page of blocks to an address.
    private static void readTo(QueueHost guest, long address) {
        requireSuccess(guest.execute(1, 0x02, e -> e.namespaceId(1).prp1(address).cdw12(7)));
    }

    private static Report report(RuleWorld world) {
        return Report.of(world.report(A, 4096).bytes());
    }

    @Test
    @Proves(device = {
        "memory.start-stop",
        "memory.request-layout",
        "memory.every-write",
        "memory.guest-addresses",
        "report.layout",
        "report.removes",
        "report.nothing",
        "encoding.track-send",
        "encoding.track-receive"
    })
    void whatTheControllerWritesInsideTheRangesIsReportedOnce() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 0, DATA, 4, DATA + 0x10_0000, 2)).must();
        readTo(guest, DATA + PAGE);
        readTo(guest, DATA + 0x10_0000);
        readTo(guest, DATA + 0x20_0000);
        requireSuccess(guest.execute(0, 0x06, e -> e.cdw10(1).prp1(DATA + 3 * PAGE)));
        var first = world.report(A, 4096).bytes();
        var raw = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(raw.getShort(2)).isEqualTo((short) A);
        for (int i = 10; i < 16; i++) {
            assertThat(first[i]).isZero();
        }
        var report = Report.of(first);
        assertThat(report.attributes()).isZero();
        assertThat(report.pages()).containsExactly(DATA + PAGE, DATA + 3 * PAGE, DATA + 0x10_0000);
        assertThat(report(world)).isEqualTo(new Report(0, A, 0, java.util.List.of()));
        world.stopTracking(A).must();
        assertThat(world.report(A, 4096).answer().status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)).isTrue();
    }

    @Test
    @Proves(device = {"memory.completions-count", "memory.every-write"})
    void completionsCountToo() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 0, IO_COMPLETION, 1)).must();
        guest.write(0, 1);
        assertThat(report(world).pages()).containsExactly(IO_COMPLETION);
    }

    @Test
    @Proves(device = {"report.more", "report.beyond-end"})
    void whatDoesNotFitComesWithTheNextReport() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 0, DATA, 64)).must();
        for (int i = 0; i < 7; i++) {
            readTo(guest, DATA + i * 2L * PAGE);
        }
        var pages = new ArrayList<Long>();
        Report report;
        int commands = 0;
        do {
            report = Report.of(world.report(A, 48).bytes());
            assertThat(report.ranges()).hasSizeLessThanOrEqualTo(2);
            pages.addAll(report.pages());
            commands++;
        } while (report.more());
        assertThat(commands).isEqualTo(4);
        assertThat(pages).containsExactlyInAnyOrder(
                DATA, DATA + 2 * PAGE, DATA + 4 * PAGE, DATA + 6 * PAGE, DATA + 8 * PAGE, DATA + 10 * PAGE,
                DATA + 12 * PAGE);
        assertThat(report(world).ranges()).isEmpty();
    }

    @Test
    @Proves(device = {"report.aligned", "report.granularity"})
    void aReportMayBeCoarserThanWhatWasAskedFor() {
        var coarse = new RuleWorld(device -> device.tracking(new TrackingLimits(16, 16, 0, 3, 1, 0, 0, 0, 0, 0))
                .variants(DeviceVariant.COARSE_MEMORY_REPORTS));
        var guest = coarse.guest(A);
        coarse.startTracking(A, request(0, 0, DATA, 64)).must();
        readTo(guest, DATA + 9 * PAGE);
        var report = report(coarse);
        assertThat(report.granularity()).isEqualTo(3);
        assertThat(report.ranges()).containsExactly(new Report.Range(DATA + 8 * PAGE, 1));
        assertThat(report.ranges().getFirst().start() & (8 * PAGE - 1)).isZero();
    }

    @Test
    @Proves(device = {"report.aligned", "memory.alignment"})
    void unitsAreThoseThatWereAskedFor() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 2, DATA, 4)).must();
        readTo(guest, DATA + 5 * PAGE);
        var report = report(world);
        assertThat(report.granularity()).isEqualTo(2);
        assertThat(report.ranges()).containsExactly(new Report.Range(DATA + 4 * PAGE, 1));
    }

    @Test
    @Proves(device = {"report.held-back", "report.suspended"})
    void changesMayBeHeldBackUntilTheControllerIsSuspended() {
        var holding = new RuleWorld(device -> device.variants(DeviceVariant.MEMORY_CHANGES_HELD_BACK));
        var guest = holding.guest(A);
        holding.startTracking(A, request(0, 0, DATA, 4)).must();
        readTo(guest, DATA);
        assertThat(report(holding).pages()).containsExactly(DATA);
        for (int i = 0; i < 4; i++) {
            readTo(guest, DATA);
            assertThat(report(holding).ranges()).as("written again while the controller runs").isEmpty();
        }
        holding.suspend(A).must();
        Report last;
        var pages = new ArrayList<Long>();
        do {
            last = report(holding);
            pages.addAll(last.pages());
        } while (last.more());
        assertThat(last.suspended()).isTrue();
        assertThat(pages).containsExactly(DATA);
        assertThat(report(holding).ranges()).isEmpty();
    }

    @Test
    @Proves(device = {"memory.hints", "memory.not-enough-resources", "encoding.completion-dwords"})
    void hintsSayWhatIsPossible() {
        var poor = new RuleWorld(device -> device.trackingResources(2, 3));
        poor.guest(A);
        var fine = poor.startTracking(A, request(0, 0, 0x10_0000, 1)).answer();
        assertThat(fine.status().is(StatusCode.NOT_ENOUGH_RESOURCES)).isTrue();
        assertThat(fine.dword0()).isEqualTo(3);
        assertThat(fine.dword1()).isZero();
        var many = poor.startTracking(A, request(0, 3, 0x10_0000, 1, 0x20_0000, 1, 0x30_0000, 1)).answer();
        assertThat(many.status().is(StatusCode.NOT_ENOUGH_RESOURCES)).isTrue();
        assertThat(many.dword0()).isEqualTo(3);
        assertThat(many.dword1()).isEqualTo(2);
        poor.startTracking(A, request(0, 3, 0x10_0000, 1, 0x20_0000, 1)).must();
    }

    @Test
    @Proves(device = "memory.overlapping")
    void rangesMayOverlap() {
        var guest = world.guest(A);
        world.startTracking(A, request(0, 0, DATA, 3, DATA + PAGE, 3)).must();
        readTo(guest, DATA + PAGE);
        assertThat(report(world).pages()).contains(DATA + PAGE);
    }

    @Test
    @Proves(device = {"memory.stop-not-tracking", "report.stop-discards"})
    void stoppingDropsWhatWasNotReportedAndMayComeTwice() {
        var guest = world.guest(A);
        world.stopTracking(A).must();
        world.startTracking(A, request(0, 0, DATA, 4)).must();
        readTo(guest, DATA);
        world.stopTracking(A).must();
        world.stopTracking(A).must();
        world.startTracking(A, request(0, 0, DATA, 4)).must();
        assertThat(report(world).ranges()).isEmpty();
    }

    @Test
    @Proves(device = {"report.beyond-end", "report.too-short"})
    void aLongBufferIsNoError() {
        world.guest(A);
        world.startTracking(A, request(0, 0, DATA, 4)).must();
        assertThat(Arrays.copyOf(world.report(A, 16).bytes(), 16)[4]).isZero();
        world.report(A, 32 << 10).must();
    }

    @Test
    @Proves(device = "memory.ranges-of-controller")
    void rangesOfAStoppedTrackingDoNotCount() {
        var few = new RuleWorld(device -> device.tracking(new TrackingLimits(2, 2, 0, 3, 1, 0, 0, 0, 0, 0)));
        few.guest(A);
        few.guest(B);
        few.startTracking(A, request(0, 0, DATA, 1, DATA + 0x10_0000, 1)).must();
        assertThat(few.startTracking(B, request(0, 0, DATA, 1)).answer().status().is(
                StatusCode.INVALID_FIELD_IN_COMMAND)).isTrue();
        few.stopTracking(A).must();
        few.startTracking(B, request(0, 0, DATA, 1)).must();
    }
}
