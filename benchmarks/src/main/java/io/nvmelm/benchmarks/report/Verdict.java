package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// Whether a target was reached.
///
/// @param target    the target
/// @param bound     the bound that it was judged by
/// @param outcome   the judgement
/// @param number    the number that was judged: the ratio, or what the kind of the target asks for; not a number where
///                  it was not measured
/// @param candidate result of the candidate: nanoseconds per thing, or the number itself; may be not a number
/// @param baseline  nanoseconds per thing of the baseline; not a number where there is none
/// @param candidateAtStart of a target on growth, what the candidate has grown from; otherwise not a number
/// @param baselineAtStart  what the baseline has grown from, likewise
/// @param bytes     bytes that one operation of the candidate allocates; not a number where that was not measured
record Verdict(
        Target target,
        double bound,
        Outcome outcome,
        double number,
        double candidate,
        double baseline,
        double candidateAtStart,
        double baselineAtStart,
        double bytes) {

    /// The judgement.
    enum Outcome {
        KEPT, BREACHED, NOT_MEASURED
    }

    /// Which of the scores of a benchmark counts.
    enum Estimate {
        /// The median of all iterations of all forks, of the first measurement of a benchmark.
        TYPICAL,
        /// The fastest iteration of all measurements, for a machine that others use too.
        FASTEST
    }

    /// Judges a target.
    ///
    /// @param target       the target
    /// @param bound        its bound, in a full run or in the guard
    /// @param measurements what was measured
    /// @param estimate     which of the scores counts
    /// @return the verdict
    static Verdict of(Target target, double bound, List<Measurement> measurements, Estimate estimate) {
        double candidate = result(target, target.candidate(), measurements, estimate);
        double baseline = target.baseline()
                .map(subject -> result(target, subject, measurements, estimate))
                .orElse(Double.NaN);
        var start = target.start();
        double candidateAtStart = start == null
                ? Double.NaN
                : result(target, start.candidate(), measurements, estimate);
        double baselineAtStart = start == null ? Double.NaN : result(target, start.base(), measurements, estimate);
        double number = switch (target.kind()) {
            case TIME_RATIO ->
                start == null ? candidate / baseline : candidate / candidateAtStart / (baseline / baselineAtStart);
            case BANDWIDTH_RATIO -> baseline / candidate;
            case NANOSECONDS, BYTES_PER_OPERATION, NUMBER -> candidate;
        };
        var outcome = Double.isNaN(number)
                ? Outcome.NOT_MEASURED
                : target.kind().isKept(number, bound) ? Outcome.KEPT : Outcome.BREACHED;
        double bytes = least(find(target.candidate(), measurements, estimate).mapToDouble(measurement -> bytes(
                measurement, estimate)));
        return new Verdict(
                target, bound, outcome, number, candidate, baseline, candidateAtStart, baselineAtStart, bytes);
    }

    /// The measurements of a subject that count.
    private static Stream<Measurement> find(Subject subject, List<Measurement> measurements, Estimate estimate) {
        return measurements.stream()
                .filter(measurement -> subject.isMeasuredBy(measurement.benchmark(), measurement.parameters()))
                .limit(estimate == Estimate.FASTEST ? measurements.size() : 1);
    }

    private static double least(DoubleStream numbers) {
        return numbers.filter(number -> !Double.isNaN(number)).min().orElse(Double.NaN);
    }

    /// {@return whether the target was reached}
    boolean isKept() {
        return outcome == Outcome.KEPT;
    }

    private static double result(
            Target target, Subject subject, List<Measurement> measurements, Estimate estimate) {
        return least(find(subject, measurements, estimate)
                .mapToDouble(measurement -> result(target, subject, measurement, estimate)));
    }

    private static double result(Target target, Subject subject, Measurement measurement, Estimate estimate) {
        double result = switch (target.kind()) {
            case TIME_RATIO, BANDWIDTH_RATIO, NANOSECONDS ->
                measurement
                        .read(subject.reading())
                        .map(metric -> nanoseconds(metric, estimate))
                        .orElse(OptionalDouble.empty())
                        .orElse(Double.NaN);
            case BYTES_PER_OPERATION -> bytes(measurement, estimate);
            case NUMBER -> measurement.read(subject.reading()).map(Metric::score).orElse(Double.NaN);
        };
        return result / subject.unitsPerOperation();
    }

    private static OptionalDouble nanoseconds(Metric metric, Estimate estimate) {
        return estimate == Estimate.FASTEST ? metric.fastestNanoseconds() : metric.typicalNanoseconds();
    }

    /// JMH allocates a little itself, in some iterations more than in others; what an operation allocates, it does in all.
    private static double bytes(Measurement measurement, Estimate estimate) {
        return measurement.bytesPerOperation()
                .map(estimate == Estimate.FASTEST ? Metric::least : Metric::median)
                .orElse(Double.NaN);
    }
}
