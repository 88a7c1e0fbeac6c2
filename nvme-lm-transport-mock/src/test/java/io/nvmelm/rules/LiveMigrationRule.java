package io.nvmelm.rules;

/// One rule of the standard's live migration clauses, a line of `live-migration-rules.tsv`.
///
/// @param identifier words that tests name it by
/// @param clause     where the standard says so
/// @param onDevice   whether a test has to prove it on the in-memory device
/// @param onHost     whether a test has to prove it on the host side
/// @param reading    whether the clause is silent or can be read in more than one way, and this is one of them
/// @param text       the rule
record LiveMigrationRule(
        String identifier, String clause, boolean onDevice, boolean onHost, boolean reading,
        String text) implements Comparable<LiveMigrationRule> {
    private static final int COLUMNS = 5;

    /// {@return the rule of one line}
    static LiveMigrationRule parse(String line) {
        var columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new IllegalArgumentException("not " + COLUMNS + " columns: " + line);
        }
        return new LiveMigrationRule(
                columns[0],
                columns[1],
                flag(columns[2], "host", "both", "device"),
                flag(columns[2], "device", "both", "host"),
                flag(columns[3], "no", "yes"),
                columns[4]);
    }

    private static boolean flag(String value, String no, String... yes) {
        for (var candidate : yes) {
            if (candidate.equals(value)) {
                return true;
            }
        }
        if (no.equals(value)) {
            return false;
        }
        throw new IllegalArgumentException(value + " is none of " + no + " and " + String.join(", ", yes));
    }

    /// By clause, whose numbers count as numbers, then by identifier.
    @Override
    public int compareTo(LiveMigrationRule other) {
        int byClause = sortable(clause).compareTo(sortable(other.clause));
        return byClause != 0 ? byClause : identifier.compareTo(other.identifier);
    }

    /// {@return the clause with its numbers padded to one length}
    private static String sortable(String clause) {
        return java.util.regex.Pattern.compile("[0-9]+")
                .matcher(clause)
                .replaceAll(number -> "0".repeat(Math.max(0, 5 - number.group().length())) + number.group());
    }
}
