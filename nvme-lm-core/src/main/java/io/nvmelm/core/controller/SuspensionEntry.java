package io.nvmelm.core.controller;

/// What is known of the entry that says that a controller is suspended, which comes behind all of its changes: whether it is still
/// to come, and to which suspension one belongs that is read. In doubt it belongs to one that has ended.
enum SuspensionEntry {
    /// No suspension was ordered whose entry could still come.
    NONE,
    /// A suspension was ordered.
    DUE,
    /// A suspension that was ordered has ended, and its entry was not seen.
    STALE,
    /// As [#STALE], and another suspension was ordered since; or the entry was seen, a Resume that was not answered may have ended its
    /// suspension, and another was ordered since.
    STALE_AND_DUE,
    /// An entry was seen which may be that of a suspension that has ended.
    DOUBTFUL,
    /// It was seen, and nothing came behind it.
    SEEN;

    /// A suspension is about to be ordered, and the controller is not suspended yet.
    SuspensionEntry ordered() {
        return switch (this) {
            case NONE, DUE, SEEN -> DUE;
            case STALE, STALE_AND_DUE, DOUBTFUL -> STALE_AND_DUE;
        };
    }

    /// An entry says that the controller is suspended.
    SuspensionEntry read() {
        return switch (this) {
            case NONE, DUE, DOUBTFUL, SEEN -> SEEN;
            case STALE, STALE_AND_DUE -> DOUBTFUL;
        };
    }

    /// An entry says that logging begins.
    SuspensionEntry begun() {
        return switch (this) {
            case NONE, STALE, SEEN -> NONE;
            case DUE, STALE_AND_DUE, DOUBTFUL -> DUE;
        };
    }

    /// The suspension has ended, or logging was started anew into the same queue.
    SuspensionEntry ended() {
        return switch (this) {
            case NONE, SEEN -> NONE;
            case DUE, STALE, STALE_AND_DUE, DOUBTFUL -> STALE;
        };
    }
}
