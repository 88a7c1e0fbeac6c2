package io.nvmelm.benchmarks.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.options.TimeValue;

/// What benchmarks record themselves becomes results.
class DistributionTest {
    private final DistributionProfiler profiler = new DistributionProfiler();

    private static IterationParams iterations(IterationType type, int count) {
        return new IterationParams(type, count, TimeValue.milliseconds(1), 1);
    }

    /// {@return the results of an iteration that records a range of times in microseconds, by their labels}
    private Map<String, Double> iteration(IterationParams params, Distribution distribution, int from, int to) {
        profiler.beforeIteration(null, params);
        for (int micros = from; micros <= to; micros++) {
            distribution.record(micros * 1000L);
        }
        return profiler.afterIteration(null, params, null).stream()
                .filter(result -> result.getLabel().startsWith("test"))
                .collect(Collectors.<Result<?>, String, Double>toMap(Result::getLabel, Result::getScore));
    }

    @Test
    void percentilesAreOfAllMeasuredIterationsAndPublishedWithTheLast() {
        var distribution = Distribution.ofNanos("test");
        assertThat(Distribution.ofNanos("test")).isSameAs(distribution);
        var warmUp = iterations(IterationType.WARMUP, 1);
        var measurement = iterations(IterationType.MEASUREMENT, 3);
        assertThat(iteration(warmUp, distribution, 5000, 9000)).isEmpty();
        distribution.record(1_000_000_000);

        assertThat(iteration(measurement, distribution, 1, 980)).isEmpty();
        assertThat(iteration(measurement, distribution, 981, 999)).isEmpty();
        var results = iteration(measurement, distribution, 1000, 1000);

        assertThat(results).containsOnlyKeys("test.p50", "test.p90", "test.p99", "test.p999", "test.max", "test.count");
        assertThat(results.get("test.p50")).isCloseTo(500, within(1.0));
        assertThat(results.get("test.p90")).isCloseTo(900, within(1.0));
        assertThat(results.get("test.p99")).isCloseTo(990, within(1.0));
        assertThat(results.get("test.p999")).isCloseTo(999, within(1.0));
        assertThat(results.get("test.max")).isCloseTo(1000, within(1.0));
        assertThat(results.get("test.count")).isEqualTo(1000);
    }

    @Test
    void aDistributionWithoutValuesHasNoResult() {
        var distribution = Distribution.ofCounts("testNothing");
        assertThat(iteration(iterations(IterationType.MEASUREMENT, 1), distribution, 1, 0)).isEmpty();
    }
}
