package io.nvmelm.benchmarks.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.TransferOptions;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.options.TimeValue;

/// Devices of the library and the serial sequence move the same state, and take the commands and the time that they should.
class BlackoutTest {
    private static final int QUEUE_PAIRS = 64;
    private static final long LATENCY = 1_000_000;
    private static final LatencyModel EACH_COMMAND = LatencyModel.none()
            .with(CommandClass.ADMIN, Duration.ofNanos(LATENCY))
            .with(CommandClass.MIGRATION, Duration.ofNanos(LATENCY));

    private static byte[] stateOf(MovingController controller) {
        return controller.state().toArray(ValueLayout.JAVA_BYTE);
    }

    private static long move(MovingController controller) {
        controller.prepare();
        long bytes = controller.move();
        controller.settle();
        return bytes;
    }

    private static long moveSerially(MovingController controller) {
        long bytes = controller.prepareSerial().run();
        controller.settleSerial();
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theStateArrivesAsItWasBothWaysAndByBothMeans(Kind kind) {
        try (var controller = new MovingController(Setting.of(kind, QUEUE_PAIRS))) {
            var state = stateOf(controller);
            assertThat(state).hasSizeGreaterThan(48 + 8 + 2 * 24 * QUEUE_PAIRS);
            for (int i = 0; i < 2; i++) {
                assertThat(move(controller)).isEqualTo(state.length);
                assertThat(stateOf(controller)).as("moved by devices, %d", i).isEqualTo(state);
            }
        }
        try (var controller = new MovingController(Setting.of(kind, QUEUE_PAIRS))) {
            var state = stateOf(controller);
            for (int i = 0; i < 2; i++) {
                assertThat(moveSerially(controller)).isEqualTo(state.length);
            }
            assertThat(stateOf(controller)).as("moved by the serial sequence, there and back").isEqualTo(state);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aBlackoutTakesFourCommandsAndSevenBySerialSequence(Kind kind) {
        try (var controller = new MovingController(Setting.of(kind, QUEUE_PAIRS))) {
            controller.prepare();
            long before = controller.commands();
            controller.move();
            assertThat(controller.commands() - before).as("Suspend, Get, Set, Resume").isEqualTo(4);
            controller.settle();
            var serial = controller.prepareSerial();
            before = controller.commands();
            serial.run();
            assertThat(controller.commands() - before)
                    .as("Suspend, formats twice, header, Get, Set, Resume")
                    .isEqualTo(7);
        }
    }

    @Test
    void theTimeOfTheBlackoutIsThatOfItsCommands() {
        var setting = Setting.of(Kind.IN_MEMORY, QUEUE_PAIRS).withLatency(EACH_COMMAND);
        try (var controller = new MovingController(setting)) {
            controller.prepare();
            long begun = controller.virtualNanos();
            controller.move();
            assertThat(controller.virtualNanos() - begun).isEqualTo(4 * LATENCY);
            controller.settle();
            var serial = controller.prepareSerial();
            begun = controller.virtualNanos();
            serial.run();
            assertThat(controller.virtualNanos() - begun).isEqualTo(7 * LATENCY);
        }
    }

    @ParameterizedTest
    @CsvSource({"4096,1", "4096,4", "4096,16", "65536,2", "1024,8"})
    void readsBehindTheFirstRoundHideBehindTheWrites(int pieceBytes, int inFlight) {
        var setting = Setting.of(Kind.IN_MEMORY, QUEUE_PAIRS)
                .withState(1 << 17, TransferOptions.defaults().withPieces(pieceBytes, inFlight))
                .withLatency(EACH_COMMAND);
        try (var controller = new MovingController(setting)) {
            controller.prepare();
            long begun = controller.virtualNanos();
            long pieces = Math.ceilDiv(controller.move(), pieceBytes);
            assertThat(controller.virtualNanos() - begun)
                    .as("Suspend, first reads, writes, Resume")
                    .isEqualTo((1 + 1 + pieces + 1) * LATENCY);
            controller.settle();
            var serial = controller.prepareSerial();
            begun = controller.virtualNanos();
            serial.run();
            assertThat(controller.virtualNanos() - begun)
                    .as("Suspend, formats twice, header, reads, writes, Resume")
                    .isEqualTo((1 + 2 + 1 + pieces + pieces + 1) * LATENCY);
        }
    }

    /// {@return the most that were recorded as under way together}
    private static long mostUnderWay() {
        return Distribution.ofCounts("underWay").take().getMaxValue();
    }

    private static void forget(String... names) {
        for (var name : names) {
            Distribution.ofNanos(name).take();
        }
        Distribution.ofCounts("underWay").take();
    }

    @ParameterizedTest
    @CsvSource({"1,false,INSTANT", "10,false,INSTANT", "1000,false,INSTANT", "1000,true,INSTANT",
        "1000,false,IN_MEMORY"})
    void asManyControllersAreInTheirBlackoutTogetherAsMoveAtOnce(int atOnce, boolean serially, Kind device) {
        var benchmark = new ScalingBenchmark();
        benchmark.device = device;
        benchmark.atOnce = atOnce;
        benchmark.makeControllers(serially);
        benchmark.migrate();
        forget("blackout", "coreTime", "cpuTime");
        var iteration = new IterationParams(IterationType.MEASUREMENT, 1, TimeValue.NONE, 1);
        benchmark.begin(iteration);
        long bytes = benchmark.migrate();
        assertThat(bytes).as("each of the same size").isPositive().matches(sum -> sum % 1000 == 0);
        assertThat(benchmark.migrate()).as("and back again").isEqualTo(bytes);
        benchmark.end(iteration);
        benchmark.close();
        assertThat(Distribution.ofNanos("blackout").take().getTotalCount()).isEqualTo(2000);
        assertThat(Distribution.ofNanos("coreTime").take().getTotalCount()).isEqualTo(2);
        assertThat(Distribution.ofNanos("cpuTime").take().getTotalCount()).isEqualTo(1);
        assertThat(mostUnderWay()).isEqualTo(atOnce);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void controllersWhoseDevicesTakeTimeAreUnderWayTogether(boolean serially) {
        var benchmark = new ScalingLatencyBenchmark();
        benchmark.atOnce = 100;
        benchmark.latencyMicros = 1000;
        benchmark.makeControllers(serially);
        benchmark.migrate();
        forget("blackout");
        long bytes = benchmark.migrate();
        assertThat(bytes).isPositive().matches(sum -> sum % 100 == 0);
        benchmark.close();
        var blackouts = Distribution.ofNanos("blackout").take();
        assertThat(blackouts.getTotalCount()).isEqualTo(100);
        assertThat(blackouts.getMinValue()).as("a millisecond for each command").isGreaterThan(serially
                ? 6_900_000
                : 3_900_000);
        assertThat(mostUnderWay()).isEqualTo(100);
    }
}
