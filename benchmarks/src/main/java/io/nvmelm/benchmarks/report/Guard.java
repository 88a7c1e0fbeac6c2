package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.report.Verdict.Estimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Judges targets by short measurements, on a machine that others may use at the same time.
///
/// What disturbs from outside makes things slower, and not always both sides of a ratio. So the fastest iteration counts (where single
/// operations are timed, their median or the percentile that is judged), and a target that is breached is measured again, candidate and baseline right after each other. Then the fastest of all attempts
/// counts, on both sides: a baseline that was disturbed in one of them excuses no candidate. What would end after the limit is not
/// measured again.
final class Guard {
    private final Measurer measurer;
    private final int maximumAttempts;
    private final Duration limit;
    private final LongSupplier nanoClock;
    private final Predicate<Target> canBeMeasured;

    /// Creates a guard.
    ///
    /// @param measurer        measures
    /// @param maximumAttempts how often a target is measured before it fails, 1 or more
    /// @param limit           after it, nothing is measured again
    /// @param nanoClock       time in nanoseconds, as of [System#nanoTime()]
    /// @param canBeMeasured   whether there is here what a target needs
    Guard(
            Measurer measurer,
            int maximumAttempts,
            Duration limit,
            LongSupplier nanoClock,
            Predicate<Target> canBeMeasured) {
        this.measurer = measurer;
        this.maximumAttempts = maximumAttempts;
        this.limit = limit;
        this.nanoClock = nanoClock;
        this.canBeMeasured = canBeMeasured;
    }

    /// A target and its verdicts.
    ///
    /// @param target   the target
    /// @param attempts a verdict for each attempt by itself, in the order of the measurements; empty where it cannot be measured here
    /// @param verdict  the one that counts, on all attempts together
    record Judged(Target target, List<Verdict> attempts, Verdict verdict) {
        /// {@return whether it was left out: that is no failure}
        boolean isLeftOut() {
            return attempts.isEmpty();
        }

        /// {@return whether the guard fails because of it}
        boolean fails() {
            return !isLeftOut() && !verdict.isKept();
        }
    }

    /// What was measured for a target.
    private static final class Attempts {
        private final Target target;
        private final double bound;
        private final List<Verdict> verdicts = new ArrayList<>();
        private final List<Measurement> all = new ArrayList<>();

        Attempts(Target target) {
            this.target = target;
            this.bound = Objects.requireNonNull(target.guardBound());
        }

        void add(List<Measurement> measurements) {
            verdicts.add(Verdict.of(target, bound, measurements, Estimate.FASTEST));
            all.addAll(measurements);
        }

        Verdict verdict() {
            return Verdict.of(target, bound, all, Estimate.FASTEST);
        }
    }

    /// Judges targets. Blocks while measuring.
    ///
    /// @param targets targets that have a bound in the guard
    /// @return each of them, in the same order
    List<Judged> judge(List<Target> targets) {
        long begin = nanoClock.getAsLong();
        var all = targets.stream().map(Attempts::new).toList();
        var open = all.stream().filter(attempts -> canBeMeasured.test(attempts.target)).toList();
        long nanosPerSubject = 0;
        for (int attempt = 0; attempt < maximumAttempts && !open.isEmpty(); attempt++) {
            var subjects = subjects(open);
            long before = nanoClock.getAsLong();
            // Whatever is left out fails, so there is no use in measuring a part of it.
            if (before - begin + nanosPerSubject * subjects.size() > limit.toNanos()) {
                break;
            }
            var measurements = measurer.measure(subjects);
            nanosPerSubject = (nanoClock.getAsLong() - before) / subjects.size();
            open.forEach(attempts -> attempts.add(measurements));
            open = open.stream()
                    .filter(attempts -> !attempts.verdict().isKept())
                    .toList();
        }
        return all.stream()
                .map(attempts -> new Judged(attempts.target, List.copyOf(attempts.verdicts), attempts.verdict()))
                .toList();
    }

    /// Each benchmark once, however many targets look at it; what is read of it and per what does not matter here.
    private static Set<Subject> subjects(List<Attempts> attempts) {
        return attempts.stream()
                .flatMap(each -> each.target.subjects().stream())
                .map(Subject::withoutReading)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
