package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Couples the clock of a host with that of the world its devices live in: when time passes on the host, the devices
/// run that far. Any number of couplings may share either clock. Thread-safe.
///
/// The world may be ahead of a host, because a test or another host moved it. Then time goes on from there at the next
/// access to the device ([#runDue()]).
final class FakeNvmeTime {
    private static final long FIRST_STEP_NANOS = 1_000;
    private static final long LONGEST_STEP_NANOS = 1_000_000;

    private final FakeClock host;
    private final VirtualClock world;
    private long worldMinusHost;

    FakeNvmeTime(FakeClock host, VirtualClock world) {
        this.host = host;
        this.world = world;
        this.worldMinusHost = world.nanoTime() - host.nanoTime();
        host.onAdvance(nanos -> follow());
    }

    /// Runs what is due now.
    void runDue() {
        long worldNow = world.nanoTime();
        long hostNow = host.nanoTime();
        synchronized (this) {
            worldMinusHost = Math.max(worldMinusHost, worldNow - hostNow);
        }
        world.advance(Duration.ZERO);
    }

    /// Waits on the host until something is so, as long as it takes.
    void await(BooleanSupplier condition) {
        runDue();
        long step = FIRST_STEP_NANOS;
        while (!condition.getAsBoolean()) {
            host.pause(step);
            step = Math.min(2 * step, LONGEST_STEP_NANOS);
        }
    }

    /// {@return the time of the world}
    long nanoTime() {
        return world.nanoTime();
    }

    private void follow() {
        long target;
        synchronized (this) {
            target = host.nanoTime() + worldMinusHost;
        }
        long behind = target - world.nanoTime();
        if (behind > 0) {
            world.advance(Duration.ofNanos(behind));
        }
    }
}
