package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.codec.CommandEncodeBenchmark;
import io.nvmelm.benchmarks.codec.CommandEncodeBenchmark.Kind;
import io.nvmelm.benchmarks.codec.CommandSubmitBenchmark;
import io.nvmelm.benchmarks.codec.CompletionDecodeBenchmark;
import io.nvmelm.benchmarks.codec.ControllerStateBuildBenchmark;
import io.nvmelm.benchmarks.codec.ControllerStateCheckBenchmark;
import io.nvmelm.benchmarks.codec.ControllerStateIterateBenchmark;
import java.util.List;

/// Targets of the codecs: commands, completions and controller state.
final class CodecTargets {
    private static final int QUEUE_PAIRS = 4096;

    private CodecTargets() {}

    /// {@return the targets}
    static List<Target> all() {
        return List.of(
                Target.timeRatio("encode a command", encode("codec"), encode("byHand"), 1.2, 1.6),
                Target.bytesPerOperation("encode a command, allocation", encode("codec"), 0.01),
                Target.timeRatio("encode commands of four kinds by chance", mixed("codec"), mixed("byHand"), 1.2, 1.8),
                Target.bytesPerOperation("encode commands of four kinds by chance, allocation", mixed("codec"), 0.01),
                Target.timeRatio("decode a completion", decode("polled"), decode("byHand"), 1.2, 1.6),
                Target.bytesPerOperation("decode a completion, allocation", decode("polled"), 0.01),
                Target.bytesPerOperation(
                        "send a command, allocation", Subject.of(CommandSubmitBenchmark.class, "submit"), 40),
                // Missed by a single pair: looking at the header takes longer than its queues.
                iterate(1).inFullRunsOnly(),
                iterate(64),
                iterate(4096),
                iterate(65_535).inFullRunsOnly(),
                Target.nanoseconds(
                        "iterate a controller state, per queue", iterate("views").per(2 * QUEUE_PAIRS), 3, 2),
                Target.bytesPerOperation("iterate a controller state, allocation", iterate("views"), 8),
                // Missed: allocating them alone takes longer. The guard has the next two in its place.
                Target.timeRatio(
                        "records of a controller state, 4096 queue pairs, to the view",
                        iterate("records"),
                        iterate("views"),
                        3,
                        3)
                        .inFullRunsOnly(),
                // Missed for the same reason.
                Target.timeRatio(
                        "records of a controller state, 4096 queue pairs, to the view of all fields",
                        iterate("records"),
                        iterate("viewsOfAllFields"),
                        3,
                        8),
                Target.timeRatio(
                        "records of a controller state, 4096 queue pairs, to allocating them",
                        iterate("records"),
                        iterate("allocateOnly"),
                        2,
                        2.5),
                Target.bytesPerOperation(
                        "records of a controller state, 4096 queue pairs, allocation",
                        iterate("records"),
                        2 * QUEUE_PAIRS * 66),
                // Missed by a single pair, for the same reason.
                build(1).inFullRunsOnly(),
                build(64),
                build(4096),
                build(65_535).inFullRunsOnly(),
                Target.bytesPerOperation("build a controller state, allocation", build("views", QUEUE_PAIRS), 8),
                check("whole", 64),
                check("whole", 4096),
                check("whole", 65_535).inFullRunsOnly(),
                check("inPieces", 4096).inFullRunsOnly(),
                Target.bytesPerOperation(
                        "check a controller state, allocation", checking("whole", QUEUE_PAIRS), 8));
    }

    private static Subject encode(String method) {
        return Subject.of(CommandEncodeBenchmark.class, method).with("kind", Kind.MIGRATION_RECEIVE);
    }

    private static Subject mixed(String method) {
        return Subject.of(CommandEncodeBenchmark.class, method).with("kind", Kind.MIXED);
    }

    private static Subject decode(String method) {
        return Subject.of(CompletionDecodeBenchmark.class, method).with("statusBits", 0);
    }

    private static Target iterate(int queuePairs) {
        return Target.timeRatio(
                "iterate a controller state, queue pairs: " + queuePairs,
                iterate("views", queuePairs),
                iterate("byHand", queuePairs),
                1.5,
                1.2);
    }

    private static Target build(int queuePairs) {
        return Target.bandwidthRatio(
                "build a controller state, queue pairs: " + queuePairs,
                build("views", queuePairs),
                build("byHand", queuePairs),
                0.8,
                0.8);
    }

    private static Target check(String method, int queuePairs) {
        return Target.timeRatio(
                "check a controller state " + (method.equals("whole") ? "as a whole" : "in pieces of 4 KiB")
                        + ", queue pairs: " + queuePairs,
                checking(method, queuePairs),
                checking("byHand", queuePairs),
                2,
                2.5);
    }

    private static Subject checking(String method, int queuePairs) {
        return Subject.of(ControllerStateCheckBenchmark.class, method).with("queuePairs", queuePairs);
    }

    private static Subject iterate(String method) {
        return iterate(method, QUEUE_PAIRS);
    }

    private static Subject iterate(String method, int queuePairs) {
        return Subject.of(ControllerStateIterateBenchmark.class, method).with("queuePairs", queuePairs);
    }

    private static Subject build(String method, int queuePairs) {
        return Subject.of(ControllerStateBuildBenchmark.class, method).with("queuePairs", queuePairs);
    }
}
