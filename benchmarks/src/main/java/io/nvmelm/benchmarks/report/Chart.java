package io.nvmelm.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// A picture of results.
///
/// @param file  name of its file without the ending
/// @param title what it shows
/// @param x     axis to the right, logarithmic
/// @param y     axis to the top
/// @param lines what is drawn, in the order of the legend
record Chart(String file, String title, Axis x, Axis y, List<Line> lines) {

    /// An axis.
    ///
    /// @param title       what the numbers are, with their unit
    /// @param logarithmic whether equal distances are equal ratios
    /// @param label       text of a number; numbers that are powers of ten where the axis is logarithmic
    record Axis(String title, boolean logarithmic, Function<Double, String> label) {}

    /// A point.
    record Point(double x, double y) {}

    /// A line.
    ///
    /// @param name    name in the legend
    /// @param subject the benchmark, with a value for each parameter but the one that varies
    /// @param points  makes points of one measurement of it
    record Line(String name, Subject subject, Function<Measurement, Stream<Point>> points) {

        /// {@return a line over a parameter}
        ///
        /// @param name      name in the legend
        /// @param subject   the benchmark, with a value for each parameter but that one, and which of its results
        /// @param parameter the parameter
        /// @param x         number of a value of it
        /// @param y         what is drawn, made of the nanoseconds of an operation and of the value; in the mode SampleTime of the median
        static Line over(String name, Subject subject, String parameter, ToDoubleFunction<String> x, Height y) {
            return new Line(name, subject, measurement -> {
                var value = measurement.parameters().get(parameter);
                return measurement.read(subject.reading()).stream()
                        .flatMap(metric -> metric.typicalNanoseconds().stream().boxed())
                        .map(nanoseconds -> new Point(x.applyAsDouble(value), y.of(nanoseconds, value)));
            });
        }

        /// {@return the percentiles of one measurement in microseconds; the 99th stands at 1 / (1 - 0.99) = 100} The last
        /// one is the 99.9th, beyond which a run has too few samples.
        ///
        /// @param name    name in the legend
        /// @param subject the benchmark in the mode SampleTime, with a value for each parameter
        static Line percentiles(String name, Subject subject) {
            return new Line(name, subject, measurement -> Stream.of("50.0", "90.0", "95.0", "99.0", "99.9")
                    .flatMap(percentile -> measurement.primary().percentile(percentile).stream()
                            .flatMap(metric -> metric.nanoseconds().stream().boxed())
                            .map(nanoseconds -> new Point(
                                    Math.round(100_000 / (100 - Double.parseDouble(percentile))) / 1000.0,
                                    nanoseconds / 1000))));
        }

        /// {@return the points that can be drawn, from left to right}
        List<Point> points(List<Measurement> measurements) {
            return measurements.stream()
                    .filter(measurement -> subject.isMeasuredBy(measurement.benchmark(), measurement.parameters()))
                    .flatMap(points)
                    .filter(point -> Double.isFinite(point.y()) && point.y() > 0)
                    .sorted(Comparator.comparingDouble(Point::x))
                    .toList();
        }
    }

    /// How high a point is.
    @FunctionalInterface
    interface Height {
        /// {@return the height}
        ///
        /// @param nanoseconds time of an operation
        /// @param value       value of the parameter
        double of(double nanoseconds, String value);
    }

    /// {@return the lines that have something to draw}
    List<Line> linesIn(List<Measurement> measurements) {
        return lines.stream().filter(line -> !line.points(measurements).isEmpty()).toList();
    }
}
