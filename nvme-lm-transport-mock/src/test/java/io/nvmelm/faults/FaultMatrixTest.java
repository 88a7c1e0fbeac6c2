package io.nvmelm.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationRole;
import io.nvmelm.faults.Fault.Kind;
import io.nvmelm.faults.FaultCase.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A part of the [FaultMatrix]: every admin command with everything that can become of it, every step that fails or at which a side
/// ends, and some of everything else. A violation is printed as a line that goes into [#thisCaseIsWell(String)].
@Timeout(300)
class FaultMatrixTest {
    private static final int SAMPLE = 40;
    private static final int BYTES_APART = 20;

    private static ExecutorService executor;

    @BeforeAll
    static void start() {
        executor = FaultMatrix.executor();
    }

    @AfterAll
    static void stop() {
        executor.shutdown();
    }

    private static void assertWell(List<FaultCase> cases) {
        var violations = new ArrayList<String>();
        for (var faultCase : cases) {
            var found = FaultRun.of(faultCase, executor).violations();
            if (!found.isEmpty()) {
                violations.add("\"" + faultCase + "\" -> " + found);
            }
        }
        assertThat(violations).as("of " + cases.size() + " cases").isEmpty();
    }

    private static FaultRun.Result recording(Shape shape) {
        var recording = FaultRun.of(FaultCase.of(shape), executor);
        assertThat(recording.violations()).as("without fault").isEmpty();
        return recording;
    }

    static Stream<Shape> shapes() {
        return FaultMatrix.SHAPES.stream();
    }

    @Test
    void everyCommandWithEveryFault() {
        var shape = FaultMatrix.SHAPES.getFirst();
        var cases = FaultGenerator.commands(shape, recording(shape));
        assertThat(cases).hasSizeGreaterThan(300);
        assertWell(cases);
    }

    @Test
    void everyStepWithEveryFault() {
        var shape = FaultMatrix.SHAPES.getFirst();
        var cases = FaultGenerator.steps(shape, recording(shape));
        assertThat(cases).hasSizeGreaterThan(500);
        assertWell(cases);
    }

    @Test
    void whatIsLateByLessThanEveryTimeout() {
        var shape = FaultMatrix.SHAPES.getFirst();
        var cases = FaultGenerator.pauses(shape, recording(shape), BYTES_APART);
        assertThat(cases).hasSizeGreaterThan(50);
        assertWell(cases);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void someOfEverything(Shape shape) {
        var recording = recording(shape);
        var steps = FaultGenerator.steps(shape, recording);
        var cases = new ArrayList<>(FaultGenerator.bytes(shape, recording, true));
        cases.addAll(steps);
        for (var first : FaultGenerator.sample(steps, 2, shape.seed())) {
            cases.addAll(FaultGenerator.pairs(first, FaultRun.of(first, executor)));
        }
        assertWell(FaultGenerator.sample(cases, SAMPLE, shape.seed()));
    }

    @Test
    void theSameCaseIsTheSameRun() {
        var faultCase = FaultCase.of(
                FaultMatrix.SHAPES.getLast(), new Fault(MigrationRole.SOURCE, 500, Kind.PAUSES_AT, 4000));
        var first = FaultRun.of(faultCase, executor);
        var second = FaultRun.of(faultCase, executor);
        assertThat(second.steps()).isEqualTo(first.steps()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aCaseIsReadAsItIsPrinted(Shape shape) {
        var faultCase = FaultCase.of(
                shape,
                new Fault(MigrationRole.SOURCE, 12, Kind.STATUS, "INTERNAL_ERROR"),
                new Fault(MigrationRole.DESTINATION, 3, Kind.DIES));
        assertThat(FaultCase.parse(faultCase.toString())).isEqualTo(faultCase);
        assertThat(FaultCase.parse(FaultCase.of(shape).toString())).isEqualTo(FaultCase.of(shape));
    }

    /// Cases that were not well once.
    static Stream<String> once() {
        return Stream.of(
                "1 device, seed 1: SOURCE@54 DIES",
                "1 device, seed 1: DESTINATION@42 LOSES_COMPLETION",
                "1 device, seed 1: DESTINATION@51 CONTROLLING_FATAL",
                "1 device, seed 1: SOURCE@35 FUNCTION_RESET",
                "1 device, supplement, seed 2: DESTINATION@0 CONTROLLER_FATAL",
                "1 device, supplement, seed 2: DESTINATION@51 CONTROLLER_FATAL",
                "1 device, supplement, seed 2: DESTINATION@53 FUNCTION_RESET",
                "1 device, supplement, seed 2: DESTINATION@54 LOSES_COMPLETION; DESTINATION@60 FUNCTION_RESET");
    }

    @ParameterizedTest
    @MethodSource("once")
    void thisCaseIsWell(String line) {
        assertWell(List.of(FaultCase.parse(line)));
    }
}
