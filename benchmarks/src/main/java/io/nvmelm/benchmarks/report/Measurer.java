package io.nvmelm.benchmarks.report;

import java.util.List;
import java.util.Set;

/// Measures benchmarks.
@FunctionalInterface
interface Measurer {

    /// Measures. Blocks.
    ///
    /// @param subjects what is wanted, in the order in which it should be measured
    /// @return what was measured; without those that failed
    List<Measurement> measure(Set<Subject> subjects);
}
