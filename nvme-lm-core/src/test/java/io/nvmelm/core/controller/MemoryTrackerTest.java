package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The guest memory that a controller writes, as a VMM asks for it.
class MemoryTrackerTest {
    private static final long MIB = 1 << 20;
    private static final MemoryRange LOW = new MemoryRange(0x10_0000, MIB);
    private static final MemoryRange HIGH = new MemoryRange(0x1_0000_0000L, 4 * MIB);

    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 1 << 20, 4);
    private final TrackingDevice device = new TrackingDevice();

    MemoryTrackerTest() {
        transport.tracking = TrackingDevice.LIMITS;
        transport.others = device;
    }

    private MigratableController controller() {
        return ControllingController.open(transport, TransferOptions.defaults().withPieces(4096, 1)).migratable(5);
    }

    private MemoryTracker started() {
        var tracker = controller().memoryTracker();
        tracker.start(List.of(HIGH, LOW), 4096);
        return tracker;
    }

    /// Numbers of the pages that a report names.
    private static BitSet report(MemoryTracker tracker, MemoryRange range, long pageBytes) {
        var bitmap = new byte[(int) (range.byteSize() / pageBytes + 7) / 8];
        tracker.report(range, pageBytes, MemorySegment.ofArray(bitmap));
        return BitSet.valueOf(bitmap);
    }

    private static BitSet pages(int... numbers) {
        var result = new BitSet();
        for (int number : numbers) {
            result.set(number);
        }
        return result;
    }

    private static BitSet all(int count) {
        var result = new BitSet();
        result.set(0, count);
        return result;
    }

    @Test
    void aReportNamesThePagesThatWereWrittenSinceTheLastOne() {
        var tracker = started();
        device.write(LOW.deviceAddress() + 5 * 4096 + 17);
        device.write(HIGH.deviceAddress());
        device.write(HIGH.deviceAddress() + 4 * MIB - 1);

        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages(5));
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(pages(0, 1023));
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(pages());

        device.write(HIGH.deviceAddress() + 4096);
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(pages(1));
    }

    @Test
    void whatWasWrittenElsewhereWaitsUntilItIsAskedFor() {
        var tracker = started();
        for (int page = 0; page < 256; page++) {
            device.write(LOW.deviceAddress() + page * 4096L);
        }
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(pages());
        assertThat(device.written).isEmpty();
        var half = new MemoryRange(LOW.deviceAddress() + MIB / 2, MIB / 2);
        assertThat(report(tracker, half, 4096)).isEqualTo(all(128));
        assertThat(report(tracker, LOW, 4096)).isEqualTo(all(128));
        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages());
    }

    @Test
    void onlyBitsAreSet() {
        var tracker = started();
        device.write(LOW.deviceAddress() + 3 * 4096);
        var bitmap = new byte[32];
        bitmap[0] = 0x10;
        bitmap[31] = (byte) 0x80;
        tracker.report(LOW, 4096, MemorySegment.ofArray(bitmap));
        assertThat(BitSet.valueOf(bitmap)).isEqualTo(pages(3, 4, 255));
    }

    @ParameterizedTest
    @CsvSource({"4096, 0", "4096, 4", "65536, 0", "65536, 4", "1048576, 0", "4096, 9"})
    void pagesOfTheCallerAndUnitsOfTheDeviceAreIndependent(long pageBytes, int granularity) {
        for (long seed = 1; seed <= 20; seed++) {
            var random = new SplittableRandom(seed);
            device.tracked = null;
            device.reportGranularity = granularity;
            var tracker = started();
            var certain = new BitSet();
            var possible = new BitSet();
            for (int i = 0; i < 30; i++) {
                long place = random.nextLong(HIGH.byteSize());
                device.write(HIGH.deviceAddress() + place);
                certain.set((int) (place / pageBytes));
                long unit = 4096L << granularity;
                long from = place / unit * unit;
                possible.set((int) (from / pageBytes), (int) ((from + unit - 1) / pageBytes) + 1);
            }
            var reported = report(tracker, HIGH, pageBytes);
            certain.andNot(reported);
            assertThat(certain).as("seed %d: written, but not reported", seed).isEqualTo(pages());
            reported.andNot(possible);
            assertThat(reported).as("seed %d: reported, but in no unit that was written", seed).isEqualTo(pages());
        }
    }

    @Test
    void aCoarseReportNeverReachesBeyondWhatIsTracked() {
        device.reportGranularity = 9;
        var tracker = controller().memoryTracker();
        var first = new MemoryRange(0x20_0000 + 8 * 4096, 4 * 4096);
        var second = new MemoryRange(0x20_0000 + 16 * 4096, 4 * 4096);
        tracker.start(List.of(first, second), 4096);
        device.write(first.deviceAddress());
        assertThat(report(tracker, first, 4096)).isEqualTo(all(4));
        assertThat(report(tracker, second, 4096)).isEqualTo(all(4));
        assertThatThrownBy(() -> report(tracker, new MemoryRange(0x20_0000, 32 * 4096), 4096))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("memory that is tracked");
    }

    @Test
    void aReportThatDoesNotFitOneCommandTakesSeveral() {
        var tracker = started();
        for (int page = 0; page < 1024; page++) {
            device.write(HIGH.deviceAddress() + page * 4096L);
        }
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(all(1024));
        assertThat(transport.commandsOf(TrackedMemoryChangesCommand.class)).hasSize((1024 + 254) / 255);
    }

    @Test
    void aDeviceThatHasMoreForEverIsRefused() {
        var tracker = started();
        transport.others = (command, data) -> {
            device.write(LOW.deviceAddress());
            device.execute(command, data);
            new TrackedMemoryChangesView().wrap(data, 0, data.byteSize()).moreToReport(true);
            return Completion.success();
        };
        assertThatThrownBy(() -> report(tracker, LOW, 4096))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("MTR is 1 in");
        transport.others = device;
        assertThat(report(tracker, LOW, 4096)).isEqualTo(all(256));
    }

    @Test
    void onlySuspendedAndDrainedIsQuiescent() {
        var controller = controller();
        var tracker = controller.memoryTracker();
        tracker.start(List.of(LOW), 4096);
        assertThat(tracker.isQuiescent()).isFalse();
        report(tracker, LOW, 4096);
        assertThat(tracker.isQuiescent()).as("nothing written, but running").isFalse();
        device.suspended = true;
        device.write(LOW.deviceAddress());
        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages(0));
        assertThat(tracker.isQuiescent()).isTrue();
        controller.resume();
        assertThat(tracker.isQuiescent()).isFalse();
    }

    static List<Consumer<MemorySegment>> answersThatCannotBe() {
        return List.of(
                data -> data.set(ValueLayout.JAVA_BYTE, 0, (byte) 1),
                data -> view(data).controllerId(6),
                data -> view(data).descriptorCount(256),
                data -> view(data).descriptorCount(0xFFFF_FFFFL),
                data -> view(data).granularity(51),
                data -> view(data).descriptorCount(0).moreToReport(true),
                data -> view(data).descriptorCount(1).descriptor(0, 0x10_0001, 1),
                data -> view(data).descriptorCount(1).descriptor(0, -4096, 2));
    }

    private static TrackedMemoryChangesView view(MemorySegment data) {
        return new TrackedMemoryChangesView().wrap(data, 0, data.byteSize());
    }

    @ParameterizedTest
    @MethodSource("answersThatCannotBe")
    void anAnswerThatCannotBeMakesEverythingWritten(Consumer<MemorySegment> damage) {
        var tracker = started();
        transport.others = (command, data) -> {
            var completion = device.execute(command, data);
            damage.accept(data);
            return completion;
        };
        assertThatThrownBy(() -> report(tracker, LOW, 4096)).isInstanceOfSatisfying(
                InvalidValueException.class, e -> assertThat(e.device()).isEqualTo(
                        "controller 0005h of nqn.2014-08.org.example:s"));
        transport.others = device;
        assertThat(report(tracker, LOW, 4096)).isEqualTo(all(256));
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(all(1024));
        assertThat(report(tracker, HIGH, 4096)).isEqualTo(pages());
    }

    @ParameterizedTest
    @ValueSource(strings = {"INTERNAL_ERROR", "INVALID_FIELD_IN_COMMAND", "SANITIZE_IN_PROGRESS",
        "DATA_TRANSFER_ERROR"})
    void aReportThatFailsMakesEverythingWritten(StatusCode code) {
        var tracker = started();
        transport.override = command -> Completion.failure(code);
        assertThatThrownBy(() -> report(tracker, LOW, 4096)).isInstanceOf(CommandFailedException.class);
        transport.override = command -> null;
        assertThat(report(tracker, LOW, 4096)).isEqualTo(all(256));
        assertThat(report(tracker, HIGH, 65536)).isEqualTo(all(64));
    }

    @Test
    void aReportThatTimesOutMayStillTakeChangesAwaySoEverythingIsWrittenUntilItIsOver() {
        var tracker = started();
        transport.never = command -> command instanceof TrackedMemoryChangesCommand;
        assertThatThrownBy(() -> report(tracker, LOW, 4096)).isInstanceOf(CommandTimeoutException.class);
        transport.never = command -> false;
        assertThat(report(tracker, LOW, 4096)).isEqualTo(all(256));
        assertThat(report(tracker, LOW, 4096)).as("while the late command is under way").isEqualTo(all(256));
        tracker.start(List.of(LOW), 4096);
        assertThat(report(tracker, LOW, 4096)).as("also of what is tracked since").isEqualTo(all(256));

        transport.endLateCommands();
        assertThat(report(tracker, LOW, 4096)).as("it may just have ended").isEqualTo(all(256));
        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages());
        assertThat(transport.doubleCloses).isZero();
    }

    @Test
    void trackingThatTheControllerForgotIsToldAndNeverTakenAsClean() {
        var tracker = started();
        device.tracked = null;
        var bitmap = new byte[32];
        for (int time = 0; time < 2; time++) {
            Arrays.fill(bitmap, (byte) 0);
            assertThatThrownBy(() -> tracker.report(LOW, 4096, MemorySegment.ofArray(bitmap)))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                        assertThat(e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)).isTrue();
                        assertThat(e.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
                        assertThat(e.remedy()).contains("start tracking again");
                    });
            assertThat(BitSet.valueOf(bitmap)).isEqualTo(all(256));
        }
        tracker.start(List.of(LOW), 4096);
        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages());
    }

    @Test
    void startingEndsAnEarlierTrackingAlsoOneOfAnEarlierProgram() {
        started();
        var later = controller().memoryTracker();
        later.start(List.of(LOW), 4096);
        later.start(List.of(HIGH), 4096);
        assertThat(device.requests).hasSize(3);
        assertThat(report(later, HIGH, 4096)).isEqualTo(pages());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStartOrStopThatWasNotAnsweredDoesNotStandInTheWayOfTheNextStart(boolean tookEffect) {
        var tracker = started();
        for (boolean start : new boolean[] {true, false}) {
            transport.never = command -> command instanceof TrackMemoryChangesCommand track && track.start() == start;
            assertThatThrownBy(() -> {
                if (start) {
                    tracker.start(List.of(LOW), 4096);
                } else {
                    tracker.stop();
                }
            }).isInstanceOf(CommandTimeoutException.class);
            transport.never = command -> false;
            assertThatThrownBy(() -> report(tracker, LOW, 4096)).isInstanceOf(InvalidValueException.class);
            device.tracked = start == tookEffect ? device.requests.getFirst() : null;
            tracker.start(List.of(LOW), 4096);
            device.write(LOW.deviceAddress());
            assertThat(report(tracker, LOW, 4096)).isEqualTo(pages(0));
            transport.endLateCommands();
        }
    }

    @Test
    void startAndStopAreRefusedWhileSuspendedAndTheTrackingGoesOn() {
        var tracker = started();
        device.suspended = true;
        device.write(LOW.deviceAddress());
        List<Runnable> operations = List.of(tracker::stop, () -> tracker.start(List.of(LOW), 4096));
        for (var operation : operations) {
            assertThatThrownBy(operation::run).isInstanceOfSatisfying(CommandFailedException.class, e -> {
                assertThat(e.status().is(StatusCode.CONTROLLER_SUSPENDED)).isTrue();
                assertThat(e.remedy()).contains("resume it first");
                assertThat(e.category()).isEqualTo(FailureCategory.RETRY);
            });
        }
        assertThat(report(tracker, LOW, 4096)).isEqualTo(pages(0));
    }

    @Test
    void stoppingWhereNothingIsTrackedSendsNothing() {
        var tracker = controller().memoryTracker();
        tracker.stop();
        tracker.stop();
        assertThat(transport.commandsOf(TrackMemoryChangesCommand.class)).isEmpty();
        assertThatThrownBy(() -> report(tracker, LOW, 4096))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("tracking is not started");
    }

    @Test
    void closingStopsAndGivesAllMemoryBack() {
        var controller = controller();
        controller.memoryTracker().start(List.of(LOW), 4096);
        report(controller.memoryTracker(), LOW, 4096);
        controller.close();
        assertThat(device.tracked).isNull();
        assertThat(transport.open).isZero();
    }

    @Test
    void withoutTheCapabilityTheRefusalSaysWhy() {
        transport.tracking = TrackingLimits.NONE;
        var controller = controller();
        assertThat(controller.memoryTrackingUnavailable())
                .containsExactly("it does not track changes of host memory (TRATTR bit 0 is 0)");
        assertThatThrownBy(controller::memoryTracker)
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("TRATTR bit 0");
        transport.tracking = TrackingDevice.limits(10, 6, 5, false);
        assertThat(controller().memoryTrackingUnavailable()).singleElement().asString().contains("MINMRTG is 6");
    }

    @Test
    void badArgumentsAreRefusedBeforeAnythingIsSent() {
        var tracker = started();
        transport.commands.clear();
        var bitmap = MemorySegment.ofArray(new byte[32]);
        List<Runnable> calls = List.of(
                () -> tracker.start(List.of(), 4096),
                () -> tracker.start(List.of(LOW), 2048),
                () -> tracker.start(List.of(LOW), 12288),
                () -> tracker.start(List.of(LOW, LOW), 4096),
                () -> tracker.start(List.of(LOW, new MemoryRange(LOW.deviceAddress() + MIB - 4096, 8192)), 4096),
                () -> tracker.start(List.of(new MemoryRange(100, 4096)), 4096),
                () -> tracker.start(List.of(new MemoryRange(4096, 100)), 4096),
                () -> tracker.report(LOW, 100, bitmap),
                () -> tracker.report(HIGH, 4096, bitmap),
                () -> tracker.report(LOW, 4096, bitmap.asSlice(0, 31)),
                () -> tracker.report(LOW, 4096, bitmap.asReadOnly()),
                () -> tracker.report(LOW, 4096, closedMemory()),
                () -> tracker.report(new MemoryRange(LOW.deviceAddress() + 4096, 8192), 8192, bitmap),
                () -> tracker.report(new MemoryRange(0, 4096), 4096, bitmap),
                () -> tracker.report(new MemoryRange(LOW.deviceAddress() + MIB, 4096), 4096, bitmap));
        for (int i = 0; i < calls.size(); i++) {
            assertThatThrownBy(calls.get(i)::run).as("call %d", i).isInstanceOf(InvalidValueException.class);
        }
        assertThat(transport.commands).isEmpty();
        assertThat(device.tracked).isNotNull();
    }

    private static MemorySegment closedMemory() {
        try (var arena = Arena.ofConfined()) {
            return arena.allocate(32);
        }
    }

    @Test
    void rangesAreSentInOrderAndInUnits() {
        controller().memoryTracker().start(List.of(HIGH, LOW), 65536);
        assertThat(device.requests.getFirst().granularity()).isEqualTo(4);
        assertThat(device.requests.getFirst().ranges())
                .containsExactly(
                        new MemoryRangeDescriptor(LOW.deviceAddress(), 16),
                        new MemoryRangeDescriptor(HIGH.deviceAddress(), 64));
    }
}
