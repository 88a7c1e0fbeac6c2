package io.nvmelm.benchmarks.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

/// Runs benchmarks by JMH in an order of its own: of a class, a fork of each method with the first parameters, then with the next, and
/// when all have had one, all again for the next fork, the methods the other way round. JMH would run all forks of one method with all
/// parameters before the next, and what is compared would meet another weather on the machine than what it is compared with. Results are
/// written each minute, so that a run that is broken off leaves what it measured. They are JMH's, with the iterations of all forks;
/// where it says how many there were, it says 1.
final class SideBySide {
    private static final Duration WRITING_INTERVAL = Duration.ofMinutes(1);

    private SideBySide() {}

    /// Runs what the options include.
    ///
    /// @param options options of JMH
    /// @param file    where the results go, in JMH's JSON
    /// @param log     is told how far it is, and what has no result because it failed
    /// @throws RunnerException when JMH cannot run, or nothing is included
    static void run(Options options, Path file, PrintStream log) throws IOException, RunnerException {
        var groups = groups(options);
        if (groups.isEmpty()) {
            throw new RunnerException("No benchmark matches " + options.getIncludes());
        }
        var results = new LinkedHashMap<BenchmarkParams, List<BenchmarkResult>>();
        var steps = steps(groups, options);
        int number = 0;
        long written = System.nanoTime();
        for (var step : steps) {
            number++;
            var what = step.benchmark() + " " + step.parameters();
            log.println("# " + number + " of " + steps.size() + ": " + what);
            var ofStep = new Runner(of(step, options)).run();
            ofStep.forEach(result -> results.computeIfAbsent(result.getParams(), _ -> new ArrayList<>())
                    .addAll(result.getBenchmarkResults()));
            if (ofStep.isEmpty()) {
                log.println("# no result of " + what);
            }
            // Not each time: of many results this takes as long as to measure one.
            if (number == steps.size() || System.nanoTime() - written > WRITING_INTERVAL.toNanos()) {
                write(results, file);
                written = System.nanoTime();
            }
        }
    }

    /// One fork of a method.
    private record Step(String benchmark, Map<String, String> parameters) {}

    /// All forks of a class in turns, then those of the next.
    private static List<Step> steps(Map<Group, List<BenchmarkListEntry>> groups, Options options) {
        var classes = groups.keySet().stream().collect(Collectors.groupingBy(
                Group::className, LinkedHashMap::new, Collectors.toList()));
        var steps = new ArrayList<Step>();
        for (var ofClass : classes.values()) {
            int rounds = groups.get(ofClass.getFirst()).stream()
                    .mapToInt(entry -> forks(entry, options))
                    .max()
                    .orElseThrow();
            for (int round = 0; round < rounds; round++) {
                for (var group : ofClass) {
                    var entries = groups.get(group);
                    for (var entry : round % 2 == 0 ? entries : entries.reversed()) {
                        if (round < forks(entry, options)) {
                            steps.add(new Step(entry.getUsername(), group.parameters()));
                        }
                    }
                }
            }
        }
        return steps;
    }

    private static int forks(BenchmarkListEntry entry, Options options) {
        return Math.max(1, options.getForkCount().orElse(entry.getForks().orElse(Defaults.MEASUREMENT_FORKS)));
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
    private static Options of(Step step, Options options) {
        var builder = new OptionsBuilder().parent(options).exclude("^(?!" + Pattern.quote(step.benchmark()) + "$)");
        step.parameters().forEach((name, value) -> builder.param(name, value));
        // None at all measures in this virtual machine, which is for tests.
        if (options.getForkCount().orElse(1) > 0) {
            builder.forks(1);
        }
        return builder.build();
    }

    private static void write(Map<BenchmarkParams, List<BenchmarkResult>> results, Path file) throws IOException {
        var merged = results.entrySet().stream()
                .map(result -> new RunResult(result.getKey(), result.getValue()))
                .toList();
        var json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(
                ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8)).writeOut(merged);
        Files.write(file, json.toByteArray());
    }
}
