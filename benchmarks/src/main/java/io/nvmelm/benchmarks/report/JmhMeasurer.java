package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.migration.DistributionProfiler;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Measures for a short time by JMH: one fork for each benchmark, those of one class and the same parameters one after
/// the other, so that candidate and baseline meet the same neighbours on the machine.
final class JmhMeasurer implements Measurer {
    private final Effort effort;
    private final PrintStream log;

    /// Creates a measurer.
    ///
    /// @param effort how long it measures
    /// @param log    is told what is measured, and what has no result because it failed
    JmhMeasurer(Effort effort, PrintStream log) {
        this.effort = effort;
        this.log = log;
    }

    @Override
    public List<Measurement> measure(Set<Subject> subjects) {
        var measurements = new ArrayList<Measurement>();
        groups(subjects).forEach((group, methods) -> measurements.addAll(measure(group, methods)));
        return List.copyOf(measurements);
    }

    private static Map<Group, Set<String>> groups(Set<Subject> subjects) {
        var groups = new LinkedHashMap<Group, Set<String>>();
        for (var subject : subjects) {
            groups.computeIfAbsent(
                    new Group(subject.benchmark().getName(), subject.parameters()), _ -> new LinkedHashSet<>())
                    .add(subject.method());
        }
        return groups;
    }

    private List<Measurement> measure(Group group, Set<String> methods) {
        log.println("measuring " + group.simpleClassName() + "." + String.join(", ", methods)
                + (group.parameters().isEmpty() ? "" : " " + group.parameters()));
        try {
            var file = Files.createTempFile("nvme-lm-benchmark", ".json");
            try {
                new Runner(options(group, methods).result(file.toString()).build()).run();
                var results = JmhResults.parse(Files.readString(file));
                methods.stream()
                        .filter(method -> results.stream().noneMatch(result -> result.method().equals(method)))
                        .forEach(method -> log.println("no result of " + method));
                return results;
            } catch (RunnerException e) {
                throw new IllegalStateException("JMH does not run", e);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChainedOptionsBuilder options(Group group, Set<String> methods) {
        var names = methods.stream().map(Pattern::quote).collect(Collectors.joining("|", "(", ")"));
        var time = TimeValue.milliseconds(effort.iterationTime().toMillis());
        var options = new OptionsBuilder()
                .include("^" + Pattern.quote(group.className() + ".") + names + "$")
                .forks(1)
                .warmupIterations(effort.warmups())
                .warmupTime(time)
                .measurementIterations(effort.iterations())
                .measurementTime(time)
                .verbosity(VerboseMode.SILENT)
                .resultFormat(ResultFormatType.JSON)
                .addProfiler(GCProfiler.class)
                .addProfiler(DistributionProfiler.class);
        group.parameters().forEach((name, value) -> options.param(name, value));
        return options;
    }
}
