package io.nvmelm.benchmarks.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/// Reads the JSON that JMH writes (`-rf json`).
final class JmhResults {
    private JmhResults() {}

    /// {@return what was measured, in JMH's order}
    ///
    /// @param json text of the file
    /// @throws IllegalArgumentException when this is not what JMH writes
    static List<Measurement> parse(String json) {
        try {
            return StreamSupport.stream(JsonParser.parseString(json).getAsJsonArray().spliterator(), false)
                    .map(result -> measurement(result.getAsJsonObject()))
                    .toList();
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            throw new IllegalArgumentException("Not a result of JMH in its JSON format", e);
        }
    }

    private static Measurement measurement(JsonObject result) {
        return new Measurement(
                result.get("benchmark").getAsString(),
                new TreeMap<>(map(result.get("params"), JsonElement::getAsString)),
                result.get("mode").getAsString(),
                metric(result.get("primaryMetric")),
                map(result.get("secondaryMetrics"), JmhResults::metric));
    }

    private static Metric metric(JsonElement element) {
        var metric = element.getAsJsonObject();
        return new Metric(
                metric.get("score").getAsDouble(),
                metric.get("scoreError").getAsDouble(),
                metric.get("scoreUnit").getAsString(),
                iterations(metric),
                map(metric.get("scorePercentiles"), JsonElement::getAsDouble),
                samples(metric));
    }

    /// The histogram is an array for each fork, of an array for each iteration, of pairs of a value and how often it was there.
    private static long samples(JsonObject metric) {
        long samples = 0;
        if (metric.has("rawDataHistogram")) {
            for (var fork : metric.getAsJsonArray("rawDataHistogram")) {
                for (var iteration : fork.getAsJsonArray()) {
                    for (var bucket : iteration.getAsJsonArray()) {
                        samples += bucket.getAsJsonArray().get(1).getAsLong();
                    }
                }
            }
        }
        return samples;
    }

    /// There is an array for each fork. The mode SampleTime has a histogram instead, under another name.
    private static List<Double> iterations(JsonObject metric) {
        var scores = new ArrayList<Double>();
        if (metric.has("rawData")) {
            for (var fork : metric.getAsJsonArray("rawData")) {
                fork.getAsJsonArray().forEach(score -> scores.add(score.getAsDouble()));
            }
        }
        return List.copyOf(scores);
    }

    private static <V> Map<String, V> map(JsonElement object, Function<JsonElement, V> value) {
        var values = new LinkedHashMap<String, V>();
        if (object != null) {
            object.getAsJsonObject().entrySet().forEach(entry -> values.put(entry.getKey(), value.apply(entry
                    .getValue())));
        }
        return values;
    }
}
