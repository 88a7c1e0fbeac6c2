package io.nvmelm.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/// Results of JMH as it writes them, made up.
final class Sample {
    private final List<String> results = new ArrayList<>();

    /// Adds a result; the score is the mean of the iterations.
    Sample with(Subject subject, String unit, double... iterations) {
        return with(subject, unit, Map.of(), iterations);
    }

    /// Adds a result with secondary ones, given by label and value; what is before the space of a label is the label,
    /// what is behind it the unit.
    Sample with(Subject subject, String unit, Map<String, Double> secondary, double... iterations) {
        var others = secondary.entrySet().stream()
                .map(result -> "\"%s\" : %s"
                        .formatted(result.getKey().split(" ")[0], metric(result.getKey().split(" ")[1], result
                                .getValue())))
                .collect(Collectors.joining(", ", "{", "}"));
        add(subject, "avgt", metric(unit, iterations), others);
        return this;
    }

    /// Adds a result in the mode SampleTime, in microseconds.
    Sample timed(Subject subject, double mean, double p50, double p99, double maximum) {
        add(subject, "sample", """
                {
                  "score" : %s, "scoreError" : "NaN", "scoreConfidence" : ["NaN", "NaN"],
                  "scorePercentiles" : {"50.0" : %s, "99.0" : %s, "100.0" : %s},
                  "scoreUnit" : "us/op",
                  "rawDataHistogram" : [[[[%s, 1]]]]
                }""".formatted(mean, p50, p99, maximum, mean), "{}");
        return this;
    }

    private void add(Subject subject, String mode, String primary, String secondary) {
        var parameters = subject.parameters().entrySet().stream()
                .map(parameter -> "\"%s\" : \"%s\"".formatted(parameter.getKey(), parameter.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
        results.add("""
                {
                  "jmhVersion" : "1.37", "benchmark" : "%s", "mode" : "%s", "threads" : 1, "forks" : 1,
                  "params" : %s,
                  "primaryMetric" : %s,
                  "secondaryMetrics" : %s
                }""".formatted(subject.benchmarkName(), mode, parameters, primary, secondary));
    }

    /// {@return the text of the file}
    String json() {
        return results.stream().collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }

    /// {@return what the file says}
    List<Measurement> measurements() {
        return JmhResults.parse(json());
    }

    private static String metric(String unit, double... iterations) {
        double mean = DoubleStream.of(iterations).average().orElseThrow();
        var raw = DoubleStream.of(iterations).mapToObj(Double::toString).collect(Collectors.joining(", "));
        return """
                {
                  "score" : %s, "scoreError" : "NaN", "scoreConfidence" : ["NaN", "NaN"],
                  "scorePercentiles" : {"0.0" : %s, "50.0" : %s, "99.0" : %s, "100.0" : %s},
                  "scoreUnit" : "%s",
                  "rawData" : [[%s]]
                }""".formatted(mean, mean / 2, mean, mean * 2, mean * 3, unit, raw);
    }
}
