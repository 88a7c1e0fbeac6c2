package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Every benchmark stands beside what it is compared with. Those of somebody's own codec, transport or device stand alone.
class BaselinesTest {
    private static final Metric SCORE = new Metric(1, Double.NaN, "ns/op", List.of(), Map.of());
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

    private static Set<String> names() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        var names = new TreeSet<String>();
        BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .filter(name -> !name.startsWith(OWN) && !name.startsWith(OF_TESTS))
                .forEach(names::add);
        return names;
    }
}
