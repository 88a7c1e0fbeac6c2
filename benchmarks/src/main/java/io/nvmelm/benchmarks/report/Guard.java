package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.report.Verdict.Estimate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Judges targets by short measurements, on a machine that others may use at the same time.
///
/// What disturbs from outside makes things slower, and not always both sides of a ratio. So the fastest iteration counts,
/// and a target that is breached is measured again, candidate and baseline right after each other: it fails only when each
/// of the attempts breached it. A change of the code that costs more than the bound does so every time.
final class Guard {
    private final Measurer measurer;
    private final int maximumAttempts;

    /// Creates a guard.
    ///
    /// @param measurer        measures
    /// @param maximumAttempts how often a target is measured before it fails, 1 or more
    Guard(Measurer measurer, int maximumAttempts) {
        this.measurer = measurer;
        this.maximumAttempts = maximumAttempts;
    }

    /// A target and its verdicts, one for each attempt.
    ///
    /// @param target   the target
    /// @param attempts verdicts in the order of the measurements, 1 or more
    record Judged(Target target, List<Verdict> attempts) {
        /// {@return the verdict that counts: the best one}
        Verdict verdict() {
            return attempts.stream().reduce((one, other) -> other.isBetterThan(one) ? other : one).orElseThrow();
        }
    }

    /// Judges targets. Blocks while measuring.
    ///
    /// @param targets targets that have a bound in the guard
    /// @return each of them, in the same order
    List<Judged> judge(List<Target> targets) {
        Map<Target, List<Verdict>> verdicts = new LinkedHashMap<>();
        targets.forEach(target -> verdicts.put(target, new ArrayList<>()));
        var open = targets;
        for (int attempt = 0; attempt < maximumAttempts && !open.isEmpty(); attempt++) {
            var measurements = measurer.measure(subjects(open));
            for (var target : open) {
                double bound = Objects.requireNonNull(target.guardBound());
                verdicts.get(target).add(Verdict.of(target, bound, measurements, Estimate.FASTEST));
            }
            open = open.stream()
                    .filter(target -> !verdicts.get(target).getLast().isKept())
                    .toList();
        }
        return verdicts.entrySet().stream()
                .map(entry -> new Judged(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }

    /// Each benchmark once, however many targets look at it; what is read of it and per what does not matter here.
    private static Set<Subject> subjects(List<Target> targets) {
        return targets.stream()
                .flatMap(target -> target.subjects().stream())
                .map(Subject::withoutReading)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
