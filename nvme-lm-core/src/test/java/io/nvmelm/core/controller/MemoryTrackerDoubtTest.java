package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.MemoryTrackingRequest;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tracking of memory says more than was written, and never less, when something comes between a command and its answer.
class MemoryTrackerDoubtTest {
    private static final int PAGES = 256;
    private static final MemoryRange LOW = new MemoryRange(0x10_0000, PAGES * 4096);
    private static final MemoryRange HIGH = new MemoryRange(0x1_0000_0000L, PAGES * 4096);

    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 1 << 20, 4);
    private final TrackingDevice device = new TrackingDevice();
    private final MigratableController controller;
    private final MemoryTracker tracker;

    MemoryTrackerDoubtTest() {
        transport.tracking = TrackingDevice.LIMITS;
        transport.others = device;
        controller = ControllingController.open(transport, TransferOptions.defaults().withPieces(4096, 1)).migratable(
                5);
        tracker = controller.memoryTracker();
    }

    private BitSet report() {
        var bitmap = new byte[PAGES / 8];
        tracker.report(LOW, 4096, MemorySegment.ofArray(bitmap));
        return BitSet.valueOf(bitmap);
    }

    private static BitSet pages(int first, int end) {
        var result = new BitSet();
        result.set(first, end);
        return result;
    }

    private void write(int pages) {
        for (int page = 0; page < pages; page++) {
            device.write(LOW.deviceAddress() + page * 4096L);
        }
    }

    @Test
    void aReportDuringWhichTheControllerWasResumedProvesNothing() {
        tracker.start(List.of(LOW), 4096);
        device.suspended = true;
        transport.others = (command, data) -> {
            var completion = device.execute(command, data);
            tracker.resumed();
            return completion;
        };
        report();
        assertThat(tracker.isQuiescent()).isFalse();
        transport.others = device;
        report();
        assertThat(tracker.isQuiescent()).isTrue();
        tracker.resumed();
        assertThat(tracker.isQuiescent()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void aDeviceMayReportAsLittleAsItLikesInEachCommand(int descriptors) {
        tracker.start(List.of(LOW), 4096);
        write(200);
        transport.others = (command, data) -> device.execute(command, data.asSlice(0, 16 + 16 * descriptors));
        assertThat(report()).isEqualTo(pages(0, 200));
        assertThat(transport.commandsOf(TrackedMemoryChangesCommand.class)).hasSize(200 / descriptors);
    }

    @Test
    void whileALateStopAndALateStartMayReplaceWhatIsTrackedEverythingIsWritten() {
        tracker.start(List.of(LOW), 4096);
        transport.never = command -> command instanceof TrackMemoryChangesCommand track && !track.start();
        assertThatThrownBy(tracker::stop).isInstanceOf(CommandTimeoutException.class);
        transport.never = command -> command instanceof TrackMemoryChangesCommand track && track.start();
        assertThatThrownBy(() -> tracker.start(List.of(HIGH), 4096)).isInstanceOf(CommandTimeoutException.class);
        transport.never = command -> false;
        tracker.start(List.of(LOW), 4096);

        // Now the device executes the stop, and then the start with the other range.
        device.tracked = new MemoryTrackingRequest(0, List.of(new MemoryRangeDescriptor(HIGH.deviceAddress(), PAGES)));
        write(1);
        assertThat(report()).isEqualTo(pages(0, PAGES));
        transport.endLateCommands();
        write(1);
        assertThat(report()).as("the late start is over, and what it did stays").isEqualTo(pages(0, PAGES));

        tracker.start(List.of(LOW), 4096);
        write(1);
        assertThat(report()).isEqualTo(pages(0, 1));
        controller.close();
        assertThat(transport.open).isZero();
        assertThat(transport.doubleCloses).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneLateCommandAloneIsNoReasonToTakeEverythingAsWritten(boolean start) {
        tracker.start(List.of(LOW), 4096);
        transport.never = command -> command instanceof TrackMemoryChangesCommand track && track.start() == start;
        assertThatThrownBy(() -> tracker.start(List.of(HIGH), 4096)).isInstanceOf(CommandTimeoutException.class);
        transport.never = command -> false;
        tracker.start(List.of(LOW), 4096);
        write(2);
        assertThat(report()).isEqualTo(pages(0, 2));
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void anErrorAfterTheDeviceGaveItsChangesAwayMakesEverythingWritten() {
        tracker.start(List.of(LOW), 4096);
        var submitted = new ArrayDeque<CompletableFuture<Completion>>();
        transport.breaks = submitted::add;
        transport.others = (command, data) -> {
            var completion = device.execute(command, data);
            submitted.getLast().complete(completion);
            throw new OutOfMemoryError("in a test");
        };
        write(3);
        assertThatThrownBy(this::report).isInstanceOf(OutOfMemoryError.class);
        assertThat(device.written).isEmpty();
        transport.others = device;
        assertThat(report()).isEqualTo(pages(0, PAGES));
        assertThat(report()).isEqualTo(pages(0, 0));
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void aBitmapThatGoesAwayDuringTheReportMakesEverythingWritten() {
        tracker.start(List.of(LOW), 4096);
        write(3);
        var arena = Arena.ofShared();
        transport.others = (command, data) -> {
            arena.close();
            return device.execute(command, data);
        };
        var bitmap = arena.allocate(PAGES / 8);
        assertThatThrownBy(() -> tracker.report(LOW, 4096, bitmap)).isInstanceOf(IllegalStateException.class);
        transport.others = device;
        assertThat(report()).isEqualTo(pages(0, PAGES));
    }
}
