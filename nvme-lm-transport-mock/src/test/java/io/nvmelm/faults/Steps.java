package io.nvmelm.faults;

import io.nvmelm.MigrationRole;
import io.nvmelm.transport.mock.testkit.SimulatedLink;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes down what both sides do, in order, and has the faults happen at their places. Only one side runs at a time, so this needs no lock.
final class Steps {
    private final List<Fault> faults;
    private final List<Step> log = new ArrayList<>();
    private final Map<MigrationRole, Integer> next = new EnumMap<>(MigrationRole.class);
    private final Set<Fault> absent = new HashSet<>();
    private final Set<MigrationRole> restarted = EnumSet.noneOf(MigrationRole.class);
    private final SimulatedLink link;
    private final FaultWorld world;
    private boolean armed;

    Steps(List<Fault> faults, SimulatedLink link, FaultWorld world) {
        this.faults = faults;
        this.link = link;
        this.world = world;
    }

    List<Step> log() {
        return log;
    }

    int count(MigrationRole side) {
        return next.getOrDefault(side, 0);
    }

    /// A step failed by itself, so that the fault behind it did not happen.
    void didNotHappen(Fault fault) {
        absent.add(fault);
    }

    /// {@return whether a fault was to happen behind a step that failed by itself}
    boolean isAbsent(Fault fault) {
        return absent.contains(fault);
    }

    /// A new process took the place of one that had ended.
    void restarted(MigrationRole side) {
        restarted.add(side);
    }

    /// From now on steps count and faults happen, or no longer.
    void arm(boolean now) {
        armed = now;
    }

    boolean isArmed() {
        return armed;
    }

    void requireAlive(MigrationRole side) {
        if (!restarted.contains(side)) {
            link.requireAlive(side);
        }
    }

    /// A side is about to do something.
    ///
    /// @return the fault that the caller has to make happen, or null
    @Nullable
    Fault at(MigrationRole side, Step.Kind kind, String what) {
        requireAlive(side);
        if (!armed) {
            return null;
        }
        int number = count(side);
        next.put(side, number + 1);
        log.add(new Step(side, number, kind, what));
        world.look();
        world.vm.work();
        Fault callers = null;
        for (var fault : faults) {
            if (fault.side() == side && fault.position() == number && !fault.kind().isOfBytes() && !happens(fault)) {
                callers = fault;
            }
        }
        return callers;
    }

    /// The same, where the faults that the caller knows are exceptions and errors.
    void mayThrow(MigrationRole side, Step.Kind kind, String what) {
        var fault = at(side, kind, what);
        if (fault != null) {
            fault.throwIfUnusual();
            throw new IllegalStateException("The fault of the test");
        }
    }

    /// @return whether this was all
    private boolean happens(Fault fault) {
        switch (fault.kind()) {
            case CANCELS_SOURCE -> world.cancel(MigrationRole.SOURCE);
            case CANCELS_DESTINATION -> world.cancel(MigrationRole.DESTINATION);
            case CUT -> link.breakNow();
            case DIES, VANISHES -> {
                world.vm.processEnds(world.host(fault.side()));
                link.endProcess(fault.side(), fault.kind() == Fault.Kind.DIES);
            }
            case CONTROLLER_FATAL, CONTROLLING_FATAL, GUEST_RESET, FUNCTION_RESET, CONTROLLING_RESET ->
                world.host(fault.side()).happens(fault.kind(), world.vm);
            default -> {
                return false;
            }
        }
        return true;
    }
}
