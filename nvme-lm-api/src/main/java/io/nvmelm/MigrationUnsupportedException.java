package io.nvmelm;

import java.util.List;

/// A controller cannot be migrated, or not to where it should go; carries every reason at once.
public final class MigrationUnsupportedException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Every reason, one sentence each.
    private final String[] reasons;

    /// Creates the refusal.
    ///
    /// @param reasons every reason, one sentence each; at least one
    public MigrationUnsupportedException(List<String> reasons) {
        super(
                FailureCategory.ABORT_MIGRATION,
                "migration is not possible: " + String.join("; ", reasons),
                "Nothing was changed; use a controller without these limits",
                null);
        this.reasons = reasons.toArray(String[]::new);
    }

    /// {@return every reason, one sentence each}
    public List<String> reasons() {
        return List.of(reasons);
    }
}
