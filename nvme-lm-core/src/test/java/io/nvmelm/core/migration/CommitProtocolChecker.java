package io.nvmelm.core.migration;

import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.CommitProtocolModel.Trouble;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Visits every world that can follow from the start, and looks at each.
final class CommitProtocolChecker {
    private final CommitProtocolRules rules;
    private final Set<Trouble> troubles;
    private final CommitProtocolModel model;
    /// Every world, with the one that it was first reached from.
    private final Map<CommitProtocolWorld, @Nullable CommitProtocolWorld> worlds = new LinkedHashMap<>();
    private final Map<CommitProtocolWorld, List<CommitProtocolWorld>> predecessors = new HashMap<>();
    private final List<CommitProtocolWorld> ends = new ArrayList<>();

    private CommitProtocolChecker(CommitProtocolRules rules, Set<Trouble> troubles) {
        this.rules = rules;
        this.troubles = troubles;
        this.model = new CommitProtocolModel(rules, troubles);
    }

    /// Visits all worlds.
    ///
    /// @throws AssertionError when one of them breaks a rule, with the way that leads there
    static CommitProtocolChecker check(CommitProtocolRules rules, Set<Trouble> troubles) {
        var checker = new CommitProtocolChecker(rules, troubles);
        checker.visitAll();
        checker.checkEnds();
        return checker;
    }

    private void visitAll() {
        var next = new ArrayDeque<CommitProtocolWorld>();
        worlds.put(CommitProtocolWorld.START, null);
        next.add(CommitProtocolWorld.START);
        while (!next.isEmpty()) {
            var world = next.remove();
            checkSafety(world);
            boolean last = true;
            for (var successor : model.successors(world)) {
                last &= successor.equals(world);
                predecessors.computeIfAbsent(successor, key -> new ArrayList<>()).add(world);
                if (!worlds.containsKey(successor)) {
                    worlds.put(successor, world);
                    next.add(successor);
                }
            }
            if (last) {
                ends.add(world);
            }
        }
    }

    private void checkSafety(CommitProtocolWorld world) {
        var flags = world.flags();
        boolean source = world.sourceAlive() && mayRunAtSource(world);
        boolean destination = world.destinationAlive() && mayRunAtDestination(world);
        require(!(source && destination), "both sides may run", world);
        require(!source || !flags.decided() || flags.reclaimed(), "the source may run after its decision", world);
        require(!source || !flags.ranThere() || !world.destinationAlive(), "the guest ran on, and runs here", world);
        require(!destination || flags.decided(), "the destination may run before the decision", world);
        require(!destination || flags.committed(), "the destination may run without COMMIT", world);
        require(!flags.ranThere() || flags.committed(), "the destination ran without COMMIT", world);
        require(world.source() != SourceStep.CONFIRMED || flags.ranThere(), "confirmed what did not happen", world);
    }

    /// Where nothing can happen any more, and where nobody crashed or was careless, exactly one side runs; and from everywhere such an
    /// end can still be reached.
    private void checkEnds() {
        for (var end : ends) {
            require(!end.sourceAlive() || CommitProtocolRules.isEnd(end.source()), "the source waits for ever", end);
            require(!end.destinationAlive() || CommitProtocolRules.isEnd(end.destination()),
                    "the destination waits for ever", end);
            if (end.nobodyCrashed() && !troubles.contains(Trouble.CARELESS_CALLS)) {
                require(exactlyOneRuns(end), "nobody runs", end);
            }
        }
        if (!troubles.contains(Trouble.CARELESS_CALLS)) {
            var saved = before(this::exactlyOneRuns);
            for (var world : worlds.keySet()) {
                require(!world.nobodyCrashed() || saved.contains(world), "nothing leads to one that runs", world);
            }
        }
    }

    private boolean exactlyOneRuns(CommitProtocolWorld world) {
        return world.nobodyCrashed() && CommitProtocolRules.isEnd(world.source()) && CommitProtocolRules.isEnd(world
                .destination())
                && (mayRunAtSource(world) != (world.destination() == DestinationStep.RUNNING));
    }

    private Set<CommitProtocolWorld> before(Predicate<CommitProtocolWorld> goal) {
        var reached = new HashSet<CommitProtocolWorld>();
        var next = new ArrayDeque<CommitProtocolWorld>();
        worlds.keySet().stream().filter(goal).forEach(next::add);
        while (!next.isEmpty()) {
            var world = next.remove();
            if (reached.add(world)) {
                next.addAll(predecessors.getOrDefault(world, List.of()));
            }
        }
        return reached;
    }

    boolean mayRunAtSource(CommitProtocolWorld world) {
        return rules.permission(world.source()) == RunPermission.SOURCE;
    }

    boolean mayRunAtDestination(CommitProtocolWorld world) {
        return rules.permission(world.destination()) == RunPermission.DESTINATION;
    }

    private void require(boolean holds, String otherwise, CommitProtocolWorld world) {
        if (!holds) {
            var way = new ArrayDeque<CommitProtocolWorld>();
            for (var at = world; at != null; at = worlds.get(at)) {
                way.addFirst(at);
            }
            var text = new StringBuilder(otherwise).append(", with ").append(troubles).append(':');
            way.forEach(step -> text.append("\n  ").append(step));
            throw new AssertionError(text.toString());
        }
    }

    /// {@return how many worlds there are}
    int worldCount() {
        return worlds.size();
    }

    /// {@return the worlds in which nothing can happen any more}
    List<CommitProtocolWorld> ends() {
        return ends;
    }

    /// {@return whether any world is like this}
    boolean reaches(Predicate<CommitProtocolWorld> like) {
        return worlds.keySet().stream().anyMatch(like);
    }

    /// {@return steps and entries of the tables that no world came to}
    Set<String> unreached() {
        var left = new TreeSet<String>();
        for (var step : SourceStep.values()) {
            if (!reaches(world -> world.source() == step)) {
                left.add(step.toString());
            }
            for (var event : SourceEvent.values()) {
                rules.after(step, event).ifPresent(next -> left.add(step + " " + event));
            }
        }
        for (var step : DestinationStep.values()) {
            if (!reaches(world -> world.destination() == step)) {
                left.add(step.toString());
            }
            for (var event : DestinationEvent.values()) {
                rules.after(step, event).ifPresent(next -> left.add(step + " " + event));
            }
        }
        left.removeAll(model.used);
        return left;
    }
}
