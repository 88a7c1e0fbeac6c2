package io.nvmelm.benchmarks.migration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/// Publishes each [Distribution] as secondary results: its name and `.p50`, `.p90`, `.p99`, `.p999`, `.max` and `.count`. Percentiles are
/// the means of those of the iterations; the maximum is that of all iterations, and the count their sum.
///
/// ```
/// mvn -q -DskipTests -Pbench package -Dbench="WholeMigration -prof io.nvmelm.benchmarks.migration.DistributionProfiler"
/// ```
public final class DistributionProfiler implements InternalProfiler {

    /// Creates the profiler; called by JMH.
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
        var results = new ArrayList<ScalarResult>();
        Distribution.all().forEach((name, distribution) -> {
            var histogram = distribution.take();
            if (histogram.getTotalCount() > 0) {
                results.addAll(resultsOf(name, distribution, histogram));
            }
        });
        return results;
    }

    private static List<ScalarResult> resultsOf(String name, Distribution distribution, Histogram histogram) {
        var results = new ArrayList<ScalarResult>();
        double factor = distribution.unitsPerValue();
        var unit = distribution.unit();
        for (double percentile : new double[] {50, 90, 99, 99.9}) {
            var digits = Double.toString(percentile).replace(".0", "").replace(".", "");
            results.add(new ScalarResult(
                    name + ".p" + digits,
                    histogram.getValueAtPercentile(percentile) * factor,
                    unit,
                    AggregationPolicy.AVG));
        }
        results.add(new ScalarResult(name + ".max", histogram.getMaxValue() * factor, unit, AggregationPolicy.MAX));
        results.add(new ScalarResult(name + ".count", histogram.getTotalCount(), "#", AggregationPolicy.SUM));
        return results;
    }
}
