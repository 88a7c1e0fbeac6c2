package io.nvmelm.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/// Percentiles of what a benchmark measured often: of its operations in the mode SampleTime, or of a distribution that it recorded
/// itself.
///
/// @param name    what they are percentiles of: [#OPERATION], or the name of the distribution
/// @param unit    their unit; empty for a count
/// @param values  median, 90th, 99th and 99.9th percentile, and the maximum; empty where one is missing
/// @param samples how many were measured: of 100 or fewer, the 99th percentile is the maximum
record Percentiles(String name, String unit, List<OptionalDouble> values, long samples) {
    /// Each operation by itself.
    static final String OPERATION = "operation";

    private static final String SAMPLE_TIME = "sample";
    private static final String COUNT = "#";
    private static final List<String> OF_OPERATIONS = List.of("50.0", "90.0", "99.0", "99.9", "100.0");
    private static final String MEDIAN = ".p50";
    private static final String RECORDED = ".count";
    private static final List<String> OF_DISTRIBUTIONS = List.of(MEDIAN, ".p90", ".p99", ".p999", ".max");

    /// {@return all that a benchmark has, operations first, then distributions by name}
    static List<Percentiles> of(Measurement measurement) {
        var all = new ArrayList<Percentiles>();
        if (measurement.mode().equals(SAMPLE_TIME)) {
            var metric = measurement.primary();
            all.add(new Percentiles(
                    OPERATION,
                    metric.unit(),
                    values(OF_OPERATIONS, percentile -> value(metric.percentile(percentile).stream())),
                    metric.samples()));
        }
        measurement.secondary().keySet().stream()
                .filter(label -> label.endsWith(MEDIAN))
                .sorted()
                .map(label -> ofDistribution(label.substring(0, label.length() - MEDIAN.length()), measurement))
                .forEach(all::add);
        return List.copyOf(all);
    }

    private static Percentiles ofDistribution(String name, Measurement measurement) {
        var unit = measurement.secondary().get(name + MEDIAN).unit();
        return new Percentiles(
                name,
                unit.equals(COUNT) ? "" : unit,
                values(OF_DISTRIBUTIONS, ending -> value(Stream.ofNullable(measurement.secondary().get(name
                        + ending)))),
                Math.round(value(Stream.ofNullable(measurement.secondary().get(name + RECORDED))).orElse(0)));
    }

    private static List<OptionalDouble> values(List<String> percentiles, Function<String, OptionalDouble> value) {
        return percentiles.stream().map(value).toList();
    }

    private static OptionalDouble value(Stream<Metric> metric) {
        return metric.mapToDouble(Metric::score).findFirst();
    }
}
