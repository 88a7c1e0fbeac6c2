package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.MemoryTrackingRequest;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How host and controller agree on granularity and ranges.
class MemoryTrackerNegotiationTest {
    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 1 << 20, 4);
    private final TrackingDevice device = new TrackingDevice();

    MemoryTrackerNegotiationTest() {
        transport.tracking = TrackingDevice.LIMITS;
        transport.others = device;
    }

    private long start(List<MemoryRange> ranges, long pageBytes) {
        return ControllingController.open(transport, TransferOptions.defaults())
                .migratable(5)
                .memoryTracker()
                .start(ranges, pageBytes);
    }

    /// Ranges of a page each, a distance apart.
    private static List<MemoryRange> pages(int count, long distance) {
        return LongStream.range(0, count).mapToObj(i -> new MemoryRange(i * distance, 4096)).toList();
    }

    private MemoryTrackingRequest last() {
        return device.requests.getLast();
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 0, 9, 0", "8192, 0, 9, 1", "2097152, 0, 9, 9", "4194304, 0, 9, 9", "4096, 3, 9, 3", "65536, 3, 9, 4",
        "4096, 5, 5, 5", "1073741824, 5, 5, 5", "4096, 0, 255, 0", "4611686018427387904, 0, 255, 50"
    })
    void theWishIsBroughtIntoTheBounds(long wished, int minimum, int maximum, int expected) {
        transport.tracking = TrackingDevice.limits(10, minimum, maximum, false);
        assertThat(start(List.of(new MemoryRange(0, 1L << 32)), wished)).isEqualTo(4096L << expected);
        assertThat(last().granularity()).isEqualTo(expected);
    }

    @Test
    void rangesAreRoundedOutwardAndWhatThenOverlapsOrTouchesIsOne() {
        start(
                List.of(
                        new MemoryRange(0x1_F000, 0x2000),
                        new MemoryRange(0x2_8000, 0x1000),
                        new MemoryRange(0x5_0000, 0x1_0000),
                        new MemoryRange(0x6_0000, 0x1000)),
                65536);
        assertThat(last().ranges())
                .containsExactly(new MemoryRangeDescriptor(0x1_0000, 2), new MemoryRangeDescriptor(0x5_0000, 2));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "7, 3", "8, 1", "1000, 6", "1023, 10", "1024, 1"})
    void lengthsArePowersOfTwoWhereTheyHaveToBe(long pageCount, int descriptors) {
        transport.tracking = TrackingDevice.limits(20, 0, 0, true);
        start(List.of(new MemoryRange(0x7000, pageCount * 4096)), 4096);
        assertThat(last().ranges()).hasSize(descriptors);
        long next = 0x7000;
        for (var range : last().ranges()) {
            assertThat(range.startAddress()).isEqualTo(next);
            assertThat(Long.bitCount(range.unitCount())).isOne();
            next += range.unitCount() * 4096;
        }
        assertThat(next).isEqualTo(0x7000 + pageCount * 4096);
    }

    @Test
    void rangesOfMoreUnitsThanADescriptorHoldsAreSplit() {
        transport.tracking = TrackingDevice.limits(20, 0, 0, false);
        start(List.of(new MemoryRange(0x1000, (0xFFFF_FFFFL + 5) * 4096)), 4096);
        assertThat(last().ranges())
                .containsExactly(
                        new MemoryRangeDescriptor(0x1000, 0xFFFF_FFFFL),
                        new MemoryRangeDescriptor(0x1000 + 0xFFFF_FFFFL * 4096, 5));
        transport.tracking = TrackingDevice.limits(20, 0, 0, true);
        start(List.of(new MemoryRange(0, (1L << 32) * 4096)), 4096);
        assertThat(last().ranges())
                .containsExactly(
                        new MemoryRangeDescriptor(0, 1L << 31), new MemoryRangeDescriptor(1L << 43, 1L << 31));
    }

    @Test
    void theEndOfTheAddressSpaceCanBeTracked() {
        start(List.of(new MemoryRange(-4096, 4096), new MemoryRange(0, 4096)), 65536);
        assertThat(last().ranges())
                .containsExactly(new MemoryRangeDescriptor(0, 1), new MemoryRangeDescriptor(-65536, 1));
    }

    @Test
    void moreRangesThanTheControllerHasDescriptorsAreTrackedCoarser() {
        transport.tracking = TrackingDevice.limits(10, 0, 9, false);
        assertThat(start(pages(40, 16384), 4096)).isEqualTo(16384);
        assertThat(last().ranges()).containsExactly(new MemoryRangeDescriptor(0, 40));
    }

    @Test
    void rangesThatAreTooManyAtEveryGranularityAreRefused() {
        transport.tracking = TrackingDevice.limits(10, 0, 1, false);
        assertThatThrownBy(() -> start(pages(40, 16384), 4096))
                .isInstanceOfSatisfying(CapabilityMissingException.class, e -> assertThat(e.capability())
                        .contains("40 range descriptors, of which it has 10 (CMMRTD 10, NMMRTD 10"));
        assertThat(device.requests).isEmpty();
    }

    @Test
    void aLimitOfNoDescriptorsIsTakenAsNotReported() {
        transport.tracking = TrackingDevice.limits(0, 0, 0, false);
        start(pages(40, 16384), 4096);
        assertThat(last().ranges()).hasSize(40);
    }

    @Test
    void aRequestIsNoLargerThanOneCommandCanMove() {
        transport.mdts = 1;
        start(pages(1000, 16384), 4096);
        assertThat(last().granularity()).as("682 descriptors fit 8 KiB").isEqualTo(2);
    }

    /// A controller that can do this: some granularity or coarser, or some number of descriptors at the granularity asked for.
    private List<Integer> refuseWith(int finestPossible, int mostDescriptors, boolean hints) {
        var asked = new ArrayList<Integer>();
        transport.others = (command, data) -> {
            if (!(command instanceof TrackMemoryChangesCommand track) || !track.start()) {
                return device.execute(command, data);
            }
            device.execute(command, data);
            var request = last();
            asked.add(request.granularity());
            if (request.granularity() >= finestPossible && request.ranges().size() <= mostDescriptors) {
                return Completion.success();
            }
            device.tracked = null;
            var status = NvmeStatus.of(StatusCode.NOT_ENOUGH_RESOURCES);
            return hints ? new Completion(finestPossible, mostDescriptors, status) : new Completion(0, 0, status);
        };
        return asked;
    }

    @Test
    void theHintOfAGranularityIsTakenAtOnce() {
        var asked = refuseWith(6, 1000, true);
        assertThat(start(pages(40, 1 << 30), 4096)).isEqualTo(4096 << 6);
        assertThat(asked).containsExactly(0, 6);
    }

    @Test
    void theHintOfANumberLeadsToTheFinestGranularityWithSoFewRanges() {
        var asked = refuseWith(0, 5, true);
        assertThat(start(pages(40, 1 << 18), 4096)).as("1 range of 64 units").isEqualTo(4096 << 6);
        assertThat(asked).containsExactly(0, 6);
    }

    @Test
    void withoutHintsGranularitiesAreTriedOneByOne() {
        var asked = refuseWith(4, 1000, false);
        assertThat(start(pages(40, 1 << 30), 8192)).isEqualTo(65536);
        assertThat(asked).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @CsvSource({"10, 1000, true", "65535, 1000, true", "0, 5, true", "99, 0, false"})
    void whatIsNotPossibleIsRefusedWithTheHints(int finest, int most, boolean hints) {
        var asked = refuseWith(finest, most, hints);
        assertThatThrownBy(() -> start(pages(40, 1 << 30), 4096))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                    assertThat(e.status().is(StatusCode.NOT_ENOUGH_RESOURCES)).isTrue();
                    assertThat(e.dword0()).isEqualTo(hints ? finest : 0);
                    assertThat(e.dword1()).isEqualTo(hints ? most : 0);
                    assertThat(e.remedy()).contains("or " + (hints ? most : 0) + " ranges");
                });
        assertThat(asked).hasSize(hints ? 1 : 10);
        assertThat(device.tracked).isNull();
    }

    @Test
    void aControllerThatRefusesForEverIsNotAskedForEver() {
        transport.tracking = TrackingDevice.limits(1000, 0, 50, false);
        var asked = refuseWith(51, 1000, false);
        assertThatThrownBy(() -> start(pages(2, 1L << 60), 4096)).isInstanceOf(CommandFailedException.class);
        assertThat(asked).hasSize(16);
    }
}
