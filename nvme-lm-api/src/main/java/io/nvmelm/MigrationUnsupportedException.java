package io.nvmelm;

import java.util.List;
import java.util.stream.Collectors;

/// A controller cannot be migrated, or not to where it should go; carries every reason at once.
public final class MigrationUnsupportedException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Reasons that the message names, and the characters of one that it shows; [#reasons()] has all of all.
    private static final int MOST_SHOWN = 16;
    private static final int LONGEST_SHOWN = 1000;

    /// Every reason, one sentence each.
    private final String[] reasons;

    /// Creates the refusal.
    ///
    /// @param reasons every reason, one sentence each; at least one
    public MigrationUnsupportedException(List<String> reasons) {
        super(
                FailureCategory.ABORT_MIGRATION,
                "migration is not possible: " + shown(reasons),
                "Nothing was changed; use a controller without these limits",
                null);
        this.reasons = reasons.toArray(String[]::new);
    }

    private static String shown(List<String> reasons) {
        var first = reasons.stream()
                .limit(MOST_SHOWN)
                .map(reason -> reason.length() <= LONGEST_SHOWN ? reason : reason.substring(0, LONGEST_SHOWN) + "…")
                .collect(Collectors.joining("; "));
        return reasons.size() <= MOST_SHOWN ? first : first + "; and " + (reasons.size() - MOST_SHOWN) + " more";
    }

    /// {@return every reason, one sentence each; the message names the first of them}
    public List<String> reasons() {
        return List.of(reasons);
    }
}
