package io.nvmelm.benchmarks.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.nvmelm.benchmarks.migration.DistributionProfiler;
import io.nvmelm.benchmarks.report.Guard.Judged;
import io.nvmelm.benchmarks.report.Verdict.Outcome;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the guard says: a file for machines, and a text for whoever broke a target.
final class GuardReport {
    private GuardReport() {}

    /// {@return the content of the file}
    ///
    /// @param machine the machine
    /// @param date    when the guard began
    /// @param seconds how long it took
    /// @param command what was called
    /// @param judged  the targets
    static String json(Machine machine, Instant date, double seconds, String command, List<Judged> judged) {
        var root = new JsonObject();
        root.add("machine", machine.json());
        root.addProperty("jvmOptions", Machine.jvmOptions());
        root.addProperty("load", Machine.load());
        root.addProperty("date", date.toString());
        root.addProperty("seconds", seconds);
        root.addProperty("command", command);
        root.addProperty("passed", judged.stream().noneMatch(Judged::fails));
        var targets = new JsonArray();
        judged.forEach(target -> targets.add(json(target)));
        root.add("targets", targets);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root) + "\n";
    }

    private static JsonObject json(Judged judged) {
        var target = judged.target();
        var verdict = judged.verdict();
        var object = new JsonObject();
        object.addProperty("name", target.name());
        object.addProperty("kind", target.kind().name());
        object.addProperty("candidate", target.candidate().toString());
        target.baseline().ifPresent(baseline -> object.addProperty("baseline", baseline.toString()));
        switch (target.kind()) {
            case TIME_RATIO, BANDWIDTH_RATIO -> {
                add(object, "candidateNanoseconds", verdict.candidate());
                add(object, "baselineNanoseconds", verdict.baseline());
                add(object, "startCandidateNanoseconds", verdict.candidateAtStart());
                add(object, "startBaselineNanoseconds", verdict.baselineAtStart());
                add(object, "ratio", verdict.number());
            }
            case NANOSECONDS -> add(object, "candidateNanoseconds", verdict.number());
            case NUMBER -> add(object, "number", verdict.number());
            case BYTES_PER_OPERATION -> {}
        }
        object.addProperty(target.kind().atMost() ? "atMost" : "atLeast", verdict.bound());
        add(object, "bytesPerOperation", verdict.bytes());
        var attempts = new JsonArray();
        judged.attempts().stream()
                .map(Verdict::number)
                .filter(number -> !Double.isNaN(number))
                .forEach(attempts::add);
        object.add("attempts", attempts);
        object.addProperty("measured", verdict.outcome() != Outcome.NOT_MEASURED);
        object.addProperty("passed", verdict.isKept());
        return object;
    }

    private static void add(JsonObject object, String name, double number) {
        if (!Double.isNaN(number)) {
            object.addProperty(name, number);
        }
    }

    /// {@return one line about a target}
    static String line(Judged judged) {
        if (judged.isLeftOut()) {
            return "left out  " + judged.target().name() + ": no C compiler (cc) on the path";
        }
        var verdict = judged.verdict();
        var word = verdict.isKept() ? "ok      " : verdict.outcome() == Outcome.BREACHED ? "BREACHED" : "MISSING ";
        return word + "  " + judged.target().name() + ": " + sentence(judged);
    }

    /// {@return what is wrong with a target and how to look closer, over several lines}
    static String breach(Judged judged) {
        var target = judged.target();
        var verdict = judged.verdict();
        var text = new StringBuilder(line(judged)).append('\n');
        if (target.kind().compares() && target.start() == null && verdict.outcome() == Outcome.BREACHED) {
            text.append("  %s %s ns, %s %s ns%n".formatted(
                    target.candidate(),
                    Numbers.text(verdict.candidate()),
                    target.baseline().orElseThrow(),
                    Numbers.text(verdict.baseline())));
        } else {
            text.append("  ")
                    .append(target.subjects().stream().map(Subject::toString).collect(Collectors.joining(", ")))
                    .append('\n');
        }
        return text.append("  look closer: ").append(closerLook(target)).toString();
    }

    private static String sentence(Judged judged) {
        var verdict = judged.verdict();
        var kind = judged.target().kind();
        var unit = kind.compares() ? " x" : kind.unit().isEmpty() ? "" : " " + kind.unit();
        var bound = (kind.atMost() ? "at most " : "at least ") + Numbers.text(verdict.bound()) + unit;
        if (verdict.outcome() == Outcome.NOT_MEASURED) {
            return "not measured, has to be " + bound;
        }
        var attempts = judged.attempts().size() == 1
                ? ""
                : judged.attempts().stream()
                        .map(attempt -> Numbers.text(attempt.number()))
                        .collect(Collectors.joining(", ", ", attempts ", ""));
        return Numbers.text(verdict.number()) + unit + ", " + (verdict.isKept() ? "" : "has to be ") + bound + attempts;
    }

    /// The command that measures candidate and baseline for longer, with allocation and with what they record themselves.
    static String closerLook(Target target) {
        var methods = target.subjects().stream()
                .map(subject -> subject.benchmark().getSimpleName() + "." + subject.method() + "$")
                .distinct()
                .collect(Collectors.joining("|"));
        var values = new TreeMap<String, Set<String>>();
        target.subjects().forEach(subject -> subject.parameters().forEach((name, value) -> values
                .computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(value)));
        var parameters = values.entrySet().stream()
                .map(parameter -> " -p " + parameter.getKey() + "=" + String.join(",", parameter.getValue()))
                .collect(Collectors.joining());
        boolean secondary = target.subjects().stream().anyMatch(Subject::isSecondary);
        return "mvn -q -DskipTests -Pbench package '-Dbench=" + methods + parameters
                + " -f 3 -wi 5 -w 500ms -i 5 -r 500ms -prof gc"
                + (secondary ? " -prof " + DistributionProfiler.class.getName() : "") + "'";
    }
}
