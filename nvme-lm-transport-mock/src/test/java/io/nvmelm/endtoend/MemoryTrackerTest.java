package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MemoryTracker;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A guest of 4 GiB, ten thousand ranges, and a controller that writes into and around them.
class MemoryTrackerTest {
    private static final int RANGES = 10_000;
    /// Enough for one write into each range, and for pages outside of all of them.
    private static final int WRITES = 3 * 4400;
    private static final long PAGE = ScatteringGuest.PAGE;
    private static final long MEMORY_PAGES = ScatteringGuest.MEMORY_BYTES / PAGE;

    /// One guest, its controller, and who tracks it.
    private static final class World {
        final SplittableRandom random;
        final InMemorySubsystem subsystem;
        final ScatteringGuest guest;
        /// What the device reports itself.
        final MemoryReports reports;
        final MigratableController controller;
        final MemoryTracker tracker;
        final List<MemoryRange> ranges;
        /// Pages that data is written to: those of the ranges, and those beside them. Completions go to the last range.
        final long[] targets;
        final BitSet tracked = new BitSet();
        /// Where the device may find writes, where that is more than what is asked for.
        BitSet searched = tracked;
        final BitSet reported = new BitSet();

        World(long seed, int pieceBytes, UnaryOperator<InMemorySubsystemBuilder> variation) {
            random = new SplittableRandom(seed);
            subsystem = variation
                    .apply(InMemorySubsystem.builder(new VirtualClock())
                            .tracking(limits(16_384, false))
                            .latency(TwoHosts.LATENCY)
                            .seed(seed))
                    .build();
            guest = new ScatteringGuest(TwoHosts.controller(subsystem));
            reports = new MemoryReports(subsystem.controllingTransport());
            controller = ControllingController.open(reports, TransferOptions.defaults().withPieces(pieceBytes, 1))
                    .migratableByVirtualFunction(1);
            tracker = controller.memoryTracker();
            var data = randomRanges(random);
            ranges = new ArrayList<>(data);
            ranges.add(new MemoryRange(ScatteringGuest.FIRST_QUEUE_PAGE * PAGE, ScatteringGuest.QUEUE_PAGES * PAGE));
            for (var range : ranges) {
                tracked.set((int) (range.deviceAddress() / PAGE), (int) ((range.deviceAddress() + range.byteSize())
                        / PAGE));
            }
            targets = LongStream.concat(
                    data.stream().mapToLong(range -> range.deviceAddress() / PAGE
                            + random.nextLong(range.byteSize() / PAGE)),
                    random.longs(2000, 1024, MEMORY_PAGES)).toArray();
        }

        /// Lets the controller write, and part of that be under way afterwards.
        void run(int commands) {
            for (int left = commands; left > 0; left -= 40) {
                guest.submitReads(random, Math.min(left, 40), targets);
                if (left > 40) {
                    subsystem.clock().runUntilIdle();
                    guest.poll();
                } else {
                    subsystem.clock().advance(Duration.ofNanos(random.nextInt(100_000)));
                }
            }
        }

        void settle() {
            subsystem.clock().runUntilIdle();
            guest.poll();
        }

        BitSet report() {
            var result = new BitSet();
            for (var range : ranges) {
                var bitmap = new byte[(int) ((range.byteSize() / PAGE + 7) / 8)];
                tracker.report(range, PAGE, MemorySegment.ofArray(bitmap));
                BitSet.valueOf(bitmap).stream().forEach(bit -> result.set((int) (range.deviceAddress() / PAGE) + bit));
            }
            reported.or(result);
            return result;
        }

        boolean holds(BitSet pages, MemoryRange range) {
            int page = pages.nextSetBit((int) (range.deviceAddress() / PAGE));
            return page >= 0 && page < (range.deviceAddress() + range.byteSize()) / PAGE;
        }

        /// No descriptor that the device returned reaches outside of what is tracked, and there were some.
        void assertDescriptorsInside(long unit) {
            var allowed = new BitSet();
            int pages = (int) (unit / PAGE);
            // A tracked range is rounded to the unit that it is tracked in, not to that of the report.
            searched.stream().forEach(page -> allowed.set(page / pages * pages, (page / pages + 1) * pages));
            assertThat(reports.descriptors).isNotEmpty();
            for (var range : reports.descriptors) {
                long first = range.deviceAddress() / PAGE;
                long end = Math.ceilDiv(range.deviceAddress() + range.byteSize(), PAGE);
                assertThat(allowed.nextClearBit((int) first)).as("%s", range).isGreaterThanOrEqualTo((int) end);
            }
        }

        BitSet written() {
            var result = new BitSet();
            guest.lastWrite.keySet().forEach(page -> result.set(page.intValue()));
            return result;
        }
    }

    private static TrackingLimits limits(int descriptors, boolean powersOfTwo) {
        return new TrackingLimits(descriptors, descriptors, 0, 9, powersOfTwo ? 7 : 3, 8, 8, 0, 0, 0);
    }

    /// Ranges of 1 to 20 pages, above the queues.
    private static List<MemoryRange> randomRanges(SplittableRandom random) {
        var starts = new TreeSet<Long>();
        while (starts.size() < RANGES) {
            starts.add(random.nextLong(1024, MEMORY_PAGES - 20));
        }
        var ranges = new ArrayList<MemoryRange>();
        for (var start : starts) {
            var next = starts.higher(start);
            long room = next == null ? 20 : Math.min(20, next - start);
            ranges.add(new MemoryRange(start * PAGE, (1 + random.nextLong(room)) * PAGE));
        }
        return ranges;
    }

    @Test
    @Proves(host = {
        "memory.start-stop",
        "memory.request-layout",
        "memory.guest-addresses",
        "memory.every-write",
        "memory.suspension-keeps-tracking",
        "report.layout",
        "report.more",
        "report.removes",
        "report.suspended",
        "report.beyond-end",
        "report.nothing",
        "procedure.memory-until-drained",
        "encoding.track-send",
        "encoding.track-receive"
    })
    void everyPageThatTheDeviceWroteIsReportedAndNoneOutsideTheRanges() {
        for (long seed = 1; seed <= 10; seed++) {
            var world = new World(seed, seed % 2 == 0 ? 4096 : 256 << 10, builder -> builder);
            assertThat(world.tracker.start(world.ranges, PAGE)).as("seed %d", seed).isEqualTo(PAGE);
            world.settle();
            world.guest.lastWrite.clear();
            for (int round = 0; round < 3; round++) {
                world.run(WRITES / 3);
                world.report();
            }
            assertThat(world.tracker.isQuiescent()).isFalse();
            world.run(100);
            world.controller.suspend();
            world.report();
            assertThat(world.tracker.isQuiescent()).isTrue();
            var expected = world.written();
            expected.and(world.tracked);
            assertThat(world.ranges).as("seed %d: every range is written", seed).hasSize(RANGES + 1).allMatch(
                    range -> world.holds(expected, range));
            assertThat(expected.get((int) ScatteringGuest.COMPLETION_PAGE)).isTrue();
            assertThat(world.reported).as("seed %d", seed).isEqualTo(expected);
            world.assertDescriptorsInside(PAGE);
            var returned = new BitSet();
            for (var range : world.reports.descriptors) {
                returned.set(
                        (int) (range.deviceAddress() / PAGE),
                        (int) ((range.deviceAddress() + range.byteSize()) / PAGE));
            }
            assertThat(returned).as("seed %d: the device's own descriptors", seed).isEqualTo(expected);
            assertThat(world.report().isEmpty()).as("seed %d: once more", seed).isTrue();
            assertThat(world.subsystem.violations()).isEmpty();
            world.controller.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1024, false, 4096", "16384, false, 65536", "16384, true, 4096", "16384, true, 2097152",
        "100, true, 4096"})
    @Proves(host = {
        "memory.power-of-two", "memory.ranges-of-controller", "memory.ranges-of-subsystem", "memory.granularity-range",
        "memory.alignment", "identify.memory-descriptor-limits", "identify.granularity-limits",
        "identify.tracking-attributes"
    })
    void coarserUnitsAndSplitRangesReportAtLeastWhatWasWritten(int descriptors, boolean powersOfTwo, long wished) {
        var world = new World(descriptors, 64 << 10, builder -> builder.tracking(limits(descriptors, powersOfTwo)));
        long unit = world.tracker.start(world.ranges, wished);
        assertThat(unit).isBetween(wished, 512 * PAGE);
        world.settle();
        world.guest.lastWrite.clear();
        world.run(2000);
        world.controller.suspend();
        world.report();
        assertBounds(world, unit);
    }

    /// Everything that was written is reported, and nothing outside of the units that were written and of the ranges.
    private static void assertBounds(World world, long unit) {
        world.assertDescriptorsInside(unit);
        var expected = world.written();
        expected.and(world.tracked);
        expected.andNot(world.reported);
        assertThat(expected.isEmpty()).as("written, but not reported: %s", expected).isTrue();
        var possible = new BitSet();
        int pages = (int) (unit / PAGE);
        world.written().stream().forEach(page -> possible.set(page / pages * pages, (page / pages + 1) * pages));
        possible.and(world.tracked);
        var surplus = (BitSet) world.reported.clone();
        surplus.andNot(possible);
        assertThat(surplus.isEmpty()).as("reported, but not written: %s", surplus).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY_CHANGES_HELD_BACK", "COARSE_MEMORY_REPORTS", "ALWAYS_DO_NOT_RETRY"})
    @Proves(host = {"report.held-back", "report.granularity"})
    void theDevicesWaysMakeNoDifference(DeviceVariant variant) {
        var world = new World(variant.ordinal(), 64 << 10, builder -> builder.variants(variant));
        world.tracker.start(world.ranges, PAGE);
        world.settle();
        world.guest.lastWrite.clear();
        for (int round = 0; round < 3; round++) {
            world.run(600);
            world.report();
        }
        world.controller.suspend();
        world.report();
        assertThat(world.tracker.isQuiescent()).isTrue();
        assertBounds(world, variant == DeviceVariant.COARSE_MEMORY_REPORTS ? 512 * PAGE : PAGE);
    }

    @ParameterizedTest
    @CsvSource({"16384, 5", "9000, 0", "9000, 5", "1, 0"})
    @Proves(host = {"memory.not-enough-resources", "memory.hints"})
    void theHintsOfTheDeviceLeadToWhatItCanDo(int descriptors, int lowest) {
        var world = new World(3, 64 << 10, builder -> builder.trackingResources(descriptors, lowest));
        long unit;
        if (descriptors == 1) {
            assertThatThrownBy(() -> world.tracker.start(world.ranges, PAGE))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                        assertThat(e.status().is(StatusCode.NOT_ENOUGH_RESOURCES)).isTrue();
                        assertThat(e.dword1()).isEqualTo(1);
                    });
            long first = ScatteringGuest.FIRST_QUEUE_PAGE;
            unit = world.tracker.start(List.of(new MemoryRange(first * PAGE, (MEMORY_PAGES - first) * PAGE)), PAGE);
            assertThat(unit).isEqualTo(PAGE);
            world.searched = new BitSet();
            world.searched.set((int) first, (int) MEMORY_PAGES);
        } else {
            unit = world.tracker.start(world.ranges, PAGE);
            assertThat(unit).isGreaterThan(PAGE);
        }
        world.settle();
        world.guest.lastWrite.clear();
        world.run(1000);
        world.controller.suspend();
        world.report();
        assertBounds(world, unit);
    }

    @Test
    @Proves(host = {"resume.memory-tracking-goes-on", "memory.suspended"})
    void trackingGoesOnWhenTheMigrationIsGivenUp() {
        var world = new World(4, 64 << 10, builder -> builder);
        world.tracker.start(world.ranges, PAGE);
        world.settle();
        world.guest.lastWrite.clear();
        world.run(400);
        world.controller.suspend();
        assertThatThrownBy(world.tracker::stop)
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.status()
                        .is(StatusCode.CONTROLLER_SUSPENDED)).isTrue());
        world.controller.resume();
        world.run(400);
        world.controller.suspend();
        world.report();
        assertBounds(world, PAGE);
        world.controller.resume();
        world.tracker.stop();
    }

    @Test
    @Proves(host = {"reset.controlling-stops-memory-tracking", "report.not-tracked"})
    void aResetOfTheControllingControllerIsNoticedAndNothingIsTakenAsClean() {
        var world = new World(5, 64 << 10, builder -> builder);
        world.tracker.start(world.ranges, PAGE);
        world.run(400);
        world.subsystem.controllingController().function().reset();
        var bitmap = new byte[3];
        var range = world.ranges.getFirst();
        assertThatThrownBy(() -> world.tracker.report(range, PAGE, MemorySegment.ofArray(bitmap)))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("start tracking again");
        assertThat(BitSet.valueOf(bitmap).cardinality()).isEqualTo((int) (range.byteSize() / PAGE));
    }

    @Test
    @Proves(host = {"memory.already-tracked", "memory.stop-not-tracking"})
    void aTrackingThatAnEarlierProgramLeftIsReplaced() {
        var world = new World(6, 64 << 10, builder -> builder);
        world.tracker.start(world.ranges.subList(0, 10), PAGE);
        var later = ControllingController.open(world.subsystem.controllingTransport())
                .migratableByVirtualFunction(1)
                .memoryTracker();
        later.start(world.ranges, PAGE);
        later.stop();
        later.stop();
    }
}
