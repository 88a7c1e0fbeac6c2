package io.nvmelm.benchmarks.report;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One benchmark with one set of parameters, and which of its results is meant.
///
/// @param benchmark         class of the benchmark
/// @param method            its method
/// @param parameters        a value for each parameter that has more than one; the others have the value they have
/// @param unitsPerOperation things that one operation of JMH handles, for instance queues; results are per thing
/// @param reading           which result: [#SCORE], or a percentile as JMH writes it (`99.0`), or a secondary result (an
///                          auxiliary counter)
public record Subject(
        Class<?> benchmark,
        String method,
        SortedMap<String, String> parameters,
        double unitsPerOperation,
        String reading) {
    /// The mean.
    public static final String SCORE = "score";

    /// Copies the parameters.
    public Subject {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        if (!(unitsPerOperation > 0)) {
            throw new IllegalArgumentException("units per operation: " + unitsPerOperation);
        }
    }

    /// Begins with the mean of a benchmark without parameters.
    ///
    /// @param benchmark class of the benchmark
    /// @param method    its method
    /// @return the subject
    public static Subject of(Class<?> benchmark, String method) {
        return new Subject(benchmark, method, new TreeMap<>(), 1, SCORE);
    }

    /// {@return the same with a parameter}
    ///
    /// @param parameter name of the field
    /// @param value     one of its values
    public Subject with(String parameter, Object value) {
        var more = new TreeMap<>(parameters);
        more.put(parameter, value.toString());
        return new Subject(benchmark, method, more, unitsPerOperation, reading);
    }

    /// {@return the same, and one operation handles several things}
    ///
    /// @param units number of things, more than 0
    public Subject per(double units) {
        return new Subject(benchmark, method, parameters, units, reading);
    }

    /// {@return the same, and a percentile is meant} For benchmarks in the mode SampleTime or SingleShotTime.
    ///
    /// @param percentile 0 to 100, one of those that JMH keeps: 0, 50, 90, 95, 99, 99.9, 99.99, 99.999, 99.9999, 100
    public Subject percentile(double percentile) {
        return new Subject(benchmark, method, parameters, unitsPerOperation, Double.toString(percentile));
    }

    /// {@return the same, and a secondary result is meant}
    ///
    /// @param label its label, for instance the name of an auxiliary counter
    public Subject secondary(String label) {
        return new Subject(benchmark, method, parameters, unitsPerOperation, label);
    }

    /// {@return whether a secondary result is meant} Percentiles are named by numbers.
    boolean isSecondary() {
        return !reading.equals(SCORE) && !Character.isDigit(reading.charAt(0));
    }

    /// {@return the mean of the same benchmark, per operation}
    Subject withoutReading() {
        return new Subject(benchmark, method, parameters, 1, SCORE);
    }

    /// {@return the benchmark as JMH names it}
    public String benchmarkName() {
        return benchmark.getName() + "." + method;
    }

    /// {@return whether it has no result without a C compiler}
    boolean needsCCompiler() {
        return Stream.of(benchmark.getMethods())
                .anyMatch(each -> each.getName().equals(method) && each.isAnnotationPresent(NeedsCCompiler.class));
    }

    @Override
    public String toString() {
        var text = benchmark.getSimpleName() + "." + method;
        if (!parameters.isEmpty()) {
            text += parameters.entrySet().stream()
                    .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                    .collect(Collectors.joining(", ", "(", ")"));
        }
        return reading.equals(SCORE) ? text : text + " " + reading;
    }

    /// {@return whether these are results of this benchmark with these parameters}
    ///
    /// @param name   the benchmark as JMH names it
    /// @param values all its parameters
    boolean isMeasuredBy(String name, Map<String, String> values) {
        return name.equals(benchmarkName()) && values.entrySet().containsAll(parameters.entrySet());
    }
}
