package io.nvmelm.core.migration;

/// What happens to the destination of a migration, as far as it matters for who may run.
enum DestinationEvent {
    /// The source's manifest was found to fit; ACCEPT is to be sent.
    ACCEPTED,
    /// The devices take a state; READY is to be sent.
    READY,
    /// The state and the END record were received, complete and verified.
    STATE_RECEIVED,
    /// The devices have loaded the state; LOADED is to be sent.
    LOADED,
    /// The source's COMMIT was received, complete and verified.
    COMMITTED,
    /// Devices and guest run; RUNNING is to be sent.
    RUNNING,
    /// Anything failed: here, at the peer, the connection, a deadline; or somebody cancelled.
    FAILED,
    /// The embedder has the resume tried again.
    RETRY,
    /// The embedder gives the guest up here, so that the source can take it back.
    RELINQUISH
}
