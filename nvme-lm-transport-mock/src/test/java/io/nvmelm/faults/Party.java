package io.nvmelm.faults;

import io.nvmelm.MigrationReport;
import io.nvmelm.RunPermission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sender or receiver, and what its embedder can have it do.
interface Party {
    MigrationReport run();

    /// {@return the report that was kept where an error kept [#run()] from returning it; null where there is none}
    @Nullable
    MigrationReport kept();

    void cancel();

    /// {@return whether a cancellation was accepted}
    boolean wasCancelled();

    /// Takes the guest after all: reclaims at the source, tries to resume again at the destination.
    MigrationReport take();

    /// Gives the guest up for good: abandons at the source, relinquishes at the destination.
    MigrationReport giveUp();

    /// {@return in what the calls that the embedder got differ from what was agreed, given who may run in the end}
    List<String> complaints(RunPermission mayRun);
}
