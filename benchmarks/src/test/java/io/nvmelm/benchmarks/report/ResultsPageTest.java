package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page about results that are written down here.
class ResultsPageTest {
    private static final Subject SLOW = Subject.of(WorkBenchmark.class, "slow").with("tokens", 1000);
    private static final Subject QUICK = Subject.of(WorkBenchmark.class, "quick").with("tokens", 1000);
    private static final Target RATIO = Target.timeRatio("work", SLOW, QUICK, 1.2, 1.5);
    private static final Conditions CONDITIONS = new Conditions(
            new Machine("a processor", 2, "4 GiB", "a kernel", "a JDK"),
            "-Xmx1g -Xms1g",
            "0.10 0.20 0.30",
            "1.10 1.20 1.30",
            "mvn -Dbench=\"A|B\"",
            Instant.parse("2026-01-02T03:04:05Z"),
            601,
            true,
            false);

    @Test
    void conditionsAreOnThePage() {
        assertThat(page(List.of(), Optional.of(CONDITIONS)))
                .contains(
                        "| processor | a processor, 2 cores |",
                        "| memory | 4 GiB |",
                        "| system | a kernel |",
                        "| JDK | a JDK |",
                        "| its options | `-Xmx1g -Xms1g` |",
                        "| load (1, 5, 15 minutes) | before 0.10 0.20 0.30, after 1.10 1.20 1.30 |",
                        "| command | `mvn -Dbench=\"A\\|B\"` |",
                        "| date | 2026-01-02T03:04:05Z, 10 minutes |",
                        "| instructions | not available on this machine |");
    }

    @Test
    void conditionsAreReadAsTheyWereWritten() {
        assertThat(Conditions.parse(CONDITIONS.json())).isEqualTo(CONDITIONS);
    }

    @Test
    void conditionsOfAnOlderFileAreThoseOfAPart() {
        var older = CONDITIONS.json().lines()
                .filter(line -> !line.contains("jvmOptions") && !line.contains("everything"))
                .collect(Collectors.joining("\n"));

        assertThat(Conditions.parse(older).everything()).isFalse();
        assertThat(page(List.of(), Optional.of(Conditions.parse(older))))
                .contains("| JDK | a JDK |")
                .doesNotContain("its options");
    }

    @Test
    void whereNobodyWroteDownTheConditionsThePageSaysSo() {
        assertThat(page(List.of(), Optional.empty()))
                .contains("Nobody wrote down on which machine this was measured.")
                .doesNotContain("processor");
    }

    @Test
    void aTargetHasItsVerdict() {
        var time = Target.nanoseconds("slow alone", SLOW, 100, 100);
        var other = Target.bandwidthRatio("others", SLOW.with("tokens", 2000), QUICK, 0.8, 0.7);
        var measurements = new Sample()
                .with(SLOW, "ns/op", Map.of("gc.alloc.rate.norm B/op", 24.0), 20)
                .with(QUICK, "ops/us", 100)
                .measurements();

        var page = ResultsPage.of(measurements, Optional.empty(), List.of(RATIO, time, other), List.of());

        assertThat(page.lines())
                .contains(
                        "| work | 2.00 x | ≤ 1.20 x | `WorkBenchmark.slow(tokens=1000)`, 20.0 ns | `WorkBenchmark.quick(tokens=1000)`, 10.0 ns | 24 | **missed** |",
                        "| slow alone | 20.0 ns | ≤ 100 ns | `WorkBenchmark.slow(tokens=1000)` |  | 24 | reached |",
                        "| others |  | ≥ 0.800 x | `WorkBenchmark.slow(tokens=2000)` | `WorkBenchmark.quick(tokens=1000)`, 10.0 ns |  | not measured |");
    }

    @Test
    void eachBenchmarkHasARowWithTheRatioToItsBaseline() {
        var measurements = new Sample()
                .with(SLOW, "ns/op", Map.of("gc.alloc.rate.norm B/op", 24.0), 20)
                .with(QUICK, "ops/us", 100)
                .with(SLOW.with("tokens", 2000), "ns/op", 50)
                .measurements();

        assertThat(page(measurements, Optional.empty()).lines())
                .contains(
                        "### WorkBenchmark",
                        "| method | parameters | score | error | unit | B/op | ratio | |",
                        "| slow | tokens=1000 | 20.0 |  | ns/op | 24 | 2.00 | to quick |",
                        "| quick | tokens=1000 | 100 |  | ops/us |  |  |  |",
                        "| slow | tokens=2000 | 50.0 |  | ns/op |  |  |  |");
    }

    @Test
    void instructionsHaveAColumnWhereTheyWereCounted() {
        var measurements = new Sample()
                .with(SLOW, "ns/op", Map.of("instructions:u #/op", 321.0), 20)
                .with(QUICK, "ns/op", 10)
                .measurements();

        assertThat(page(measurements, Optional.empty()).lines())
                .contains(
                        "| method | parameters | score | error | unit | B/op | instructions | ratio | |",
                        "| slow | tokens=1000 | 20.0 |  | ns/op |  | 321 | 2.00 | to quick |",
                        "| quick | tokens=1000 | 10.0 |  | ns/op |  |  |  |  |");
    }

    @Test
    void mediansAreComparedWhereOperationsWereTimed() {
        var measurements = new Sample().timed(SLOW, 40, 30, 60, 90).timed(QUICK, 100, 10, 11, 12).measurements();

        assertThat(page(measurements, Optional.empty()).lines())
                .contains("| slow | tokens=1000 | 40.0 |  | us/op |  | 3.00 | to quick |");
    }

    @Test
    void percentilesHaveATableOfTheirOwn() {
        var measurements = new Sample()
                .timed(SLOW, 40, 30, 60, 90)
                .with(
                        SLOW.with("tokens", 2000),
                        "ns/op",
                        Map.of("wait.p50 us", 1.0, "wait.p90 us", 2.0, "wait.p99 us", 3.0, "wait.p999 us", 4.0,
                                "wait.max us", 5.0, "wait.count #", 17.0, "commands.p50 #", 6.0),
                        50)
                .measurements();

        assertThat(page(measurements, Optional.empty()).lines())
                .containsSubsequence(
                        "### WorkBenchmark",
                        "| slow | tokens=2000 | 50.0 |  | ns/op |  |  |  |",
                        "| method | parameters | percentiles of | samples | p50 | p90 | p99 | p99.9 | max | unit |",
                        "| slow | tokens=1000 | operation | 1 | 30.0 |  | 60.0 |  | 90.0 | us/op |",
                        "| slow | tokens=2000 | commands | 0 | 6.00 |  |  |  |  |  |",
                        "| slow | tokens=2000 | wait | 17 | 1.00 | 2.00 | 3.00 | 4.00 | 5.00 | us |");
    }

    @Test
    void whereNothingHasPercentilesThereIsNoTableOfThem() {
        assertThat(page(new Sample().with(SLOW, "ns/op", 20).measurements(), Optional.empty()))
                .doesNotContain("percentiles of |");
    }

    @Test
    void anAnnotationNamesTheBaselineBeforeATargetDoes() {
        var annotated = Subject.of(AnnotatedBenchmark.class, "candidate");
        var target = Target.timeRatio("x", annotated, Subject.of(AnnotatedBenchmark.class, "other"), 1, 1);
        var measurement = new Sample().with(annotated, "ns/op", 1).measurements().getFirst();

        assertThat(new Baselines(List.of(target)).baseline(measurement)).contains("baseline");
    }

    @Test
    void resultsOfClassesThatAreGoneAreShown() {
        var json = new Sample().with(SLOW, "ns/op", 20).json().replace("WorkBenchmark", "GoneBenchmark");

        assertThat(page(JmhResults.parse(json), Optional.empty()).lines())
                .contains("### GoneBenchmark", "| slow | tokens=1000 | 20.0 |  | ns/op |  |  |  |");
    }

    /// Has the annotation; nobody measures it.
    public static class AnnotatedBenchmark {
        /// The candidate.
        @ComparedWith("baseline")
        public void candidate() {}
    }

    private static String page(List<Measurement> measurements, Optional<Conditions> conditions) {
        return ResultsPage.of(measurements, conditions, List.of(RATIO), List.of());
    }
}
