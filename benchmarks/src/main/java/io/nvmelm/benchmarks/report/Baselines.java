package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// Knows what each benchmark is compared with: what [ComparedWith] says, else the first target that compares it within its
/// class.
final class Baselines {
    private final List<Target> targets;

    /// Creates it.
    ///
    /// @param targets all targets
    Baselines(List<Target> targets) {
        this.targets = targets;
    }

    /// {@return the time of an operation by that of its baseline with the same parameters, in the mode SampleTime of the medians; empty
    /// where there is none}
    OptionalDouble timeRatio(Measurement measurement, List<Measurement> all) {
        return baseline(measurement).stream()
                .flatMap(method -> all.stream()
                        .filter(other -> other.className().equals(measurement.className())
                                && other.method().equals(method)
                                && other.parameters().equals(measurement.parameters())))
                .flatMap(other -> ratio(measurement, other).stream().boxed())
                .mapToDouble(Double::doubleValue)
                .findFirst();
    }

    /// {@return the method that a benchmark is compared with; empty where there is none}
    Optional<String> baseline(Measurement measurement) {
        return annotated(measurement).or(() -> targets.stream()
                .filter(target -> target.candidate().benchmarkName().equals(measurement.benchmark()))
                .flatMap(target -> target.baseline().stream())
                .filter(baseline -> baseline.benchmark().getName().equals(measurement.className()))
                .map(Subject::method)
                .filter(method -> !method.equals(measurement.method()))
                .findFirst());
    }

    private static Optional<String> annotated(Measurement measurement) {
        try {
            return Stream.of(Class.forName(measurement.className()).getMethods())
                    .filter(method -> method.getName().equals(measurement.method()))
                    .flatMap(method -> Optional.ofNullable(method.getAnnotation(ComparedWith.class)).stream())
                    .map(ComparedWith::value)
                    .findFirst();
        } catch (ClassNotFoundException e) {
            // Results may be older than the code, or those of somebody else.
            return Optional.empty();
        }
    }

    private static OptionalDouble ratio(Measurement measurement, Measurement baseline) {
        var time = measurement.primary().typicalNanoseconds();
        var baselineTime = baseline.primary().typicalNanoseconds();
        return time.isPresent() && baselineTime.isPresent()
                ? OptionalDouble.of(time.getAsDouble() / baselineTime.getAsDouble())
                : OptionalDouble.empty();
    }
}
