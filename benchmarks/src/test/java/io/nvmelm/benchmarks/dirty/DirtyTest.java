package io.nvmelm.benchmarks.dirty;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.controller.FilledMemoryReport;
import io.nvmelm.core.controller.FilledUserDataRing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Changes are the same whichever way they were merged.
class DirtyTest {
    private static final int SLOTS = 1 << 14;
    private static final int BATCH = 1 << 12;

    @ParameterizedTest
    @EnumSource(FilledUserDataRing.Writes.class)
    void entriesMergeIntoTheSameBlocks(FilledUserDataRing.Writes writes) {
        try (var ring = new FilledUserDataRing(SLOTS, BATCH, writes)) {
            for (int batch = 0; batch < 2 * SLOTS / BATCH; batch++) {
                ring.consume();
                ring.merge();
                ring.setBits();
            }
            assertThat(ring.mergedBlocks()).isPositive().isLessThanOrEqualTo(8L * SLOTS);
            assertThat(ring.modifiedBlocks()).isEqualTo(ring.mergedBlocks());
            assertThat(ring.markedBlocks()).isEqualTo(ring.mergedBlocks());
        }
    }

    @ParameterizedTest
    @EnumSource(FilledUserDataRing.Writes.class)
    void aPassBeginsWithNothingUnlessItRepeats(FilledUserDataRing.Writes writes) {
        try (var ring = new FilledUserDataRing(SLOTS, BATCH, writes)) {
            for (int batch = 0; batch <= SLOTS / BATCH; batch++) {
                ring.consume();
                ring.merge();
                ring.setBits();
            }
            boolean repeats = writes == FilledUserDataRing.Writes.REPEATS;
            assertThat(ring.mergedBlocks() > 8L * BATCH).isEqualTo(repeats);
            assertThat(ring.modifiedBlocks()).isEqualTo(ring.mergedBlocks());
            assertThat(ring.markedBlocks()).isEqualTo(ring.mergedBlocks());
        }
    }

    @ParameterizedTest
    @EnumSource(FilledMemoryReport.Pages.class)
    void aReportSetsTheSameBits(FilledMemoryReport.Pages pages) {
        try (var report = new FilledMemoryReport(2000, 8L << 30, pages)) {
            report.fill();
            report.setBits();
            assertThat(report.filledBits()).isEqualTo(report.bitsSet()).containsAnyOf(1, 0x11, -1);
        }
    }

    @ParameterizedTest
    @EnumSource(FilledMemoryReport.Pages.class)
    void aReportSetsTheSameBitsInHalves(FilledMemoryReport.Pages pages) {
        try (var whole = new FilledMemoryReport(2000, 8L << 30, pages);
                var halves = new FilledMemoryReport(2000, 8L << 30, pages)) {
            whole.setBits();
            for (int i = 0; i < 2; i++) {
                halves.fillInHalves();
                halves.setBitsInHalves();
                assertThat(halves.filledBits()).isEqualTo(whole.bitsSet());
                assertThat(halves.bitsSet()).isEqualTo(whole.bitsSet());
            }
        }
    }
}
