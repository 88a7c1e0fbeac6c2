package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A result of JMH: the score of a benchmark, of a profiler or of an auxiliary counter.
///
/// @param score       the mean
/// @param error       half of its 99.9 % confidence interval; not a number where there were too few iterations
/// @param unit        as JMH writes it: `ns/op`, `ops/s`, `us`, `B/op`, `#`
/// @param iterations  the score of each iteration, of all forks; empty in the mode SampleTime
/// @param percentiles percentiles by name (`99.0`)
/// @param samples     operations that were timed by themselves, in the mode SampleTime; otherwise 0
record Metric(
        double score,
        double error,
        String unit,
        List<Double> iterations,
        Map<String, Double> percentiles,
        long samples) {
    private static final Map<String, Double> NANOSECONDS =
            Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9, "min", 60e9, "hr", 3600e9, "day", 86_400e9);
    private static final String MEDIAN = "50.0";
    private static final String PER_TIME = "ops/";
    private static final String PER_OPERATION = "/op";

    /// {@return the mean as time in nanoseconds, per operation also where the unit is operations per time; empty where this
    /// is no time}
    OptionalDouble nanoseconds() {
        return nanoseconds(score);
    }

    /// {@return another value of this unit in nanoseconds; empty where this is no time}
    OptionalDouble nanoseconds(double value) {
        boolean perTime = unit.startsWith(PER_TIME);
        var name = perTime ? unit.substring(PER_TIME.length()) : unit.replace(PER_OPERATION, "");
        var nanoseconds = NANOSECONDS.get(name);
        return nanoseconds == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(perTime ? nanoseconds / value : nanoseconds * value);
    }

    /// {@return the fastest iteration in nanoseconds, in the mode SampleTime the median; empty where this is no time} What
    /// disturbs a measurement from outside only ever makes it slower.
    OptionalDouble fastestNanoseconds() {
        var fastest = iterations.stream()
                .map(this::nanoseconds)
                .flatMapToDouble(OptionalDouble::stream)
                .min();
        return fastest.isPresent() ? fastest : typicalNanoseconds();
    }

    /// {@return the median of all operations in the mode SampleTime, else that of all iterations, in nanoseconds; empty where this is
    /// no time} One iteration that was disturbed makes a mean of ten worthless.
    OptionalDouble typicalNanoseconds() {
        return iterations.isEmpty()
                ? percentile(MEDIAN).map(Metric::nanoseconds).orElseGet(this::nanoseconds)
                : nanoseconds(median());
    }

    /// {@return the median of the iterations; the mean where iterations were not kept}
    double median() {
        if (iterations.isEmpty()) {
            return score;
        }
        var sorted = iterations.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }

    /// {@return the score of the iteration that has the least; the mean where iterations were not kept}
    double least() {
        return iterations.stream().mapToDouble(Double::doubleValue).min().orElse(score);
    }

    /// {@return a percentile as a result of its own; empty where JMH did not keep it}
    ///
    /// @param name as JMH writes it
    Optional<Metric> percentile(String name) {
        return Optional.ofNullable(percentiles.get(name))
                .map(value -> new Metric(value, Double.NaN, unit, List.of(), Map.of(), samples));
    }
}
