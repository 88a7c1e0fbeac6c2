package io.nvmelm.faults;

import io.nvmelm.MigrationRole;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.testkit.SimulatedLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Two hosts over one medium, or with one each, a guest under load on the first, and a connection between them on which the faults of a case wait.
final class FaultWorld {
    private static final LatencyModel LATENCY = LatencyModel.none()
            .with(CommandClass.READ, Duration.ofNanos(20_000))
            .with(CommandClass.WRITE, Duration.ofNanos(30_000))
            .with(CommandClass.ADMIN, Duration.ofNanos(5_000))
            .withFetchDelay(Duration.ofNanos(1_000))
            .withJitter(Duration.ofNanos(40_000));

    /// Less than a record, so that writes wait.
    private static final int SMALL_WINDOW_BYTES = 100;
    private static final int LARGE_WINDOW_BYTES = 1 << 18;
    /// Whichever medium it is, the guest finds the same namespace.
    private static final UUID IDENTIFIER = new UUID(0x6e766d65_2d6c6d00L, 1);

    final FaultCase faultCase;
    final VirtualClock clock = new VirtualClock();
    final List<String> violations = new ArrayList<>();
    final SimulatedLink link;
    final Steps steps;
    final Host a;
    final Host b;
    Vm vm;
    private @Nullable Party source;
    private @Nullable Party destination;
    private boolean bothSeenRunning;

    FaultWorld(FaultCase faultCase) {
        this.faultCase = faultCase;
        link = newLink();
        for (var fault : faultCase.faults()) {
            if (fault.kind().isOfBytes()) {
                write(fault);
            }
        }
        steps = new Steps(faultCase.faults(), link, this);
        a = host(MigrationRole.SOURCE, 1, medium());
        b = host(MigrationRole.DESTINATION, 0x40, faultCase.shape().privateMedium() ? medium() : a.medium);
        a.start();
        b.start();
        vm = new Vm(a, faultCase.shape(), false, violations);
    }

    SimulatedLink newLink() {
        return new SimulatedLink(clock)
                .latency(Duration.ofMillis(1))
                .window(faultCase.shape().stage() ? SMALL_WINDOW_BYTES : LARGE_WINDOW_BYTES)
                .timeLimit(Duration.ofHours(12));
    }

    private static NamespaceMedium medium() {
        return new NamespaceMedium(1 << 13, 512, IDENTIFIER);
    }

    private Host host(MigrationRole home, int firstId, NamespaceMedium medium) {
        var shape = faultCase.shape();
        var subsystem = InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + home)
                .migratableControllers(shape.devices())
                .maximumQueuePairs(4)
                .maximumQueueEntries(64)
                .commandLogCapacity(16)
                .vendorState(!shape.supplement())
                .namespace(medium)
                .latency(LATENCY)
                .seed(shape.seed() + firstId)
                .secondaryIdsFrom(firstId)
                .build();
        return new Host(home, subsystem, medium, shape.devices(), steps);
    }

    private void write(Fault fault) {
        var direction = fault.side() == MigrationRole.SOURCE ? link.fromSource() : link.fromDestination();
        int at = fault.position();
        switch (fault.kind()) {
            case BREAKS_AT -> direction.breaksAt(at);
            case STALLS_AT -> direction.stallsAt(at);
            case PAUSES_AT -> direction.stallsAt(at, Duration.ofMillis(fault.number()));
            case DELAYS_FROM -> direction.delaysFrom(at, Duration.ofMillis(fault.number()));
            case CORRUPTS -> direction.corrupts(at, fault.number());
            case CLOSES_AT -> direction.closesAt(at);
            case DROPS -> direction.drops(at, fault.number());
            case DUPLICATES -> direction.duplicates(at, fault.number());
            default -> throw new AssertionError(fault + " is not one of bytes");
        }
    }

    /// The two sides of the migration that is about to run.
    void parties(Party newSource, Party newDestination) {
        source = newSource;
        destination = newDestination;
    }

    Host host(MigrationRole home) {
        return home == MigrationRole.SOURCE ? a : b;
    }

    void cancel(MigrationRole side) {
        var party = side == MigrationRole.SOURCE ? source : destination;
        if (party != null) {
            party.cancel();
        }
    }

    /// Looks at the world at a moment.
    void look() {
        if (!bothSeenRunning && !vm.wasHurt() && a.isActive() && b.isActive()) {
            bothSeenRunning = true;
            violations.add("The controllers of both sides run");
        }
    }
}
