package io.nvmelm.core.migration;

import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyOutcome;
import java.time.Duration;
import java.util.List;

/// A source and a target with the same namespaces, a guest's log, and a clock that the target's writes move.
final class PreCopyWorld {
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    final List<NamespaceExtent> namespaces;
    final ModelMedium source;
    final ModelMedium target;
    final ModelTracking tracking;
    final FakeClock clock = new FakeClock();

    PreCopyWorld(NamespaceExtent... namespaces) {
        this.namespaces = List.of(namespaces);
        this.source = new ModelMedium(this.namespaces);
        this.target = new ModelMedium(this.namespaces);
        this.tracking = new ModelTracking(source);
    }

    /// One namespace of 1000 blocks of 512 bytes, all written.
    static PreCopyWorld full() {
        var world = new PreCopyWorld(new NamespaceExtent(1, 1000, 512));
        world.tracking.guest(1, 0, 1000, 7);
        return world;
    }

    UserDataPreCopy copy() {
        return new UserDataPreCopy(tracking, source, target, namespaces).clock(clock).budget(0).pieceBytes(10 * 512);
    }

    /// Suspends the guest and copies the rest.
    PreCopyOutcome finish(UserDataPreCopy copy) {
        tracking.suspended = true;
        return copy.finish(TIMEOUT);
    }
}
