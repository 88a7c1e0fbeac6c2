package io.nvmelm.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The page and the charts of a full run.
final class Report {
    /// Name of the page.
    static final String PAGE = "RESULTS.md";
    /// Name of the folder of the charts, beside it.
    static final String CHARTS = "charts";

    private Report() {}

    /// Writes page and charts. A chart of which nothing was measured stays as it was.
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
            Files.writeString(pictures.resolve(chart.file() + ".svg"), ChartDrawing.svg(chart, measurements));
        }
        Files.writeString(folder.resolve(PAGE), ResultsPage.of(measurements, conditions, Targets.all(), charts));
        return charts;
    }
}
