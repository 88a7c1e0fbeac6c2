package io.nvmelm.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The page and the charts of a full run.
final class Report {
    /// Name of the page.
    static final String PAGE = "RESULTS.md";
    /// Name of the folder of the charts, beside it.
    static final String CHARTS = "charts";

    private static final String ENDING = ".svg";

    private Report() {}

    /// Writes page and charts. A chart of an earlier page that this one has not is deleted.
    ///
    /// @param folder       folder of the page
    /// @param measurements what was measured
    /// @param conditions   under which conditions; empty where nobody wrote them down
    /// @return the charts that were drawn
    static List<Chart> write(Path folder, List<Measurement> measurements, Optional<Conditions> conditions)
            throws IOException {
        var charts = Charts.all().stream()
                .filter(chart -> !chart.linesIn(measurements).isEmpty())
                .toList();
        var pictures = Files.createDirectories(folder.resolve(CHARTS));
        for (var chart : charts) {
            Files.writeString(pictures.resolve(chart.file() + ENDING), ChartDrawing.svg(chart, measurements));
        }
        deleteOthers(pictures, charts);
        Files.writeString(folder.resolve(PAGE), ResultsPage.of(measurements, conditions, Targets.all(), charts));
        return charts;
    }

    private static void deleteOthers(Path pictures, List<Chart> charts) throws IOException {
        var drawn = charts.stream().map(chart -> chart.file() + ENDING).collect(Collectors.toSet());
        try (var files = Files.newDirectoryStream(pictures, "*" + ENDING)) {
            for (var file : files) {
                if (!drawn.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }
}
