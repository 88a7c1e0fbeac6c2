package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A bound that the library keeps, on what benchmarks measure.
///
/// @param name       what is bounded, in a few words; unique
/// @param kind       how the number to judge is made
/// @param candidate  what is judged
/// @param base       what it is compared with; null where the kind compares nothing
/// @param bound      bound in a full run
/// @param guardBound bound in the guard, which measures for a short time on whatever machine there is; null for a target
///                   that only full runs judge
/// @param start      candidate and baseline that both have grown from, where growth is judged: the ratio is divided by
///                   theirs; otherwise null
public record Target(
        String name,
        Kind kind,
        Subject candidate,
        @Nullable Subject base,
        double bound,
        @Nullable Double guardBound,
        @Nullable Start start) {

    /// Where growth begins.
    ///
    /// @param candidate the candidate before it grew
    /// @param base      the baseline before it grew
    public record Start(Subject candidate, Subject base) {}

    /// How the number to judge is made of the results, and on which side of the bound it has to be. It does not matter
    /// whether a benchmark gives time per operation or operations per time.
    public enum Kind {
        /// Time of the candidate by time of the baseline: at most the bound.
        TIME_RATIO(true, true, ""),
        /// Bandwidth of the candidate by bandwidth of the baseline: at least the bound.
        BANDWIDTH_RATIO(false, true, ""),
        /// Time per thing, in nanoseconds: at most the bound. Depends on the machine.
        NANOSECONDS(true, false, "ns"),
        /// Bytes that one operation allocates: at most the bound.
        BYTES_PER_OPERATION(true, false, "B/op"),
        /// A number as the benchmark reports it, for instance a count of commands: at most the bound.
        NUMBER(true, false, "");

        private final boolean atMost;
        private final boolean compares;
        private final String unit;

        Kind(boolean atMost, boolean compares, String unit) {
            this.atMost = atMost;
            this.compares = compares;
            this.unit = unit;
        }

        /// {@return whether the bound is an upper one}
        public boolean atMost() {
            return atMost;
        }

        /// {@return whether there is a baseline}
        public boolean compares() {
            return compares;
        }

        /// {@return unit of number and bound; empty for a ratio}
        public String unit() {
            return unit;
        }

        /// {@return whether a number keeps the bound} Not a number keeps none.
        ///
        /// @param number what was measured
        /// @param bound  the bound
        public boolean isKept(double number, double bound) {
            return atMost ? number <= bound : number >= bound;
        }
    }

    /// Checks that there is a baseline where one is needed, and only there.
    public Target {
        if (kind.compares() != (base != null)) {
            throw new IllegalArgumentException(name + ": " + kind + (base == null ? " needs a" : " has no")
                    + " baseline");
        }
        if (start != null && kind != Kind.TIME_RATIO) {
            throw new IllegalArgumentException(name + ": " + kind + " does not grow");
        }
    }

    /// {@return a bound on time compared with the time of a baseline}
    ///
    /// @param name       what is bounded; unique
    /// @param candidate  what is judged
    /// @param base       what it is compared with
    /// @param atMost     bound in a full run, for instance 1.2
    /// @param guardBound bound in the guard
    public static Target timeRatio(String name, Subject candidate, Subject base, double atMost, double guardBound) {
        return new Target(name, Kind.TIME_RATIO, candidate, base, atMost, guardBound, null);
    }

    /// {@return a bound on bandwidth compared with the bandwidth of a baseline}
    ///
    /// @param name       what is bounded; unique
    /// @param candidate  what is judged
    /// @param base       what it is compared with
    /// @param atLeast    bound in a full run, for instance 0.8
    /// @param guardBound bound in the guard
    public static Target bandwidthRatio(
            String name, Subject candidate, Subject base, double atLeast, double guardBound) {
        return new Target(name, Kind.BANDWIDTH_RATIO, candidate, base, atLeast, guardBound, null);
    }

    /// {@return a bound on time}
    ///
    /// @param name       what is bounded; unique
    /// @param candidate  what is judged
    /// @param atMost     bound in a full run in nanoseconds
    /// @param guardBound bound in the guard, for any machine: far off
    public static Target nanoseconds(String name, Subject candidate, double atMost, double guardBound) {
        return new Target(name, Kind.NANOSECONDS, candidate, null, atMost, guardBound, null);
    }

    /// {@return a bound on what one operation allocates, the same in a full run and in the guard} JMH itself allocates about
    /// 10 KiB in an iteration, 200 ms in the guard. Nothing is allocated in each operation where the result is below 16, the size of
    /// the smallest object. So the bound is 0.01 for operations of some nanoseconds and 8 up to 0.1 ms; longer ones need more.
    ///
    /// @param name      what is bounded; unique
    /// @param candidate what is judged
    /// @param atMost    the bound in bytes
    public static Target bytesPerOperation(String name, Subject candidate, double atMost) {
        return new Target(name, Kind.BYTES_PER_OPERATION, candidate, null, atMost, atMost, null);
    }

    /// {@return a bound on a number that the benchmark reports, the same in a full run and in the guard}
    ///
    /// @param name      what is bounded; unique
    /// @param candidate what is judged
    /// @param atMost    the bound
    public static Target number(String name, Subject candidate, double atMost) {
        return new Target(name, Kind.NUMBER, candidate, null, atMost, atMost, null);
    }

    /// {@return the same, judged by full runs only}
    public Target inFullRunsOnly() {
        return new Target(name, kind, candidate, base, bound, null, start);
    }

    /// {@return the same on growth: by how much more the candidate has grown than the baseline}
    ///
    /// @param candidateBefore the candidate that it has grown from
    /// @param baseBefore      the baseline that it has grown from
    public Target grownFrom(Subject candidateBefore, Subject baseBefore) {
        return new Target(name, kind, candidate, base, bound, guardBound, new Start(candidateBefore, baseBefore));
    }

    /// {@return the subject to compare with; empty where the kind compares nothing}
    public Optional<Subject> baseline() {
        return Optional.ofNullable(base);
    }

    /// {@return all subjects}
    public List<Subject> subjects() {
        var before = start == null ? Stream.<Subject>empty() : Stream.of(start.candidate(), start.base());
        return Stream.concat(Stream.concat(Stream.of(candidate), baseline().stream()), before).toList();
    }

    /// {@return whether it cannot be measured without a C compiler}
    boolean needsCCompiler() {
        return subjects().stream().anyMatch(Subject::needsCCompiler);
    }

    /// {@return whether the guard judges it}
    public boolean isGuarded() {
        return guardBound != null;
    }
}
