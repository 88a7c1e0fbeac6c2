package io.nvmelm.transport.mock.testkit;

import io.nvmelm.MigrationRole;

/// Unwinds the thread of a side whose process ended in a [SimulatedLink], and refuses what that side tries afterwards. An error, so that no
/// handler of failures takes it for one.
public final class ProcessEndedError extends Error {
    private static final long serialVersionUID = 1L;

    /// Side whose process ended.
    private final MigrationRole role;

    ProcessEndedError(MigrationRole role) {
        super("The process of the " + role + " ended");
        this.role = role;
    }

    /// {@return the side whose process ended}
    public MigrationRole role() {
        return role;
    }
}
