package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.migration.StatePlanBenchmark;
import io.nvmelm.benchmarks.transfer.MigrationDataBenchmark;
import io.nvmelm.benchmarks.transfer.StreamFramingBenchmark;
import java.util.List;

/// Targets of the transfer of state, of the state machine, and of whole migrations.
final class TransferTargets {
    private static final Class<?> FRAMING = StreamFramingBenchmark.class;
    private static final Class<?> DESCRIPTORS = MigrationDataBenchmark.class;
    private static final Class<?> PLAN = StatePlanBenchmark.class;

    private TransferTargets() {}

    /// {@return the targets}
    static List<Target> all() {
        return List.of(
                framing("framed transfer out", "write", "copyOut", false, 0.80, 0.65),
                framing("framed transfer in", "read", "copyIn", false, 0.80, 0.65),
                framing("framed transfer out with checksum", "write", "copyOut", true, 0.90, 0.75),
                framing("framed transfer in with checksum", "read", "copyIn", true, 0.90, 0.75),
                Target.bandwidthRatio(
                        "descriptor to descriptor, 1 MiB pieces, to the loop in C",
                        descriptors("session"),
                        descriptors("loopInC"),
                        0.90,
                        0.70),
                Target.nanoseconds("plan of the state machine", Subject.of(PLAN, "machine"), 20, 200),
                Target.bytesPerOperation("plan of the state machine, allocation", Subject.of(PLAN, "machine"), 0.01));
    }

    private static Target framing(
            String name, String method, String baseline, boolean checksums, double bound, double guardBound) {
        return Target.bandwidthRatio(
                name, framing(method, checksums), framing(baseline, checksums), bound, guardBound);
    }

    private static Subject descriptors(String method) {
        return Subject.of(DESCRIPTORS, method)
                .with("transfer", "16M/1M")
                .with("way", "SAVE")
                .with("peer", "NONE")
                .percentile(50);
    }

    private static Subject framing(String method, boolean checksums) {
        return Subject.of(FRAMING, method).with("stateBytes", 1 << 24).with("checksums", checksums);
    }
}
