package io.nvmelm.core.migration;

import io.nvmelm.MigrationInProgressException;
import io.nvmelm.MigrationReport;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One call of a sender or receiver at a time: its run, and what settles a migration afterwards. A second one is refused and not held up,
/// since it may come from a callback of the first. Thread-safe.
final class OneCall {
    private final AtomicReference<@Nullable String> underWay = new AtomicReference<>();

    /// Makes a call, with the devices claimed for it.
    ///
    /// @throws MigrationInProgressException when another one has not returned, or another migration has a device; nothing was done
    MigrationReport of(String name, MigrationSetup setup, Supplier<MigrationReport> call) {
        var other = underWay.compareAndExchange(null, name);
        if (other != null) {
            throw new MigrationInProgressException(
                    name + "() of this " + setup.owner() + " was called, and " + other + "() has not returned");
        }
        try {
            int claimed = 0;
            try {
                for (var device : setup.devices()) {
                    setup.claim(device);
                    claimed++;
                }
                return call.get();
            } finally {
                setup.devices().subList(0, claimed).forEach(device -> device.migrationClaim().release());
            }
        } finally {
            underWay.set(null);
        }
    }
}
