package io.nvmelm.benchmarks.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.benchmarks.migration.MovingController.Kind;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Whole migrations of the benchmarks, by the library and by the driver's sequence, move the same state, and take the commands and at
/// least the time that they should.
class WholeMigrationTest {
    private static final int OPERATIONS = 4;
    private static final int PIECE_BYTES = 65_536;
    private static final int LATENCY_MICROS = 1000;
    private static final long LATENCY_NANOS = LATENCY_MICROS * 1000L;

    /// An operation of a benchmark, with what it should return.
    @FunctionalInterface
    private interface Operation {
        void run() throws Exception;
    }

    /// What operations recorded.
    private record Recorded(Histogram blackout, Histogram commands, Histogram overhead) {}

    private static byte[] stateOf(WholeMigrationComparison benchmark) {
        return benchmark.controller().state().toArray(ValueLayout.JAVA_BYTE);
    }

    private static WholeMigrationBenchmark instantly(Kind device, boolean serially) {
        var benchmark = new WholeMigrationBenchmark();
        benchmark.device = device;
        benchmark.queuePairs = 64;
        benchmark.makeHosts(benchmark.setting(), serially);
        return benchmark;
    }

    private static WholeMigrationLatencyBenchmark slowly(int vendorBytes, boolean serially) {
        var benchmark = new WholeMigrationLatencyBenchmark();
        benchmark.latencyMicros = LATENCY_MICROS;
        benchmark.vendorBytes = vendorBytes;
        benchmark.pieceBytes = PIECE_BYTES;
        benchmark.inFlight = 8;
        benchmark.makeHosts(benchmark.setting(), serially);
        return benchmark;
    }

    /// {@return what an even number of operations recorded: each of them one value of each kind}
    private static Recorded operations(WholeMigrationComparison benchmark, Operation operation) throws Exception {
        taken();
        for (int i = 0; i < OPERATIONS; i++) {
            var source = benchmark.controller().source();
            benchmark.before();
            operation.run();
            benchmark.behind();
            assertThat(benchmark.controller().destination()).as("for the way back").isSameAs(source);
        }
        var recorded = taken();
        assertThat(recorded.blackout.getTotalCount()).isEqualTo(OPERATIONS);
        assertThat(recorded.commands.getTotalCount()).isEqualTo(OPERATIONS);
        return recorded;
    }

    private static Recorded taken() {
        return new Recorded(
                Distribution.ofNanos("blackout").take(),
                Distribution.ofCounts("commands").take(),
                Distribution.ofNanos("overhead").take());
    }

    private static void assertCommands(Recorded recorded, int commands, String which) {
        assertThat(recorded.commands.getMinValue()).as(which).isEqualTo(commands);
        assertThat(recorded.commands.getMaxValue()).as(which).isEqualTo(commands);
    }

    /// A command is over no earlier than its time, so a blackout cannot be shorter than the commands in it that follow each other. The
    /// histogram keeps three digits.
    private static void assertCommandsInARow(Recorded recorded, int commands, String which) {
        assertThat(recorded.blackout.getMinValue())
                .as(which)
                .isGreaterThanOrEqualTo(commands * LATENCY_NANOS - LATENCY_NANOS / 10);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theLibraryMovesTheStateWithFourCommandsInTheBlackout(Kind device) throws Exception {
        var benchmark = instantly(device, false);
        var state = stateOf(benchmark);
        assertThat(state).hasSizeGreaterThan(48 + 8 + 2 * 24 * 64);

        var recorded = operations(benchmark, () -> {
            assertThat(stateOf(benchmark)).isEqualTo(state);
            assertThat(benchmark.migrate().succeeded()).isTrue();
        });

        assertThat(stateOf(benchmark)).isEqualTo(state);
        assertCommands(recorded, 4, "Suspend, Get, Set, Resume");
        assertOverhead(recorded);
        benchmark.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theSerialSequenceMovesTheStateWithSevenCommandsInTheBlackout(Kind device) throws Exception {
        var benchmark = instantly(device, true);
        var state = stateOf(benchmark);

        var recorded = operations(benchmark, () -> assertThat(benchmark.serial()).isEqualTo(state.length));

        assertThat(stateOf(benchmark)).as("there and back").isEqualTo(state);
        assertCommands(recorded, 7, "Suspend, formats twice, header, Get, Set, Resume");
        assertOverhead(recorded);
        benchmark.close();
    }

    @Test
    void theBareExchangeIsRecordedAsAMigrationIs() throws Exception {
        var benchmark = instantly(Kind.INSTANT, false);
        var recorded = operations(benchmark, () -> assertThat(benchmark.exchange()).isPositive());
        assertCommands(recorded, 0, "no devices");
        assertOverhead(recorded);
        benchmark.close();
    }

    private static void assertOverhead(Recorded recorded) {
        assertThat(recorded.blackout.getMinValue()).isPositive();
        assertThat(recorded.overhead.getTotalCount()).isEqualTo(OPERATIONS);
        assertThat(recorded.overhead.getMaxValue()).isLessThanOrEqualTo(recorded.blackout.getMaxValue());
    }

    @ParameterizedTest
    @CsvSource({"0,1,0", "1048576,17,1"})
    void theTimeOfTheCommandsIsInTheBlackoutOfTheLibrary(int vendorBytes, int pieces, int headersAgain)
            throws Exception {
        var benchmark = slowly(vendorBytes, false);
        var state = stateOf(benchmark);
        assertThat(Math.ceilDiv(state.length, PIECE_BYTES)).isEqualTo(pieces);

        var recorded = operations(
                benchmark, () -> assertThat(benchmark.migrate().succeeded()).isTrue());

        assertThat(stateOf(benchmark)).isEqualTo(state);
        int commands = 1 + pieces + headersAgain + pieces + 1;
        assertCommands(recorded, commands, "Suspend, reads, the header again of several pieces, writes, Resume");
        assertCommandsInARow(recorded, 1 + 1 + pieces + 1, "Suspend, first reads, writes, Resume");
        assertThat(recorded.overhead.getTotalCount()).as("of devices that take no time").isZero();
        benchmark.close();
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1048576,17"})
    void theTimeOfTheCommandsIsInTheBlackoutOfTheSerialSequence(int vendorBytes, int pieces) throws Exception {
        var benchmark = slowly(vendorBytes, true);
        var state = stateOf(benchmark);

        var recorded = operations(benchmark, () -> assertThat(benchmark.serial()).isEqualTo(state.length));

        assertThat(stateOf(benchmark)).as("there and back").isEqualTo(state);
        int commands = 1 + 2 + 1 + pieces + pieces + 1;
        assertCommands(recorded, commands, "Suspend, formats twice, header, reads, writes, Resume");
        assertCommandsInARow(recorded, commands, "one behind the other");
        benchmark.close();
    }

    @Test
    void aSerialSequenceThatFailsAtTheDestinationEnds() {
        var benchmark = slowly(0, true);
        // Nobody made it ready.
        assertThatThrownBy(benchmark::serial)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        benchmark.close();
    }
}
