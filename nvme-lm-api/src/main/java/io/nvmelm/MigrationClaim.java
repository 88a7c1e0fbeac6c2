package io.nvmelm;

import java.util.concurrent.atomic.AtomicBoolean;

/// Whether a migration has a device, see [MigratableDevice#migrationClaim()]. Nobody waits for it. Thread-safe.
public final class MigrationClaim {
    private final AtomicBoolean taken = new AtomicBoolean();

    /// Makes one that nobody has.
    public MigrationClaim() {}

    /// Takes the device for one migration.
    ///
    /// @return false when another one has it
    public boolean take() {
        return taken.compareAndSet(false, true);
    }

    /// Gives back what [#take()] took.
    public void release() {
        taken.set(false);
    }
}
