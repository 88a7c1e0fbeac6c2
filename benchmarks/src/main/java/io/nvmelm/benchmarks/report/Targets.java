package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.stream.Stream;

/// The table of all targets, in the order of the report.
public final class Targets {
    private Targets() {}

    /// {@return all targets}
    public static List<Target> all() {
        return Stream.of(CodecTargets.all(), TransferTargets.all())
                .flatMap(List::stream)
                .toList();
    }

    /// {@return the targets that the guard judges}
    public static List<Target> guarded() {
        return all().stream().filter(Target::isGuarded).toList();
    }
}
