package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Optional;

/// Every benchmark stands beside what it is compared with. Those of somebody's own codec, transport or device stand alone.
class BaselinesTest {
    private static final Metric SCORE = new Metric(1, Double.NaN, "ns/op", List.of(), Map.of(), 0);
    private static final String OWN = "io.nvmelm.benchmarks.own.";
    private static final String OF_TESTS = WorkBenchmark.class.getName();

    private final Baselines baselines = new Baselines(Targets.all());

    @Test
    void everyBenchmarkHasABaselineOrIsOne() {
        var names = names();
        var compared = new HashSet<String>();
        var areBaselines = new HashSet<String>();
        for (var name : names) {
            var measurement = new Measurement(name, new TreeMap<>(), "avgt", SCORE, Map.of());
            baselines.baseline(measurement).ifPresent(method -> {
                compared.add(name);
                areBaselines.add(measurement.className() + "." + method);
            });
        }
        for (var target : Targets.all()) {
            target.baseline().filter(base -> base.benchmark().equals(target.candidate().benchmark())).ifPresent(
                    base -> {
                        compared.add(target.candidate().benchmarkName());
                        areBaselines.add(base.benchmarkName());
                    });
        }

        assertThat(names).hasSizeGreaterThan(50);
        assertThat(areBaselines).as("baselines are benchmarks").isSubsetOf(names);
        assertThat(names).allMatch(name -> compared.contains(name) || areBaselines.contains(name));
    }

    /// JMH's own effort is 17 minutes for each.
    @Test
    void everyBenchmarkSaysHowLongItIsMeasured() {
        assertThat(benchmarks())
                .extracting(
                        BenchmarkListEntry::getForks,
                        BenchmarkListEntry::getWarmupIterations,
                        BenchmarkListEntry::getMeasurementIterations,
                        BenchmarkListEntry::getMeasurementTime)
                .containsOnly(
                        tuple(Optional.of(2), Optional.of(5), Optional.of(10), Optional.of(TimeValue.milliseconds(
                                300))),
                        // What differs from fork to fork: single nanoseconds, and a microsecond timed by itself
                        tuple(Optional.of(6), Optional.of(5), Optional.of(5), Optional.of(TimeValue.milliseconds(
                                200))));
    }

    private static Set<String> names() {
        return benchmarks()
                .map(BenchmarkListEntry::getUsername)
                .filter(name -> !name.startsWith(OWN))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<BenchmarkListEntry> benchmarks() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .filter(entry -> !entry.getUsername().startsWith(OF_TESTS));
    }
}
