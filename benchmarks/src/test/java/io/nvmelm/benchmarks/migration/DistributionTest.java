package io.nvmelm.benchmarks.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.Result;

/// What benchmarks record themselves becomes results.
class DistributionTest {

    @Test
    void percentilesOfAnIterationArePublishedOnce() {
        var distribution = Distribution.ofNanos("test");
        assertThat(Distribution.ofNanos("test")).isSameAs(distribution);
        distribution.record(1_000_000_000);
        var profiler = new DistributionProfiler();
        profiler.beforeIteration(null, null);
        for (int micros = 1; micros <= 1000; micros++) {
            distribution.record(micros * 1000L);
        }
        var results = profiler.afterIteration(null, null, null).stream()
                .filter(result -> result.getLabel().startsWith("test."))
                .collect(Collectors.<Result<?>, String, Double>toMap(Result::getLabel, Result::getScore));
        assertThat(results).containsOnlyKeys("test.p50", "test.p90", "test.p99", "test.p999", "test.max", "test.count");
        Function<String, Double> micros = label -> results.get("test." + label);
        assertThat(micros.apply("p50")).isCloseTo(500, within(1.0));
        assertThat(micros.apply("p90")).isCloseTo(900, within(1.0));
        assertThat(micros.apply("p99")).isCloseTo(990, within(1.0));
        assertThat(micros.apply("p999")).isCloseTo(999, within(1.0));
        assertThat(micros.apply("max")).isCloseTo(1000, within(1.0));
        assertThat(micros.apply("count")).isEqualTo(1000);
        assertThat(profiler.afterIteration(null, null, null))
                .noneMatch(result -> result.getLabel().startsWith("test."));
    }
}
