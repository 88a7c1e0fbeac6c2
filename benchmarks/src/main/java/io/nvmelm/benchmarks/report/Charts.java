package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.ControllerStateIterateBenchmark;
import io.nvmelm.benchmarks.MigrationDataBenchmark;
import io.nvmelm.benchmarks.report.Chart.Axis;
import io.nvmelm.benchmarks.report.Chart.Line;
import java.util.List;
import java.util.function.Function;

/// The table of all charts.
final class Charts {
    private static final Function<Double, String> PLAIN = Numbers::text;

    private Charts() {}

    /// {@return all charts}
    static List<Chart> all() {
        return List.of(queues(), pieces());
    }

    private static Chart queues() {
        return new Chart(
                "queues",
                "Going through a controller state",
                new Axis("queue pairs", true, PLAIN),
                new Axis("nanoseconds per queue", true, PLAIN),
                List.of(
                        iterate("views", "views"),
                        iterate("by hand", "byHand"),
                        iterate("by hand, checked", "byHandChecked"),
                        iterate("records", "records")));
    }

    private static Line iterate(String name, String method) {
        return Line.over(
                name,
                Subject.of(ControllerStateIterateBenchmark.class, method),
                "queuePairs",
                Double::parseDouble,
                (nanoseconds, queuePairs) -> nanoseconds / (2 * queuePairs));
    }

    private static Chart pieces() {
        return new Chart(
                "pieces",
                "State from descriptor to descriptor",
                new Axis("bytes of a piece", true, PLAIN),
                new Axis("GiB per second", false, PLAIN),
                List.of(pieces("library", "session"), pieces("loop in C", "loopInC")));
    }

    private static Line pieces(String name, String method) {
        return Line.over(
                name,
                Subject.of(MigrationDataBenchmark.class, method),
                "pieceBytes",
                Double::parseDouble,
                (nanoseconds, _) -> 1e9 / nanoseconds / 1024);
    }
}
