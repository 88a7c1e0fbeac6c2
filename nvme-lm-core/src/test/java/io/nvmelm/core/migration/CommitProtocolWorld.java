package io.nvmelm.core.migration;

import java.util.ArrayList;
import java.util.List;

/// Both sides of a migration and the connection between them, at one moment.
///
/// @param source           step of the source
/// @param destination      step of the destination
/// @param sourceUnsent     what the source is about to send, none or one
/// @param destinationUnsent what the destination is about to send, none or one
/// @param toDestination    sent and not yet received, oldest first
/// @param toSource         sent and not yet received, oldest first
/// @param flags            what happened so far
record CommitProtocolWorld(
        SourceStep source,
        DestinationStep destination,
        List<Message> sourceUnsent,
        List<Message> destinationUnsent,
        List<Message> toDestination,
        List<Message> toSource,
        Flags flags) {

    /// What one side tells the other.
    enum Message {
        OFFER, STATE, COMMIT, ACCEPT, REFUSE, READY, LOADED, RUNNING, FAILED,
        /// Nothing that is sent: a source that decides too late comes to it when COMMIT is on its way.
        LATE_DECISION
    }

    /// What happened so far.
    ///
    /// @param broken             the connection is: what is sent from now on is lost
    /// @param sourceCrashed      the source is gone, and the guest there
    /// @param destinationCrashed the destination is gone, and the guest there
    /// @param decided            the source was in COMMITTING
    /// @param committed          COMMIT was received
    /// @param reclaimed          somebody took the guest back at the source
    /// @param ranThere           the guest ran at the destination
    /// @param retried            somebody had the resume tried again
    record Flags(
            boolean broken,
            boolean sourceCrashed,
            boolean destinationCrashed,
            boolean decided,
            boolean committed,
            boolean reclaimed,
            boolean ranThere,
            boolean retried) {}

    static final CommitProtocolWorld START = new CommitProtocolWorld(
            SourceStep.NEGOTIATING,
            DestinationStep.NEGOTIATING,
            List.of(Message.OFFER),
            List.of(),
            List.of(),
            List.of(),
            new Flags(false, false, false, false, false, false, false, false));

    boolean sourceAlive() {
        return !flags.sourceCrashed;
    }

    boolean destinationAlive() {
        return !flags.destinationCrashed;
    }

    boolean nobodyCrashed() {
        return sourceAlive() && destinationAlive();
    }

    /// The source went to another step and is about to send this.
    CommitProtocolWorld source(SourceStep next, Message... unsent) {
        var f = flags;
        return new CommitProtocolWorld(
                next, destination, List.of(unsent), destinationUnsent, toDestination, toSource, new Flags(
                        f.broken, f.sourceCrashed, f.destinationCrashed, f.decided || next == SourceStep.COMMITTING,
                        f.committed, f.reclaimed || next == SourceStep.RECLAIMED, f.ranThere, f.retried));
    }

    /// The destination went to another step by an event and is about to send this.
    CommitProtocolWorld destination(DestinationEvent event, DestinationStep next, Message... unsent) {
        var f = flags;
        return new CommitProtocolWorld(
                source, next, sourceUnsent, List.of(unsent), toDestination, toSource, new Flags(
                        f.broken, f.sourceCrashed, f.destinationCrashed, f.decided,
                        f.committed || event == DestinationEvent.COMMITTED, f.reclaimed,
                        f.ranThere || next == DestinationStep.RUNNING, f.retried || event == DestinationEvent.RETRY));
    }

    /// What the source was about to send is on its way, or lost where there is none.
    CommitProtocolWorld sourceSends(Message... unsent) {
        return new CommitProtocolWorld(
                source, destination, List.of(unsent), destinationUnsent,
                flags.broken ? toDestination : joined(toDestination, sourceUnsent), toSource, flags);
    }

    /// What the destination was about to send is on its way, or lost where there is none.
    CommitProtocolWorld destinationSends() {
        return new CommitProtocolWorld(
                source, destination, sourceUnsent, List.of(), toDestination,
                flags.broken ? toSource : joined(toSource, destinationUnsent), flags);
    }

    /// The source took a message from the connection.
    CommitProtocolWorld sourceReceives() {
        return new CommitProtocolWorld(
                source, destination, sourceUnsent, destinationUnsent, toDestination, withoutFirst(toSource), flags);
    }

    /// The destination took a message from the connection.
    CommitProtocolWorld destinationReceives() {
        return new CommitProtocolWorld(
                source, destination, sourceUnsent, destinationUnsent, withoutFirst(toDestination), toSource, flags);
    }

    /// The connection broke, and only so many messages will still arrive.
    CommitProtocolWorld breaks(int arriveAtDestination, int arriveAtSource) {
        var f = flags;
        return new CommitProtocolWorld(
                source, destination, sourceUnsent, destinationUnsent, toDestination.subList(0, arriveAtDestination),
                toSource.subList(0, arriveAtSource), new Flags(
                        true, f.sourceCrashed, f.destinationCrashed, f.decided, f.committed, f.reclaimed, f.ranThere,
                        f.retried));
    }

    /// The source is gone.
    CommitProtocolWorld sourceCrashes() {
        var f = flags;
        return new CommitProtocolWorld(
                source, destination, List.of(), destinationUnsent, toDestination, List.of(), new Flags(
                        f.broken, true, f.destinationCrashed, f.decided, f.committed, f.reclaimed, f.ranThere,
                        f.retried));
    }

    /// The destination is gone.
    CommitProtocolWorld destinationCrashes() {
        var f = flags;
        return new CommitProtocolWorld(
                source, destination, sourceUnsent, List.of(), List.of(), toSource, new Flags(
                        f.broken, f.sourceCrashed, true, f.decided, f.committed, f.reclaimed, f.ranThere, f.retried));
    }

    private static List<Message> joined(List<Message> sent, List<Message> more) {
        var all = new ArrayList<>(sent);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static List<Message> withoutFirst(List<Message> sent) {
        return List.copyOf(sent.subList(1, sent.size()));
    }
}
