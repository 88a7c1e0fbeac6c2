package io.nvmelm.benchmarks.report;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

/// What JMH measured of one benchmark with one set of parameters.
///
/// @param benchmark  the benchmark as JMH names it: class, dot, method
/// @param parameters all its parameters
/// @param mode       JMH's short name of the mode, for instance `avgt`
/// @param primary    the score
/// @param secondary  results of profilers and auxiliary counters, by label
record Measurement(
        String benchmark,
        SortedMap<String, String> parameters,
        String mode,
        Metric primary,
        Map<String, Metric> secondary) {

    /// What JMH's allocation profiler calls bytes per operation.
    private static final String BYTES_PER_OPERATION = "gc.alloc.rate.norm";
    private static final String INSTRUCTIONS = "instructions";

    /// {@return the class with its package}
    String className() {
        return benchmark.substring(0, benchmark.lastIndexOf('.'));
    }

    /// {@return the class without its package}
    String simpleClassName() {
        return className().substring(className().lastIndexOf('.') + 1);
    }

    /// {@return the name of the method}
    String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /// {@return a result by the name that a subject has for it; empty where there is none}
    ///
    /// @param reading [Subject#SCORE], a percentile, or the label of a secondary result
    Optional<Metric> read(String reading) {
        if (reading.equals(Subject.SCORE)) {
            return Optional.of(primary);
        }
        var percentile = primary.percentile(reading);
        return percentile.isPresent() ? percentile : Optional.ofNullable(secondary.get(reading));
    }

    /// {@return bytes that one operation allocates; empty where that was not measured}
    Optional<Metric> bytesPerOperation() {
        return Optional.ofNullable(secondary.get(BYTES_PER_OPERATION))
                .filter(bytes -> !Double.isNaN(bytes.score()));
    }

    /// {@return instructions that one operation takes; empty where that was not measured} Linux may add to the name of
    /// the counter what it counted, as in `instructions:u`.
    OptionalDouble instructionsPerOperation() {
        return secondary.entrySet().stream()
                .filter(result -> result.getKey().split(":", 2)[0].equals(INSTRUCTIONS))
                .mapToDouble(result -> result.getValue().score())
                .findFirst();
    }
}
