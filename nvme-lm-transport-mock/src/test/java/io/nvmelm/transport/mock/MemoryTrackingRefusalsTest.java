package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.TrackingHost.Range;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Why Track Send and Track Receive of memory are refused. Controllers: 0 controls; 1 has 256 MiB of host memory and
/// runs; 2 too, and is suspended; 3 too, and is just being suspended; 4 has no host memory.
class MemoryTrackingRefusalsTest {
    private static final Range PAGE = new Range(0x10_0000, 1);

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = builder().build();
    private final TrackingHost tracking = new TrackingHost(subsystem);

    private InMemorySubsystemBuilder builder() {
        return InMemorySubsystem.builder(clock)
                .migratableControllers(4)
                .tracking(new TrackingLimits(6, 8, 1, 4, 3, 1, 1, 0, 0, 0))
                .mdts(1)
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofDays(1)));
    }

    MemoryTrackingRefusalsTest() {
        new TestHost(subsystem.controller(1));
        new TestHost(subsystem.controller(2));
        tracking.management.suspend(2);
        var busy = new TestHost(subsystem.controller(3)).bringUp().createQueuePair(1, 8);
        busy.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        tracking.management.startSuspend(3);
        clock.runNext();
    }

    private static void assertStatus(Completion completion, StatusCode expected) {
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0, INVALID_CONTROLLER_IDENTIFIER", // its own
        "9, INVALID_CONTROLLER_IDENTIFIER", // unknown
        "2, CONTROLLER_SUSPENDED",
        "3, CONTROLLER_SUSPENDED", // just being suspended
        "1, SUCCESSFUL_COMPLETION",
    })
    @Proves(device = {
        "memory.own-controller",
        "memory.unknown-controller",
        "memory.suspended",
        "memory.stop-not-tracking"
    })
    void startAndStopAreRefusedForTheSameControllers(int controllerId, StatusCode expected) {
        assertStatus(tracking.stop(controllerId), expected);
        assertStatus(tracking.start(controllerId, 1, new Range(0x10_0000, 1)), expected);
    }

    @Test
    @Proves(device = "memory.already-tracked")
    void aControllerIsTrackedOnce() {
        assertStatus(tracking.start(1, 1, PAGE), SUCCESSFUL_COMPLETION);
        assertStatus(tracking.start(1, 1, PAGE), INVALID_CONTROLLER_IDENTIFIER);
        tracking.management.suspend(1);
        assertStatus(tracking.start(1, 1, PAGE), INVALID_CONTROLLER_IDENTIFIER);
        assertStatus(tracking.stop(1), CONTROLLER_SUSPENDED);
        tracking.management.resume(1);
        assertStatus(tracking.stop(1), SUCCESSFUL_COMPLETION);
        assertStatus(tracking.start(1, 1, PAGE), SUCCESSFUL_COMPLETION);
    }

    @ParameterizedTest
    @CsvSource({
        // version, granularity, count, address, units
        "0, 1, 1, 0x100000, 1, SUCCESSFUL_COMPLETION",
        "0, 4, 1, 0x100000, 1, SUCCESSFUL_COMPLETION",
        "1, 1, 1, 0x100000, 1, INVALID_FIELD_IN_COMMAND",
        "0, 0, 1, 0x100000, 1, INVALID_FIELD_IN_COMMAND", // below MINMRTG
        "0, 5, 1, 0x100000, 1, INVALID_FIELD_IN_COMMAND", // above MAXMRTG
        "0, 255, 1, 0x100000, 1, INVALID_FIELD_IN_COMMAND",
        "0, 1, 0, 0x100000, 1, INVALID_FIELD_IN_COMMAND", // no range
        "0, 1, 7, 0x100000, 1, INVALID_FIELD_IN_COMMAND", // above CMMRTD
        "0, 1, -1, 0x100000, 1, INVALID_FIELD_IN_COMMAND",
        "0, 1, 2, 0x100000, 1, DATA_TRANSFER_ERROR", // more than there is
        "0, 1, 1, 0x101000, 1, INVALID_FIELD_IN_COMMAND", // not aligned
        "0, 1, 1, 0x100001, 1, INVALID_FIELD_IN_COMMAND",
        "0, 1, 1, 0x100000, 0, INVALID_FIELD_IN_COMMAND", // no unit
        "0, 1, 1, 0xFFFE000, 1, SUCCESSFUL_COMPLETION", // the last of the memory
        "0, 1, 1, 0xFFFE000, 2, INVALID_FIELD_IN_COMMAND", // beyond it
        "0, 1, 1, 0x10000000, 1, INVALID_FIELD_IN_COMMAND",
        "0, 1, 1, -8192, 1, INVALID_FIELD_IN_COMMAND", // the end of 64 bits
        "0, 1, 1, 0x7FFFFFFFFFFFE000, 1, INVALID_FIELD_IN_COMMAND",
        "0, 1, 1, 0x7FFFFFFFFFFFE000, -1, INVALID_FIELD_IN_COMMAND", // overflows
        "0, 1, 1, 0, 32768, SUCCESSFUL_COMPLETION", // all of the memory
        "0, 1, 1, 0, 3, SUCCESSFUL_COMPLETION", // no power of two, which is not demanded
    })
    @Proves(device = {
        "memory.version",
        "memory.granularity-range",
        "memory.no-ranges",
        "memory.ranges-of-controller",
        "memory.alignment",
        "memory.not-host-memory"
    })
    void aRequestIsRefusedForItsContent(
            int version, int granularity, int count, String address, long units, StatusCode expected) {
        var range = new Range(Long.decode(address), units);
        assertStatus(tracking.start(1, TrackingHost.request(version, granularity, count, range)), expected);
        var afterwards = expected == SUCCESSFUL_COMPLETION ? SUCCESSFUL_COMPLETION : INVALID_CONTROLLER_IDENTIFIER;
        assertStatus(tracking.receive(1, 16).completion(), afterwards);
    }

    @Test
    @Proves(device = "memory.not-host-memory")
    void aControllerWithoutMemoryHasNoHostMemory() {
        assertStatus(tracking.start(4, 1, new Range(0, 1)), INVALID_FIELD_IN_COMMAND);
    }

    @Test
    void aRequestWithoutDataIsADataTransferError() {
        assertStatus(
                tracking.management.start(ManagementHost.entry(0x3D, 0x1_0001, 1, 0, 0, 0)).join(),
                DATA_TRANSFER_ERROR);
        assertStatus(tracking.start(1, new byte[7]), DATA_TRANSFER_ERROR);
    }

    @Test
    @Proves(device = {"memory.ranges-of-controller", "memory.ranges-of-subsystem"})
    void rangesOfOtherControllersCount() {
        for (var limits : new int[][] {{3, 9}, {9, 3}}) {
            var other = builder()
                    .tracking(new TrackingLimits(limits[0], limits[1], 0, 0, 1, 0, 0, 0, 0, 0))
                    .build();
            new TestHost(other.controller(1));
            new TestHost(other.controller(2));
            var host = new TrackingHost(other);
            assertStatus(host.start(1, 0, PAGE, PAGE), SUCCESSFUL_COMPLETION);
            assertStatus(host.start(2, 0, PAGE, PAGE), INVALID_FIELD_IN_COMMAND);
            assertStatus(host.start(2, 0, PAGE), SUCCESSFUL_COMPLETION);
            host.stop(1);
            host.stop(2);
            assertStatus(host.start(2, 0, PAGE, PAGE, PAGE), SUCCESSFUL_COMPLETION);
        }
    }

    @Test
    @Proves(device = "memory.power-of-two")
    void lengthsAreAPowerOfTwoWhereTheDeviceDemandsIt() {
        var other = builder()
                .tracking(new TrackingLimits(8, 8, 0, 4, 5, 0, 0, 0, 0, 0))
                .build();
        new TestHost(other.controller(1));
        var host = new TrackingHost(other);
        assertStatus(host.start(1, 2, PAGE, new Range(0x10_0000, 3)), INVALID_FIELD_IN_COMMAND);
        assertStatus(host.start(1, 2, PAGE, new Range(0x10_0000, 4)), SUCCESSFUL_COMPLETION);
    }

    @ParameterizedTest
    @CsvSource({
        // granularity, ranges, status, dword 0, dword 1
        "3, 3, SUCCESSFUL_COMPLETION, 0, 0",
        "3, 4, NOT_ENOUGH_RESOURCES, 3, 3",
        "2, 3, NOT_ENOUGH_RESOURCES, 3, 0",
        "4, 4, NOT_ENOUGH_RESOURCES, 3, 3",
    })
    @Proves(device = {"memory.not-enough-resources", "memory.hints"})
    void missingResourcesAreAnsweredWithHints(
            int granularity, int count, StatusCode expected, int dword0, int dword1) {
        var other = builder().trackingResources(5, 3).build();
        new TestHost(other.controller(1));
        new TestHost(other.controller(2));
        var host = new TrackingHost(other);
        assertStatus(host.start(2, 3, PAGE, PAGE), SUCCESSFUL_COMPLETION);
        var ranges = new Range[count];
        Arrays.fill(ranges, PAGE);
        var completion = host.start(1, granularity, ranges);
        assertStatus(completion, expected);
        assertThat(completion.dword0()).isEqualTo(dword0);
        assertThat(completion.dword1()).isEqualTo(dword1);
    }

    @ParameterizedTest
    @CsvSource({
        // select, controller, bytes
        "0, 1, 16, SUCCESSFUL_COMPLETION",
        "1, 1, 16, INVALID_FIELD_IN_COMMAND",
        "255, 1, 16, INVALID_FIELD_IN_COMMAND",
        "0, 1, 12, INVALID_FIELD_IN_COMMAND",
        "0, 1, 8192, SUCCESSFUL_COMPLETION",
        "0, 1, 8196, INVALID_FIELD_IN_COMMAND", // beyond MDTS
        "0, 0, 16, INVALID_CONTROLLER_IDENTIFIER",
        "0, 2, 16, INVALID_CONTROLLER_IDENTIFIER", // not tracked
        "0, 9, 16, INVALID_CONTROLLER_IDENTIFIER",
    })
    @Proves(device = {
        "report.too-short",
        "report.not-tracked",
        "discovery.data-within-mdts",
        "discovery.reserved-select"
    })
    void aReportIsRefused(int select, int controllerId, int byteSize, StatusCode expected) {
        tracking.start(1, 1, PAGE);
        try (var memory = tracking.management.transport.allocate(byteSize)) {
            var entry = ManagementHost.entry(0x3E, select, controllerId, byteSize / 4 - 1, 0, 0);
            assertStatus(
                    tracking.management.transport
                            .submit(entry, memory, byteSize, ManagementHost.TIMEOUT)
                            .join(),
                    expected);
        }
    }

    @Test
    @Proves(device = "report.nothing")
    void aReportThatHasNoRoomForARangeIsRefusedWhenThereIsOne() {
        var other = InMemorySubsystem.builder(clock).build();
        var guest = new TestHost(other.controller(1)).bringUp();
        var host = new TrackingHost(other);
        host.start(1, 0, new Range(TestHost.DATA, 1));
        guest.admin(0x06, e -> e.cdw10(1).prp1(TestHost.DATA));
        assertStatus(host.receive(1, 28).completion(), INVALID_FIELD_IN_COMMAND);
        assertThat(host.receive(1, 32).ranges()).as("nothing was lost").hasSize(1);
        assertStatus(host.receive(1, 28).completion(), SUCCESSFUL_COMPLETION);
    }

    @Test
    @Proves(device = {"discovery.no-namespace", "discovery.reserved-select"})
    void namespacesAndReservedSelectValuesAreRefused() {
        for (int opcode : new int[] {0x3D, 0x3E}) {
            var entry = ManagementHost.entry(opcode, opcode == 0x3D ? 1 : 0, 1, 3, 0, 0);
            new io.nvmelm.core.codec.SubmissionEntryView().wrap(entry, 0).namespaceId(1);
            assertStatus(tracking.management.start(entry).join(), INVALID_FIELD_IN_COMMAND);
        }
        assertStatus(
                tracking.management.start(ManagementHost.entry(0x3D, 2, 1, 0, 0, 0)).join(),
                INVALID_FIELD_IN_COMMAND);
    }

    @ParameterizedTest
    @CsvSource({
        // TRATTR, opcode, CDW10
        "0, 0x3D, 0, INVALID_COMMAND_OPCODE",
        "0, 0x3D, 1, INVALID_COMMAND_OPCODE",
        "0, 0x3E, 0, INVALID_COMMAND_OPCODE",
        "0, 0x45, 0, INVALID_COMMAND_OPCODE",
        "1, 0x3D, 0, INVALID_FIELD_IN_COMMAND",
        "1, 0x45, 0, INVALID_COMMAND_OPCODE",
        "1, 0x3D, 1, SUCCESSFUL_COMPLETION",
        "2, 0x3D, 1, INVALID_FIELD_IN_COMMAND",
        "2, 0x3E, 0, INVALID_COMMAND_OPCODE",
        "2, 0x3D, 0, INVALID_CONTROLLER_DATA_QUEUE",
    })
    @Proves(device = {"discovery.tracking-optional", "discovery.unsupported-opcode"})
    void onlyWhatIsAnnouncedExists(int attributes, String opcode, int cdw10, StatusCode expected) {
        int queues = attributes >>> 1;
        int ranges = attributes & 1;
        var other = builder()
                .tracking(new TrackingLimits(ranges, ranges, 0, 0, attributes, queues, queues, 0, 0, 0))
                .build();
        new TestHost(other.controller(1));
        var entry = ManagementHost.entry(Integer.decode(opcode), cdw10, 1, 0, 0, 0);
        assertStatus(new ManagementHost(other).start(entry).join(), expected);
    }

    /// The controller and whether it is tracked are checked before the length of the report.
    @ParameterizedTest
    @CsvSource({
        "9, INVALID_CONTROLLER_IDENTIFIER",
        "2, INVALID_CONTROLLER_IDENTIFIER",
        "1, INVALID_FIELD_IN_COMMAND",
    })
    @Proves(device = {"report.not-tracked", "report.too-short", "discovery.data-within-mdts"})
    void aReportOfAWrongLengthIsRefusedForWhoIsTracked(int controllerId, StatusCode expected) {
        assertStatus(tracking.start(1, 1, PAGE), SUCCESSFUL_COMPLETION);
        for (int dwords : new int[] {2, 0xFFFF}) {
            var entry = ManagementHost.entry(0x3E, 0, controllerId, dwords, 0, 0);
            assertStatus(tracking.management.start(entry).join(), expected);
        }
    }
}
