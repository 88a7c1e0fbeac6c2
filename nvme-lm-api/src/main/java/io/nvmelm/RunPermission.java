package io.nvmelm;

/// Which side may run the guest, as one side knows it at the end of a migration. At most one side ever may.
public enum RunPermission {
    /// The source may, the destination must not.
    SOURCE,
    /// The destination may, the source must not. Whether it does, its report says by [MigrationReport#runsHere()]: while it does not, it has
    /// the only copy, and nobody gives the source up.
    DESTINATION,
    /// The source gave the right away and does not know whether it arrived: it must not run. Ask the destination for its report of the same
    /// migration. When that says [#NOT_HERE], have the sender `reclaim()`; when it says [#DESTINATION] and that the guest runs there,
    /// `abandon()`; else wait, and ask again. Nobody starts the devices by hand.
    ASK_DESTINATION,
    /// The destination never got the right, or gave it up, and never will run this migration; whether the source runs is known there.
    NOT_HERE
}
