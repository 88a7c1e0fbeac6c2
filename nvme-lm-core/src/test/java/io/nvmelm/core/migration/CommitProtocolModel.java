package io.nvmelm.core.migration;

import io.nvmelm.core.migration.CommitProtocolWorld.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything that can happen next to a source and a destination that follow the tables over an ordered connection.
final class CommitProtocolModel {

    /// What may go wrong.
    enum Trouble {
        /// The connection breaks at any point and drops what was not received, in either direction from any message on.
        BREAK, SOURCE_CRASH, DESTINATION_CRASH,
        /// Anything fails at the source, at any point: a device, a callback, a deadline.
        SOURCE_FAILURE,
        /// Anything fails at the destination, at any point; the resume too.
        DESTINATION_FAILURE,
        /// Somebody cancels where that is accepted.
        CANCEL,
        /// The destination does not fit.
        REFUSAL,
        /// The embedder gives the guest up on a side without having asked the other one.
        CARELESS_CALLS
    }

    private final CommitProtocolRules rules;
    private final Set<Trouble> troubles;
    /// Entries of the tables that were used.
    final Set<String> used = new HashSet<>();
    private List<CommitProtocolWorld> found = new ArrayList<>();

    CommitProtocolModel(CommitProtocolRules rules, Set<Trouble> troubles) {
        this.rules = rules;
        this.troubles = troubles;
    }

    /// {@return the worlds that may follow this one}
    List<CommitProtocolWorld> successors(CommitProtocolWorld world) {
        found = new ArrayList<>();
        if (world.sourceAlive()) {
            sourceActs(world);
        }
        if (world.destinationAlive()) {
            destinationActs(world);
        }
        if (!world.flags().broken() && troubles.contains(Trouble.BREAK)) {
            for (int there = 0; there <= world.toDestination().size(); there++) {
                for (int back = 0; back <= world.toSource().size(); back++) {
                    found.add(world.breaks(there, back));
                }
            }
        }
        if (world.sourceAlive() && troubles.contains(Trouble.SOURCE_CRASH)) {
            found.add(world.sourceCrashes());
        }
        if (world.destinationAlive() && troubles.contains(Trouble.DESTINATION_CRASH)) {
            found.add(world.destinationCrashes());
        }
        return found;
    }

    private void sourceActs(CommitProtocolWorld world) {
        var step = world.source();
        boolean peerSilent = world.flags().broken() || !world.destinationAlive()
                || (CommitProtocolRules.isEnd(world.destination()) && world.destinationUnsent().isEmpty());
        if (troubles.contains(Trouble.SOURCE_FAILURE)
                || (troubles.contains(Trouble.CANCEL) && rules.isCancellable(step))
                || (peerSilent && world.toSource().isEmpty())) {
            sourceFails(world);
        }
        if (rules.isReleased(world.destination()) || !world.destinationAlive()) {
            source(world, SourceEvent.RECLAIM);
        }
        if (rules.isTaken(world.destination()) || !world.destinationAlive()
                || troubles.contains(Trouble.CARELESS_CALLS)) {
            source(world, SourceEvent.ABANDON);
        }
        if (!world.sourceUnsent().isEmpty()) {
            switch (world.sourceUnsent().getFirst()) {
                case COMMIT -> found.add(
                        rules.decidesBeforeSending() ? world.sourceSends() : world.sourceSends(Message.LATE_DECISION));
                case LATE_DECISION -> source(world, SourceEvent.LOADED);
                default -> found.add(world.sourceSends());
            }
            return;
        }
        switch (step) {
            case COPYING -> source(world, SourceEvent.COPIED);
            case SUSPENDING -> source(world, SourceEvent.SUSPENDED);
            case SENDING -> source(world, SourceEvent.STATE_SENT, Message.STATE);
            default -> {}
        }
        if (!world.toSource().isEmpty()) {
            sourceReceives(world.sourceReceives(), world.toSource().getFirst());
        }
    }

    private void sourceReceives(CommitProtocolWorld world, Message message) {
        switch (message) {
            case ACCEPT -> source(world, SourceEvent.ACCEPTED);
            case READY -> source(world, SourceEvent.READY);
            case LOADED -> {
                if (rules.decidesBeforeSending()) {
                    source(world, SourceEvent.LOADED, Message.COMMIT);
                } else if (rules.after(world.source(), SourceEvent.LOADED).isPresent()) {
                    found.add(world.source(world.source(), Message.COMMIT));
                }
            }
            case RUNNING -> source(world, SourceEvent.CONFIRMED);
            default -> sourceFails(world);
        }
    }

    /// The peer is told, unless the decision is made: what it then may do is no business of the source any more.
    private void sourceFails(CommitProtocolWorld world) {
        if (world.flags().decided()) {
            source(world, SourceEvent.FAILED);
        } else {
            source(world, SourceEvent.FAILED, Message.FAILED);
        }
    }

    private void source(CommitProtocolWorld world, SourceEvent event, Message... unsent) {
        rules.after(world.source(), event).ifPresent(next -> {
            used.add(world.source() + " " + event);
            found.add(world.source(next, unsent));
        });
    }

    private void destinationActs(CommitProtocolWorld world) {
        var step = world.destination();
        boolean peerSilent = world.flags().broken() || !world.sourceAlive()
                || (CommitProtocolRules.isEnd(world.source()) && world.sourceUnsent().isEmpty());
        boolean listens = step.compareTo(DestinationStep.RESUMING) < 0;
        if (troubles.contains(Trouble.DESTINATION_FAILURE)
                || (troubles.contains(Trouble.CANCEL) && rules.isCancellable(step))
                || (listens && peerSilent && world.toDestination().isEmpty())) {
            destinationFails(world, Message.FAILED);
        }
        destination(world, DestinationEvent.RETRY, null);
        destination(world, DestinationEvent.RELINQUISH, null);
        if (!world.destinationUnsent().isEmpty()) {
            found.add(world.destinationSends());
            return;
        }
        switch (step) {
            case PREPARING -> destination(world, DestinationEvent.READY, Message.READY);
            case LOADING -> destination(world, DestinationEvent.LOADED, Message.LOADED);
            case RESUMING -> destination(
                    world, DestinationEvent.RUNNING, world.flags().retried() ? null : Message.RUNNING);
            default -> {}
        }
        if (!world.toDestination().isEmpty()) {
            destinationReceives(world.destinationReceives(), world.toDestination().getFirst());
        }
    }

    private void destinationReceives(CommitProtocolWorld world, Message message) {
        switch (message) {
            case OFFER -> {
                destination(world, DestinationEvent.ACCEPTED, Message.ACCEPT);
                if (troubles.contains(Trouble.REFUSAL)) {
                    destinationFails(world, Message.REFUSE);
                }
            }
            case STATE -> destination(world, DestinationEvent.STATE_RECEIVED, null);
            case COMMIT -> destination(world, DestinationEvent.COMMITTED, null);
            default -> {
                if (world.destination().compareTo(DestinationStep.RESUMING) < 0) {
                    destinationFails(world, Message.FAILED);
                }
            }
        }
    }

    /// The peer is told once: after a retry the connection is over.
    private void destinationFails(CommitProtocolWorld world, Message told) {
        destination(world, DestinationEvent.FAILED, world.flags().retried() ? null : told);
    }

    private void destination(CommitProtocolWorld world, DestinationEvent event, @Nullable Message unsent) {
        rules.after(world.destination(), event).ifPresent(next -> {
            used.add(world.destination() + " " + event);
            found.add(unsent == null
                    ? world.destination(event, next)
                    : world.destination(event, next, unsent));
        });
    }
}
