package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nvmelm.benchmarks.report.Verdict.Estimate;
import io.nvmelm.benchmarks.report.Verdict.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Judgements about results that are written down here.
class VerdictTest {
    private static final Subject SLOW = Subject.of(WorkBenchmark.class, "slow").with("tokens", 1000);
    private static final Subject QUICK = Subject.of(WorkBenchmark.class, "quick").with("tokens", 1000);

    @Test
    void aTimeRatioIsKeptUpToItsBound() {
        var results = new Sample().with(SLOW, "ns/op", 12).with(QUICK, "ns/op", 10).measurements();

        assertThat(judge(Target.timeRatio("x", SLOW, QUICK, 1.2, 1.2), results).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(judge(Target.timeRatio("x", SLOW, QUICK, 1.19, 1.19), results).outcome())
                .isEqualTo(Outcome.BREACHED);
    }

    @Test
    void aBandwidthRatioIsKeptDownToItsBound() {
        var results = new Sample().with(SLOW, "ops/s", 80).with(QUICK, "ops/s", 100).measurements();

        assertThat(judge(Target.bandwidthRatio("x", SLOW, QUICK, 0.8, 0.8), results).outcome())
                .isEqualTo(Outcome.KEPT);
        assertThat(judge(Target.bandwidthRatio("x", SLOW, QUICK, 0.81, 0.81), results).outcome())
                .isEqualTo(Outcome.BREACHED);
    }

    @Test
    void unitsOfTimeAndOperationsPerTimeAreCompared() {
        var results = new Sample().with(SLOW, "us/op", 2).with(QUICK, "ops/ms", 1000).measurements();

        var verdict = judge(Target.timeRatio("x", SLOW, QUICK, 3, 3), results);

        assertThat(verdict.candidate()).isEqualTo(2000);
        assertThat(verdict.baseline()).isEqualTo(1000);
        assertThat(verdict.number()).isEqualTo(2);
    }

    @Test
    void growthIsThatOfTheCandidateByThatOfTheBaseline() {
        var slowBefore = SLOW.with("tokens", 2000);
        var quickBefore = QUICK.with("tokens", 2000);
        var target = Target.timeRatio("x", SLOW, QUICK, 1.5, 1.5).grownFrom(slowBefore, quickBefore);
        var grown = new Sample().with(SLOW, "ns/op", 120).with(QUICK, "ns/op", 20);

        var verdict = judge(
                target, grown.with(slowBefore, "ns/op", 40).with(quickBefore, "ns/op", 10).measurements());
        assertThat(verdict.number()).as("three times against twice").isEqualTo(1.5);
        assertThat(verdict.candidateAtStart()).isEqualTo(40);
        assertThat(verdict.baselineAtStart()).isEqualTo(10);
        assertThat(target.subjects()).containsExactly(SLOW, QUICK, slowBefore, quickBefore);
        assertThatThrownBy(() -> Target.nanoseconds("y", SLOW, 1, 1).grownFrom(slowBefore, quickBefore))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("y: NANOSECONDS does not grow");
    }

    @Test
    void growthWithoutAStartIsNotMeasured() {
        var target = Target.timeRatio("x", SLOW, QUICK, 1.5, 1.5).grownFrom(SLOW.with("tokens", 2000), QUICK);
        var results = new Sample().with(SLOW, "ns/op", 120).with(QUICK, "ns/op", 20).measurements();

        assertThat(judge(target, results).outcome()).isEqualTo(Outcome.NOT_MEASURED);
    }

    @Test
    void aSubjectMayCountSeveralThingsInAnOperation() {
        var results = new Sample().with(SLOW, "us/op", 24).with(QUICK, "us/op", 10).measurements();

        var perQueue = judge(Target.nanoseconds("x", SLOW.per(8192), 3, 3), results);
        var ratio = judge(Target.timeRatio("y", SLOW.per(4), QUICK.per(2), 1.2, 1.2), results);

        assertThat(perQueue.number()).isCloseTo(2.93, within(0.01));
        assertThat(ratio.number()).isEqualTo(1.2);
    }

    @Test
    void theFastestIterationCountsWhereOthersUseTheMachine() {
        var results = new Sample()
                .with(SLOW, "ns/op", 30, 11, 25)
                .with(QUICK, "ops/us", 100, 50, 90)
                .measurements();
        var target = Target.timeRatio("x", SLOW, QUICK, 1.2, 1.2);

        assertThat(Verdict.of(target, 1.2, results, Estimate.FASTEST).number()).isCloseTo(1.1, within(1e-9));
        assertThat(Verdict.of(target, 1.2, results, Estimate.TYPICAL).number())
                .as("medians")
                .isCloseTo(25 * 90 / 1000.0, within(1e-9));
    }

    @Test
    void theMedianOfAnEvenNumberOfIterationsIsBetweenTheMiddleOnes() {
        var results = new Sample().with(SLOW, "ns/op", 1000, 10, 14, 2).measurements();

        assertThat(judge(Target.nanoseconds("x", SLOW, 20, 20), results).number()).isEqualTo(12);
    }

    @Test
    void bytesPerOperationAreThoseOfTheAllocationProfiler() {
        var results = new Sample()
                .with(SLOW, "ns/op", Map.of("gc.alloc.rate.norm B/op", 16.0, "gc.count counts", 3.0), 12)
                .with(QUICK, "ns/op", 10)
                .measurements();

        assertThat(judge(Target.bytesPerOperation("x", SLOW, 16), results).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(judge(Target.bytesPerOperation("x", SLOW, 15), results).outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(judge(Target.bytesPerOperation("x", QUICK, 16), results).outcome())
                .isEqualTo(Outcome.NOT_MEASURED);
        assertThat(judge(Target.timeRatio("x", SLOW, QUICK, 2, 2), results).bytes()).isEqualTo(16);
    }

    @Test
    void percentilesAndSecondaryResultsAreReadByName() {
        var results = new Sample()
                .with(SLOW, "us/op", Map.of("commands #", 6.0, "blackout.p99 us", 40.0), 12)
                .measurements();

        assertThat(judge(Target.nanoseconds("x", SLOW.percentile(99), 1, 1), results).number()).isEqualTo(24_000);
        assertThat(judge(Target.nanoseconds("x", SLOW.secondary("blackout.p99"), 1, 1), results).number())
                .isEqualTo(40_000);
        assertThat(judge(Target.number("x", SLOW.secondary("commands"), 6), results).outcome())
                .isEqualTo(Outcome.KEPT);
        assertThat(judge(Target.number("x", SLOW.secondary("commands"), 5), results).outcome())
                .isEqualTo(Outcome.BREACHED);
        assertThat(judge(Target.number("x", SLOW.secondary("arcs"), 5), results).outcome())
                .isEqualTo(Outcome.NOT_MEASURED);
        assertThat(judge(Target.nanoseconds("x", SLOW.secondary("commands"), 1, 1), results).outcome())
                .isEqualTo(Outcome.NOT_MEASURED);
    }

    @Test
    void resultsOfOtherParametersDoNotCount() {
        var results = new Sample()
                .with(SLOW.with("tokens", 2000), "ns/op", 12)
                .with(QUICK, "ns/op", 10)
                .measurements();

        assertThat(judge(Target.timeRatio("x", SLOW, QUICK, 2, 2), results).outcome())
                .isEqualTo(Outcome.NOT_MEASURED);
        assertThat(judge(Target.timeRatio("x", QUICK, SLOW, 2, 2), results).outcome())
                .isEqualTo(Outcome.NOT_MEASURED);
    }

    @Test
    void aParameterThatHasOneValueNeedNotBeNamed() {
        var results = new Sample().with(SLOW, "ns/op", 12).measurements();

        assertThat(judge(Target.nanoseconds("x", Subject.of(WorkBenchmark.class, "slow"), 20, 20), results).number())
                .isEqualTo(12);
    }

    @Test
    void onlyAComparisonHasABaseline() {
        assertThatThrownBy(() -> new Target("x", Target.Kind.TIME_RATIO, SLOW, null, 1, 1.0, null))
                .hasMessageContaining("needs a baseline");
        assertThatThrownBy(() -> new Target("x", Target.Kind.NANOSECONDS, SLOW, QUICK, 1, 1.0, null))
                .hasMessageContaining("has no baseline");
    }

    @Test
    void whatJmhDidNotWriteIsRefused() {
        for (var text : List.of("", "{}", "[1]", "[{}]", "[{\"benchmark\" : \"a.B.c\"}]", "[", "nothing")) {
            assertThatThrownBy(() -> JmhResults.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Not a result of JMH in its JSON format");
        }
    }

    private static Verdict judge(Target target, List<Measurement> results) {
        return Verdict.of(target, target.bound(), results, Estimate.TYPICAL);
    }
}
