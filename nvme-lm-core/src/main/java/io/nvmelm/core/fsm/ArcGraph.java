package io.nvmelm.core.fsm;

import static io.nvmelm.DeviceState.ERROR;
import static io.nvmelm.DeviceState.PRE_COPY;
import static io.nvmelm.DeviceState.PRE_COPY_P2P;
import static io.nvmelm.DeviceState.RESUMING;
import static io.nvmelm.DeviceState.RUNNING;
import static io.nvmelm.DeviceState.RUNNING_P2P;
import static io.nvmelm.DeviceState.STOP;
import static io.nvmelm.DeviceState.STOP_COPY;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationCapability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The arcs of a device with certain capabilities, and the paths that the rules of `linux/vfio.h` allow over them. Used
/// to make the tables of [MigrationStateMachine]; not for use at every request.
final class ArcGraph {
    private final List<Arc> arcs;
    private final Set<DeviceState> states;

    /// Creates the graph of a device.
    ///
    /// @param capabilities what the device can do, [MigrationCapability#STOP_COPY] among it
    ArcGraph(Set<MigrationCapability> capabilities) {
        boolean p2p = capabilities.contains(MigrationCapability.P2P);
        boolean preCopy = capabilities.contains(MigrationCapability.PRE_COPY);
        var list = new ArrayList<Arc>();
        addBothWays(list, STOP, STOP_COPY);
        addBothWays(list, STOP, RESUMING);
        if (p2p) {
            addBothWays(list, RUNNING, RUNNING_P2P);
            addBothWays(list, RUNNING_P2P, STOP);
        } else {
            addBothWays(list, RUNNING, STOP);
        }
        if (preCopy) {
            addBothWays(list, RUNNING, PRE_COPY);
        }
        if (preCopy && p2p) {
            addBothWays(list, PRE_COPY, PRE_COPY_P2P);
            addBothWays(list, RUNNING_P2P, PRE_COPY_P2P);
        }
        if (preCopy) {
            list.add(Arc.between(p2p ? PRE_COPY_P2P : PRE_COPY, STOP_COPY));
        }
        arcs = List.copyOf(list);
        states = EnumSet.noneOf(DeviceState.class);
        for (var arc : arcs) {
            states.add(arc.from());
        }
    }

    /// {@return all arcs that the device must be able to execute}
    List<Arc> arcs() {
        return arcs;
    }

    /// {@return whether the device has this state; never true for [DeviceState#ERROR]}
    boolean has(DeviceState state) {
        return states.contains(state);
    }

    /// {@return the shortest path that the rules allow, empty when the states are the same; null when there is none}
    @Nullable
    Plan shortestPath(DeviceState from, DeviceState to) {
        if (!has(from) || !has(to) || isForbidden(from, to)) {
            return null;
        }
        if (from == to) {
            return Plan.NOTHING;
        }
        var reached = EnumSet.of(from);
        var paths = new ArrayDeque<List<Arc>>();
        paths.add(List.of());
        while (!paths.isEmpty()) {
            var path = paths.remove();
            var state = path.isEmpty() ? from : path.getLast().to();
            if (state == to) {
                return new Plan(path);
            }
            if (state != from && !mayBePassed(state, from, to)) {
                continue;
            }
            for (var arc : arcs) {
                if (arc.from() == state && reached.add(arc.to())) {
                    var longer = new ArrayList<>(path);
                    longer.add(arc);
                    paths.add(longer);
                }
            }
        }
        return null;
    }

    /// Saving states begin or end a path, since passing one would open a session that nobody gets, or end one. Going on
    /// from early to final state is no exception to that: the session lasts.
    private static boolean mayBePassed(DeviceState state, DeviceState from, DeviceState to) {
        return !state.isSaving() || (state == PRE_COPY_P2P && from == PRE_COPY && to == STOP_COPY);
    }

    /// The final part of a state is not followed by an early part: who wants another session goes to a state without
    /// one.
    private static boolean isForbidden(DeviceState from, DeviceState to) {
        return from == ERROR || to == ERROR || (from == STOP_COPY && (to == PRE_COPY || to == PRE_COPY_P2P));
    }

    private static void addBothWays(List<Arc> arcs, DeviceState one, DeviceState other) {
        arcs.add(Arc.between(one, other));
        arcs.add(Arc.between(other, one));
    }
}
