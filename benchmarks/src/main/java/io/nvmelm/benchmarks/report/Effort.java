package io.nvmelm.benchmarks.report;

import java.time.Duration;

/// How long the guard measures each benchmark.
///
/// @param warmups       iterations before anything counts
/// @param iterations    iterations that count
/// @param iterationTime time of each
record Effort(int warmups, int iterations, Duration iterationTime) {
    /// As short as a ratio can be trusted for; one fork each.
    static final Effort GUARD = new Effort(4, 5, Duration.ofMillis(200));
}
