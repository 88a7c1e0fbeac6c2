package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonParser;
import io.nvmelm.benchmarks.report.Guard.Judged;
import io.nvmelm.benchmarks.report.Verdict.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The guard with a measurer whose results are written down here.
class GuardTest {
    private static final Subject SLOW = Subject.of(WorkBenchmark.class, "slow").with("tokens", 1000);
    private static final Subject QUICK = Subject.of(WorkBenchmark.class, "quick").with("tokens", 1000);
    private static final Target RATIO = Target.timeRatio("work", SLOW, QUICK, 1.2, 1.5);
    private static final Target TIME = Target.nanoseconds("work alone", QUICK.per(2), 5, 50);

    private final List<Set<Subject>> measured = new ArrayList<>();

    @Test
    void aTargetThatIsKeptIsMeasuredOnce() {
        var judged = guard(14).judge(List.of(RATIO, TIME));

        assertThat(judged).extracting(target -> target.verdict().outcome()).containsOnly(Outcome.KEPT);
        assertThat(measured).containsExactly(Set.of(SLOW, QUICK));
    }

    @Test
    void aBreachIsMeasuredAgainUntilItIsKept() {
        var judged = guard(20, 14, 30).judge(List.of(TIME, RATIO));

        assertThat(measured).hasSize(2);
        assertThat(judged.getFirst().attempts()).hasSize(1);
        assertThat(judged.getLast().attempts()).extracting(Verdict::number).containsExactly(2.0, 1.4);
        assertThat(judged.getLast().verdict().isKept()).isTrue();
    }

    @Test
    void whatIsBreachedEachTimeFailsWithItsBestNumber() {
        var judged = guard(20, 16, 30).judge(List.of(RATIO)).getFirst();

        assertThat(judged.attempts()).hasSize(3);
        assertThat(judged.verdict().outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(judged.verdict().number()).isEqualTo(1.6);
    }

    @Test
    void theBestBandwidthIsTheGreatest() {
        var target = Target.bandwidthRatio("work, as bandwidth", SLOW, QUICK, 0.9, 0.8);

        assertThat(guard(20, 16, 30).judge(List.of(target)).getFirst().verdict().number())
                .isEqualTo(10.0 / 16);
    }

    @Test
    void onlyWhatBelongsToABreachIsMeasuredAgain() {
        var other = Target.bytesPerOperation("bytes", QUICK.with("tokens", 2000), 1);

        guard(20, 14, 14).judge(List.of(RATIO, TIME, other));

        assertThat(measured.getFirst()).containsExactlyInAnyOrder(SLOW, QUICK, QUICK.with("tokens", 2000));
        assertThat(measured.get(1)).containsExactlyInAnyOrder(SLOW, QUICK, QUICK.with("tokens", 2000));
        assertThat(measured.get(2)).containsExactly(QUICK.with("tokens", 2000));
    }

    @Test
    void theFastestOfAllAttemptsCountsOnBothSides() {
        var attempts = List.of(results(20, 10), results(30, 25), results(19, 11)).iterator();

        var judged = guard(_ -> attempts.next(), 3).judge(List.of(RATIO)).getFirst();

        assertThat(judged.attempts().get(1).isKept()).as("by a baseline that was disturbed").isTrue();
        assertThat(judged.attempts()).hasSize(3);
        assertThat(judged.verdict().isKept()).isFalse();
        assertThat(judged.verdict().candidate()).isEqualTo(19);
        assertThat(judged.verdict().baseline()).isEqualTo(10);
    }

    @Test
    void whatWasMeasuredOnceIsJudgedThoughNotMeasuredAgain() {
        var attempts = List.of(results(20), List.<Measurement>of()).iterator();

        var judged = guard(_ -> attempts.next(), 2).judge(List.of(RATIO)).getFirst();

        assertThat(judged.attempts().getLast().outcome()).isEqualTo(Outcome.NOT_MEASURED);
        assertThat(judged.verdict().outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(judged.verdict().number()).isEqualTo(2);
    }

    @Test
    void nothingIsMeasuredAgainThatWouldEndAfterTheLimit() {
        var minutes = new AtomicLong();
        Measurer measurer = subjects -> {
            measured.add(subjects);
            // Half a minute for each of the two
            minutes.addAndGet(1);
            return results(20);
        };
        var guard = new Guard(
                measurer, 100, Duration.ofMinutes(4), () -> Duration.ofMinutes(minutes.get()).toNanos(), _ -> true);

        assertThat(guard.judge(List.of(RATIO)).getFirst().verdict().outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(measured).hasSize(4);
    }

    @Test
    void withoutACompilerWhatNeedsItIsLeftOutAndDoesNotFail() {
        var inC = Target.timeRatio("work, to C", SLOW, Subject.of(InC.class, "inC"), 1.2, 1.5);
        Measurer measurer = subjects -> {
            measured.add(subjects);
            return results(14);
        };
        var guard = new Guard(
                measurer, 3, Duration.ofMinutes(4), () -> 0, target -> !target.needsCCompiler());

        var judged = guard.judge(List.of(inC, RATIO));

        assertThat(measured).containsExactly(Set.of(SLOW, QUICK));
        assertThat(judged).extracting(Judged::isLeftOut, Judged::fails)
                .containsExactly(tuple(true, false), tuple(false, false));
        assertThat(GuardReport.line(judged.getFirst()))
                .isEqualTo("left out  work, to C: no C compiler (cc) on the path");
        var file = JsonParser.parseString(
                GuardReport.json(Machine.here(), Instant.EPOCH, 1, "a command", judged)).getAsJsonObject();
        assertThat(file.get("passed").getAsBoolean()).isTrue();
        var leftOut = file.getAsJsonArray("targets").get(0).getAsJsonObject();
        assertThat(leftOut.get("measured").getAsBoolean()).isFalse();
        assertThat(leftOut.get("passed").getAsBoolean()).isFalse();
    }

    @Test
    void whatNeedsACompilerIsKnown() {
        assertThat(Targets.guarded()).filteredOn(Target::needsCCompiler)
                .isNotEmpty()
                .allMatch(target -> target.baseline().orElseThrow().method().endsWith("InC"));
    }

    /// Needs a compiler; nobody measures it.
    public static class InC {
        /// The baseline.
        @NeedsCCompiler
        public void inC() {}
    }

    @Test
    void aBreachIsNamedWithNumberBoundAndTheCommandThatLooksCloser() {
        var judged = guard(20, 16, 30).judge(List.of(RATIO)).getFirst();

        assertThat(GuardReport.breach(judged)).isEqualTo("""
                BREACHED  work: 1.60 x, has to be at most 1.50 x, attempts 2.00, 1.60, 3.00
                  WorkBenchmark.slow(tokens=1000) 16.0 ns, WorkBenchmark.quick(tokens=1000) 10.0 ns
                  look closer: mvn -q -DskipTests -Pbench package '-Dbench=WorkBenchmark.slow$|WorkBenchmark.quick$ \
                -p tokens=1000 -f 3 -wi 5 -w 500ms -i 5 -r 500ms -prof gc'""");
    }

    @Test
    void theCommandHasTheParametersOfBothSidesAndTheProfilerOfWhatTheyRecord() {
        var target = Target.timeRatio(
                "waits",
                SLOW.with("tokens", 2000).secondary("wait.p50"),
                SLOW.secondary("wait.p50").with("other", 1),
                1.2,
                1.5);

        assertThat(GuardReport.closerLook(target))
                .contains("'-Dbench=WorkBenchmark.slow$ -p other=1 -p tokens=2000,1000 -f 3 ")
                .endsWith(" -prof gc -prof io.nvmelm.benchmarks.migration.DistributionProfiler'");
        assertThat(GuardReport.closerLook(Target.nanoseconds("median", SLOW.percentile(50), 1, 1)))
                .endsWith(" -prof gc'");
    }

    @Test
    void whatIsMissingIsNamed() {
        var judged = guard(_ -> List.of(), 1).judge(List.of(RATIO)).getFirst();

        assertThat(GuardReport.breach(judged))
                .startsWith("MISSING   work: not measured, has to be at most 1.50 x\n")
                .contains("WorkBenchmark.slow(tokens=1000), WorkBenchmark.quick(tokens=1000)")
                .contains("look closer: mvn ");
    }

    @Test
    void theFileHasWhatWasMeasured() {
        var machine = new Machine("a processor", 2, "4 GiB", "a kernel", "a JDK");
        var judged = guard(20, 16, 30).judge(List.of(TIME, RATIO));

        var file = JsonParser.parseString(
                GuardReport.json(machine, Instant.parse("2026-01-02T03:04:05Z"), 7.5, "a command", judged))
                .getAsJsonObject();

        assertThat(file.get("date").getAsString()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(file.get("jvmOptions").getAsString()).contains("-X");
        assertThat(file.get("seconds").getAsDouble()).isEqualTo(7.5);
        assertThat(file.get("command").getAsString()).isEqualTo("a command");
        assertThat(file.get("passed").getAsBoolean()).isFalse();
        assertThat(Machine.of(file.getAsJsonObject("machine"))).isEqualTo(machine);
        assertThat(file.getAsJsonArray("targets").get(0)).isEqualTo(JsonParser.parseString("""
                {"name": "work alone", "kind": "NANOSECONDS", "candidate": "WorkBenchmark.quick(tokens=1000)",
                 "candidateNanoseconds": 5.0, "atMost": 50.0, "attempts": [5.0], "measured": true, "passed": true}"""));
        assertThat(file.getAsJsonArray("targets").get(1)).isEqualTo(JsonParser.parseString("""
                {"name": "work", "kind": "TIME_RATIO", "candidate": "WorkBenchmark.slow(tokens=1000)",
                 "baseline": "WorkBenchmark.quick(tokens=1000)", "candidateNanoseconds": 16.0,
                 "baselineNanoseconds": 10.0, "ratio": 1.6, "atMost": 1.5, "bytesPerOperation": 0.0,
                 "attempts": [2.0, 1.6, 3.0], "measured": true, "passed": false}"""));
    }

    @Test
    void thisMachineIsKnown() {
        var machine = Machine.here();

        assertThat(Machine.of(machine.json())).isEqualTo(machine);
        assertThat(machine.cores()).isPositive();
        assertThat(machine.jdk()).contains(System.getProperty("java.vm.version"));
        assertThat(Machine.load()).matches("\\d+\\.\\d+ \\d+\\.\\d+ \\d+\\.\\d+");
    }

    /// A guard that measures the slow side with these results, one after the other, and 10 for the other side.
    private Guard guard(double... slow) {
        return guard(
                subjects -> {
                    measured.add(subjects);
                    return results(slow[measured.size() - 1]);
                },
                slow.length);
    }

    private static Guard guard(Measurer measurer, int attempts) {
        return new Guard(measurer, attempts, Duration.ofMinutes(4), () -> 0, _ -> true);
    }

    private static List<Measurement> results(double slow) {
        return results(slow, 10);
    }

    private static List<Measurement> results(double slow, double quick) {
        return new Sample()
                .with(SLOW, "ns/op", Map.of("gc.alloc.rate.norm B/op", 0.0), slow)
                .with(QUICK, "ns/op", quick)
                .measurements();
    }
}
