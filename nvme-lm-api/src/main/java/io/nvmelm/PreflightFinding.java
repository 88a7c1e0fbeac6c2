package io.nvmelm;

/// One reason why a migration would fail or might surprise.
///
/// @param severity how bad it is
/// @param reason   what kind of reason
/// @param side     on which side it can be remedied
/// @param device   name of the device
/// @param field    what it is about, in the standard's words, for instance `MDTS`
/// @param found    the value found
/// @param required what would have been needed
/// @param remedy   what a person can do about it, one sentence without full stop
public record PreflightFinding(
        Severity severity,
        PreflightReason reason,
        MigrationRole side,
        String device,
        String field,
        String found,
        String required,
        String remedy) {

    /// How bad a finding is.
    public enum Severity {
        /// The migration would fail.
        BLOCKER,
        /// The migration can succeed, but the guest may notice a difference, or the budget may not be kept.
        WARNING,
        /// Good to know.
        NOTE
    }

    /// {@return the same finding, otherwise judged}
    ///
    /// @param other how bad it is
    public PreflightFinding withSeverity(Severity other) {
        return new PreflightFinding(other, reason, side, device, field, found, required, remedy);
    }

    /// {@return the finding in one line}
    public String text() {
        return device + ": " + field + " is " + found + ", needed: " + required + ". " + remedy;
    }
}
