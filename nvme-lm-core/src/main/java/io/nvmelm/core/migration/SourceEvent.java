package io.nvmelm.core.migration;

/// What happens to the source of a migration, as far as it matters for who may run.
enum SourceEvent {
    /// The destination's ACCEPT was received.
    ACCEPTED,
    /// The destination's READY was received.
    READY,
    /// What is left fits the budget: the guest is about to be paused.
    COPIED,
    /// Guest and devices stand still.
    SUSPENDED,
    /// The last byte of the state, and the END record, were handed to the channel.
    STATE_SENT,
    /// The destination's LOADED was received. This is the decision: the right to run is given away with it, before the first byte of
    /// COMMIT is sent.
    LOADED,
    /// The destination's RUNNING was received.
    CONFIRMED,
    /// Anything failed: here, at the peer, the connection, a deadline; or somebody cancelled.
    FAILED,
    /// The embedder takes the guest back, having learned that the destination never will run it.
    RECLAIM,
    /// The embedder gives the guest up here.
    ABANDON
}
