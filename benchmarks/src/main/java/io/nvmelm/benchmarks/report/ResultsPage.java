package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.report.Verdict.Estimate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The page about a full run, in Markdown.
final class ResultsPage {
    private final List<Measurement> measurements;
    private final Optional<Conditions> conditions;
    private final List<Target> targets;
    private final StringBuilder page = new StringBuilder();

    private ResultsPage(List<Measurement> measurements, Optional<Conditions> conditions, List<Target> targets) {
        this.measurements = measurements;
        this.conditions = conditions;
        this.targets = targets;
    }

    /// {@return the page}
    ///
    /// @param measurements what was measured
    /// @param conditions   under which conditions; empty where nobody wrote them down
    /// @param targets      all targets
    /// @param charts       charts that were drawn, in a folder `charts` beside the page
    static String of(
            List<Measurement> measurements, Optional<Conditions> conditions, List<Target> targets, List<Chart> charts) {
        return new ResultsPage(measurements, conditions, targets).write(charts);
    }

    private String write(List<Chart> charts) {
        line("# Results of the benchmarks");
        line("");
        line("Written by the profile `bench-full` of the module `benchmarks`; see the README. Times and ratios are those of one");
        line("machine; compare ratios.");
        line("");
        conditions.ifPresentOrElse(this::conditions, () -> line(
                "Nobody wrote down on which machine this was measured."));
        line("");
        targets();
        if (!charts.isEmpty()) {
            line("## Charts");
            line("");
            charts.forEach(chart -> line("![%s](charts/%s.svg)".formatted(chart.title(), chart.file())));
            line("");
        }
        benchmarks();
        return page.toString();
    }

    private void conditions(Conditions of) {
        line("| | |");
        line("| --- | --- |");
        line("| processor | %s, %d cores |".formatted(of.machine().processor(), of.machine().cores()));
        line("| memory | " + of.machine().memory() + " |");
        line("| system | " + of.machine().kernel() + " |");
        line("| JDK | " + of.machine().jdk() + " |");
        if (!of.jvmOptions().isEmpty()) {
            line("| its options | `" + of.jvmOptions() + "` |");
        }
        line("| load (1, 5, 15 minutes) | before %s, after %s |".formatted(of.loadBefore(), of.loadAfter()));
        line("| command | `" + of.command().replace("|", "\\|") + "` |");
        line("| date | %s, %d minutes |".formatted(of.date(), Math.round(of.seconds() / 60.0)));
        line("| instructions | " + (of.instructions() ? "counted by `perf stat`" : "not available on this machine")
                + " |");
    }

    private void targets() {
        line("## Targets");
        line("");
        line("| target | measured | bound | candidate | baseline | B/op | |");
        line("| --- | ---: | ---: | --- | --- | ---: | --- |");
        for (var target : targets) {
            var verdict = Verdict.of(target, target.bound(), measurements, Estimate.TYPICAL);
            line("| %s | %s | %s | %s | %s | %s | %s |"
                    .formatted(
                            target.name(),
                            Double.isNaN(verdict.number()) ? "" : withUnit(target, verdict.number()),
                            (target.kind().atMost() ? "≤ " : "≥ ") + withUnit(target, target.bound()),
                            subject(target.candidate(), verdict.candidate(), target)
                                    + from(verdict.candidateAtStart()),
                            target.baseline()
                                    .map(baseline -> subject(baseline, verdict.baseline(), target))
                                    .orElse("")
                                    + from(verdict.baselineAtStart()),
                            bytes(verdict.bytes()),
                            switch (verdict.outcome()) {
                                case KEPT -> "reached";
                                case BREACHED -> "**missed**";
                                case NOT_MEASURED -> "not measured";
                            }));
        }
        line("");
    }

    private static String subject(Subject subject, double number, Target target) {
        var time = target.kind().compares() && !Double.isNaN(number) ? ", " + Numbers.text(number) + " ns" : "";
        return "`" + subject + "`" + time;
    }

    private static String from(double start) {
        return Double.isNaN(start) ? "" : ", from " + Numbers.text(start) + " ns";
    }

    private static String withUnit(Target target, double number) {
        var kind = target.kind();
        var unit = kind.compares() ? " x" : kind.unit().isEmpty() ? "" : " " + kind.unit();
        return Numbers.text(number) + unit;
    }

    private void benchmarks() {
        var baselines = new Baselines(targets);
        boolean instructions = measurements.stream()
                .anyMatch(measurement -> measurement.instructionsPerOperation().isPresent());
        line("## Benchmarks");
        line("");
        line("Scores are means, errors half of the 99.9 % confidence interval. The ratio is that of the times of one operation, to the");
        line("method named beside it with the same parameters: of the medians of all iterations, or of all operations where single ones were");
        line("timed. Targets are judged by the same medians. A second table has percentiles of those operations and of what benchmarks record");
        line("themselves, with the number of samples: of a hundred or fewer, the 99th percentile is the maximum.");
        var classes = measurements.stream().collect(Collectors.groupingBy(
                Measurement::simpleClassName, TreeMap::new, Collectors.toList()));
        classes.forEach((name, ofClass) -> {
            line("");
            line("### " + name);
            line("");
            line("| method | parameters | score | error | unit | B/op |" + (instructions ? " instructions |" : "")
                    + " ratio | |");
            line("| --- | --- | ---: | ---: | --- | ---: |" + (instructions ? " ---: |" : "") + " ---: | --- |");
            ofClass.forEach(measurement -> line(row(measurement, baselines, instructions)));
            percentiles(ofClass);
        });
    }

    private void percentiles(List<Measurement> ofClass) {
        var rows = ofClass.stream()
                .flatMap(measurement -> Percentiles.of(measurement).stream()
                        .map(percentiles -> row(measurement, percentiles)))
                .toList();
        if (!rows.isEmpty()) {
            line("");
            line("| method | parameters | percentiles of | samples | p50 | p90 | p99 | p99.9 | max | unit |");
            line("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
            rows.forEach(this::line);
        }
    }

    private static String row(Measurement measurement, Percentiles percentiles) {
        return "| %s | %s | %s | %d | %s | %s |"
                .formatted(
                        measurement.method(),
                        parameters(measurement),
                        percentiles.name(),
                        percentiles.samples(),
                        percentiles.values().stream().map(ResultsPage::text).collect(Collectors.joining(" | ")),
                        percentiles.unit());
    }

    private static String parameters(Measurement measurement) {
        return measurement.parameters().entrySet().stream()
                .map(Object::toString)
                .collect(Collectors.joining(", "));
    }

    private String row(Measurement measurement, Baselines baselines, boolean instructions) {
        var metric = measurement.primary();
        var ratio = baselines.timeRatio(measurement, measurements);
        return "| %s | %s | %s | %s | %s | %s |%s %s | %s |"
                .formatted(
                        measurement.method(),
                        parameters(measurement),
                        Numbers.text(metric.score()),
                        Double.isNaN(metric.error()) ? "" : "± " + Numbers.text(metric.error()),
                        metric.unit(),
                        measurement.bytesPerOperation().map(bytes -> bytes(bytes.score())).orElse(""),
                        instructions ? " " + text(measurement.instructionsPerOperation()) + " |" : "",
                        text(ratio),
                        ratio.isPresent()
                                ? baselines.baseline(measurement).map(method -> "to " + method).orElse("")
                                : "");
    }

    private static String text(OptionalDouble number) {
        return number.isPresent() ? Numbers.text(number.getAsDouble()) : "";
    }

    /// JMH allocates a little itself.
    private static String bytes(double bytes) {
        return Double.isNaN(bytes) ? "" : String.format(Locale.ROOT, bytes < 10 ? "%.1f" : "%.0f", bytes);
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
