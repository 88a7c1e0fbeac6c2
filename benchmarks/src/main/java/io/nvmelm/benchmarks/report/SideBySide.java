package io.nvmelm.benchmarks.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs benchmarks by JMH in an order of its own: all methods of a class with the same parameters one after the other, a fork of each,
/// and then all again for the next fork. JMH would run all forks of one method with all parameters before the next, and a candidate
/// would meet another weather on the machine than its baseline. Results are written after each group, so that a run that is broken off
/// leaves what it measured. They are JMH's, with the iterations of all forks; where it says how many there were, it says 1.
final class SideBySide {

    private SideBySide() {}

    /// Runs what the options include.
    ///
    /// @param options options of JMH
    /// @param file    where the results go, in JMH's JSON
    /// @param log     is told how far it is, and what has no result because it failed
    /// @throws RunnerException when JMH cannot run, or nothing is included
    static void run(Options options, Path file, PrintStream log) throws IOException, RunnerException {
        var results = new ArrayList<RunResult>();
        var groups = groups(options);
        if (groups.isEmpty()) {
            throw new RunnerException("No benchmark matches " + options.getIncludes());
        }
        int number = 0;
        for (var group : groups.entrySet()) {
            number++;
            log.println("# " + number + " of " + groups.size() + ": " + group.getKey().className() + " "
                    + group.getKey().parameters());
            var ofGroup = inRounds(group.getKey(), group.getValue(), options);
            names(group.getValue())
                    .filter(benchmark -> ofGroup.stream()
                            .noneMatch(result -> result.getParams().getBenchmark().equals(benchmark)))
                    .forEach(benchmark -> log.println("# no result of " + benchmark));
            results.addAll(ofGroup);
            write(results, file);
        }
    }

    private static Map<Group, List<BenchmarkListEntry>> groups(Options options) {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        var groups = new LinkedHashMap<Group, List<BenchmarkListEntry>>();
        for (var entry : BenchmarkList.defaultList().find(silent, options.getIncludes(), options.getExcludes())) {
            for (var parameters : combinations(entry, options)) {
                groups.computeIfAbsent(new Group(entry.getUserClassQName(), parameters), _ -> new ArrayList<>())
                        .add(entry);
            }
        }
        return groups;
    }

    private static Stream<String> names(List<BenchmarkListEntry> entries) {
        return entries.stream().map(BenchmarkListEntry::getUsername);
    }

    /// The fork of a round is a fork of its own, and so is what it says of all iterations, percentiles for instance.
    private static List<RunResult> inRounds(Group group, List<BenchmarkListEntry> entries, Options options)
            throws RunnerException {
        var forks = options.getForkCount();
        int rounds = Math.max(1, forks.orElse(entries.getFirst().getForks().orElse(Defaults.MEASUREMENT_FORKS)));
        var round = new OptionsBuilder().parent(of(group, entries, options));
        if (!forks.hasValue() || forks.get() > 0) {
            round.forks(1);
        }
        var merged = new TreeMap<BenchmarkParams, List<BenchmarkResult>>();
        for (int i = 0; i < rounds; i++) {
            for (var result : new Runner(round.build()).run()) {
                merged.computeIfAbsent(result.getParams(), _ -> new ArrayList<>())
                        .addAll(result.getBenchmarkResults());
            }
        }
        return merged.entrySet().stream()
                .map(results -> new RunResult(results.getKey(), results.getValue()))
                .toList();
    }

    /// As JMH does it: each value of each parameter with each value of the others, where the caller's values replace those of the class.
    private static List<Map<String, String>> combinations(BenchmarkListEntry entry, Options options) {
        List<Map<String, String>> combinations = List.of(Map.of());
        for (var parameter : new TreeMap<>(entry.getParams().orElse(Map.of())).entrySet()) {
            Collection<String> values = options.getParameter(parameter.getKey()).orElse(List.of(parameter.getValue()));
            combinations = combinations.stream()
                    .flatMap(before -> values.stream().map(value -> {
                        Map<String, String> more = new TreeMap<>(before);
                        more.put(parameter.getKey(), value);
                        return more;
                    }))
                    .toList();
        }
        return combinations;
    }

    /// Adds to what the options exclude, since more to include would not narrow what they include.
    private static Options of(Group group, List<BenchmarkListEntry> entries, Options options) {
        var builder = new OptionsBuilder().parent(options);
        group.parameters().forEach((name, value) -> builder.param(name, value));
        return builder.exclude(
                names(entries).map(Pattern::quote).collect(Collectors.joining("|", "^(?!(", ")$)"))).build();
    }

    private static void write(List<RunResult> results, Path file) throws IOException {
        var json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(
                ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8)).writeOut(results);
        Files.write(file, json.toByteArray());
    }
}
