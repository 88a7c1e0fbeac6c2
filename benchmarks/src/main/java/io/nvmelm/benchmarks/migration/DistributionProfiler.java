package io.nvmelm.benchmarks.migration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.Aggregator;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/// Publishes each [Distribution] as secondary results: its name and `.p50`, `.p90`, `.p99`, `.p999`, `.max` and `.count`, with the last
/// measured iteration of a fork. They are of all values that were recorded in the measured iterations of that fork, so that a percentile
/// is one of all of them and not a mean of percentiles. Of several forks JMH gives the mean of the percentiles, the largest maximum and
/// the sum of the counts. What was recorded while the benchmark warmed up is dropped.
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="WholeMigration -prof io.nvmelm.benchmarks.migration.DistributionProfiler"
/// ```
public final class DistributionProfiler implements InternalProfiler {
    private final Map<String, Histogram> recorded = new TreeMap<>();
    private int measuredIterations;

    /// Creates the profiler; called by JMH, for each benchmark.
    public DistributionProfiler() {}

    @Override
    public String getDescription() {
        return "Percentiles of what benchmarks record themselves";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        Distribution.all().values().forEach(Distribution::take);
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (iteration.getType() != IterationType.MEASUREMENT) {
            return List.of();
        }
        Distribution.all().forEach((name, distribution) -> {
            var histogram = distribution.take();
            if (histogram.getTotalCount() > 0) {
                recorded.merge(name, histogram, DistributionProfiler::sum);
            }
        });
        measuredIterations++;
        if (measuredIterations < iteration.getCount()) {
            return List.of();
        }
        var results = new ArrayList<ScalarResult>();
        recorded.forEach((name, histogram) -> results.addAll(resultsOf(name, histogram)));
        return results;
    }

    private static Histogram sum(Histogram one, Histogram other) {
        one.add(other);
        return one;
    }

    private static List<ScalarResult> resultsOf(String name, Histogram histogram) {
        var results = new ArrayList<ScalarResult>();
        var distribution = Distribution.all().get(name);
        double factor = distribution.unitsPerValue();
        var unit = distribution.unit();
        for (double percentile : new double[] {50, 90, 99, 99.9}) {
            var digits = Double.toString(percentile).replace(".0", "").replace(".", "");
            results.add(new OfAllIterations(
                    name + ".p" + digits,
                    histogram.getValueAtPercentile(percentile) * factor,
                    unit,
                    AggregationPolicy.AVG));
        }
        results.add(new OfAllIterations(name + ".max", histogram.getMaxValue() * factor, unit, AggregationPolicy.MAX));
        results.add(new OfAllIterations(name + ".count", histogram.getTotalCount(), "#", AggregationPolicy.SUM));
        return results;
    }

    /// A result of one iteration alone. JMH takes a [ScalarResult] that an iteration does not have for 0, and would take the mean with it.
    private static final class OfAllIterations extends ScalarResult {
        private static final long serialVersionUID = 1;

        OfAllIterations(String label, double value, String unit, AggregationPolicy policy) {
            super(label, value, unit, policy);
        }

        /// One profiler gives one result, which must not be replaced by an ordinary one.
        @Override
        protected Aggregator<ScalarResult> getThreadAggregator() {
            return results -> results.iterator().next();
        }

        @Override
        protected @Nullable ScalarResult getZeroResult() {
            return null;
        }
    }
}
