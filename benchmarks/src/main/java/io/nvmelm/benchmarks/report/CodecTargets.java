package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.CommandEncodeBenchmark;
import io.nvmelm.benchmarks.CompletionDecodeBenchmark;
import io.nvmelm.benchmarks.ControllerStateIterateBenchmark;
import java.util.List;

/// Targets of the codecs: commands, completions and controller state.
final class CodecTargets {
    private static final Class<?> ENCODE = CommandEncodeBenchmark.class;
    private static final Class<?> DECODE = CompletionDecodeBenchmark.class;
    private static final Class<?> ITERATE = ControllerStateIterateBenchmark.class;

    private CodecTargets() {}

    /// {@return the targets}
    static List<Target> all() {
        return List.of(
                Target.timeRatio(
                        "encode a command",
                        Subject.of(ENCODE, "codec"),
                        Subject.of(ENCODE, "byHand"),
                        1.2,
                        1.5),
                Target.bytesPerOperation("encode a command, allocation", Subject.of(ENCODE, "codec"), 0.01),
                Target.timeRatio(
                        "decode a completion",
                        Subject.of(DECODE, "view").with("statusBits", 0),
                        Subject.of(DECODE, "byHand").with("statusBits", 0),
                        1.2,
                        1.5),
                Target.bytesPerOperation(
                        "decode a completion, allocation", Subject.of(DECODE, "view").with("statusBits", 0), 0.01),
                Target.timeRatio(
                        "iterate a controller state, 4096 queue pairs",
                        Subject.of(ITERATE, "views").with("queuePairs", 4096),
                        Subject.of(ITERATE, "byHandChecked").with("queuePairs", 4096),
                        1.5,
                        1.9),
                Target.nanoseconds(
                        "iterate a controller state, per queue",
                        Subject.of(ITERATE, "views").with("queuePairs", 4096).per(2 * 4096),
                        3,
                        30),
                Target.bytesPerOperation(
                        "iterate a controller state, allocation",
                        Subject.of(ITERATE, "views").with("queuePairs", 4096),
                        8),
                Target.timeRatio(
                        "records of a controller state, 4096 queue pairs",
                        Subject.of(ITERATE, "records").with("queuePairs", 4096),
                        Subject.of(ITERATE, "views").with("queuePairs", 4096),
                        3,
                        12));
    }
}
