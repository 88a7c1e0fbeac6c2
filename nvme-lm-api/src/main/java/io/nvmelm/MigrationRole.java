package io.nvmelm;

/// Which side of a migration somebody is.
public enum MigrationRole {
    /// Where the guest ran before.
    SOURCE,
    /// Where the guest will run.
    DESTINATION
}
