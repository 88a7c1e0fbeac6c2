package io.nvmelm;

import io.nvmelm.PreflightFinding.Severity;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// What a dry run of a migration found: every reason at once, the worst first. Nothing was changed for it.
///
/// @param findings what was found; empty when nothing stands in the way
public record PreflightReport(List<PreflightFinding> findings) {

    /// Copies the list and orders it by severity.
    public PreflightReport {
        findings = findings.stream()
                .sorted(Comparator.comparing(PreflightFinding::severity))
                .toList();
    }

    /// {@return the same, with the blockers of some reasons as warnings}
    ///
    /// @param waived reasons for which the embedder takes responsibility
    public PreflightReport waiving(Set<PreflightReason> waived) {
        return new PreflightReport(findings.stream()
                .map(finding -> finding.severity() == Severity.BLOCKER && waived.contains(finding.reason())
                        ? finding.withSeverity(Severity.WARNING)
                        : finding)
                .toList());
    }

    /// {@return whether nothing that was found would make the migration fail}
    public boolean isPossible() {
        return blockers().isEmpty();
    }

    /// {@return what would make the migration fail}
    public List<PreflightFinding> blockers() {
        return findings.stream().filter(finding -> finding.severity() == Severity.BLOCKER).toList();
    }

    /// Refuses when something was found that would make the migration fail.
    ///
    /// @return this
    /// @throws MigrationUnsupportedException with every such reason
    public PreflightReport throwIfImpossible() {
        var blockers = blockers();
        if (!blockers.isEmpty()) {
            throw new MigrationUnsupportedException(
                    blockers.stream().map(PreflightFinding::text).toList());
        }
        return this;
    }
}
